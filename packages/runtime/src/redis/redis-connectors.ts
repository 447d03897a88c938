import { type Redis, SentinelConnector } from 'ioredis';
import { StandaloneConnector } from 'ioredis/built/connectors/index.js';

/*
 * ioredis hears a stream's first error only, and a TLS stream that is ended during its handshake
 * can have two: the second would end the process. Given as `Connector`, these serve BullMQ's copies
 * of a client and a cluster's nodes too.
 */

type Arguments = Parameters<StandaloneConnector['connect']>;

export class PatientServerConnector extends StandaloneConnector {
  // As the option `Connector` has it.
  constructor(options: unknown) {
    super(options as ConstructorParameters<typeof StandaloneConnector>[0]);
  }

  override async connect(...args: Arguments) {
    return hearAllErrors(await super.connect(...args));
  }
}

/** What `SentinelConnector` has and does not declare. */
interface Undeclared {
  connectToSentinel(endpoint: object, options?: object): Redis;
  readonly failoverDetector: { cleanup(): void } | null;
}

export class PatientSentinelConnector extends SentinelConnector {
  constructor(options: unknown) {
    super(options as ConstructorParameters<typeof SentinelConnector>[0]);
    const self = this as unknown as Undeclared;
    const connectToSentinel = self.connectToSentinel.bind(this);
    // Those that listen for a failover have nobody to hear their errors, and ioredis would print
    // them.
    self.connectToSentinel = (endpoint, options) =>
      hearAllErrors(connectToSentinel(endpoint, { ...options, Connector: PatientServerConnector }));
  }

  override async connect(...args: Arguments) {
    const stream = hearAllErrors(await super.connect(...args));
    // A client that ends by QUIT would leave them open; the next connection gets its own.
    return stream.once('close', () => (this as unknown as Undeclared).failoverDetector?.cleanup());
  }
}

function hearAllErrors<E extends NodeJS.EventEmitter>(emitter: E): E {
  return emitter.on('error', () => {});
}
