import { once } from 'node:events';
import { connect } from 'node:net';
import {
  GenericContainer,
  getContainerRuntimeClient,
  type StartedTestContainer,
  Wait,
} from 'testcontainers';
import { eventually } from './eventually.ts';
import { type PrivateRedis, type RedisOptions, redisArguments, redisUrl } from './redis.ts';
import { onUnlikelyPort, PortTaken } from './unlikely-port.ts';

const IMAGE = 'redis:7-alpine';

/**
 * The same port inside and outside: it must still be that port after a restart, and be so without a
 * bridge network too.
 */
export async function startRedisContainer(options: RedisOptions): Promise<PrivateRedis> {
  const engine = await getContainerRuntimeClient();
  const bridged = (await engine.container.dockerode.listNetworks()).some(
    ({ Driver }) => Driver === 'bridge',
  );
  let started: StartedTestContainer | undefined;
  const port = await onUnlikelyPort(async (port) => {
    started = await startContainer(port, bridged, options);
  });
  if (!started) throw new Error('the Redis container was not started');
  return new RedisContainer(
    started,
    engine.container.getById(started.getId()),
    port,
    options.requirepass,
  );
}

/** What of the engine's container is needed. */
interface EngineContainer {
  kill(options: { signal: string }): Promise<unknown>;
  wait(): Promise<unknown>;
  start(): Promise<unknown>;
  stop(): Promise<unknown>;
  pause(): Promise<unknown>;
  unpause(): Promise<unknown>;
}

class RedisContainer implements PrivateRedis {
  readonly url: string;
  readonly port: number;
  readonly pid = undefined;
  readonly #started: StartedTestContainer;
  readonly #container: EngineContainer;
  #running = true;

  constructor(
    started: StartedTestContainer,
    container: EngineContainer,
    port: number,
    password: string | undefined,
  ) {
    this.#started = started;
    this.#container = container;
    this.port = port;
    this.url = redisUrl(started.getHost(), port, password);
  }

  async kill(signal: NodeJS.Signals = 'SIGKILL'): Promise<void> {
    if (!this.#running) return;
    await this.#container.kill({ signal });
    await this.#container.wait();
    this.#running = false;
  }

  async restart(): Promise<void> {
    if (this.#running) await this.#container.stop();
    await this.#container.start();
    this.#running = true;
    await eventually(() => answers(this.#started.getHost(), this.port));
  }

  async pause(): Promise<void> {
    await this.#container.pause();
  }

  async resume(): Promise<void> {
    await this.#container.unpause();
  }

  setClock(): Promise<void> {
    return Promise.reject(new Error('the clock of a container is that of its machine'));
  }

  async stop(): Promise<void> {
    this.#running = false;
    await this.#started.stop({ remove: true, removeVolumes: true });
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }
}

async function startContainer(
  port: number,
  bridged: boolean,
  options: RedisOptions,
): Promise<StartedTestContainer> {
  // Behind a bridge only what comes from outside the container reaches it, and only by the
  // published port.
  const reach = bridged ? ['--bind', '0.0.0.0', '--protected-mode', 'no'] : ['--bind', '127.0.0.1'];
  const container = new GenericContainer(IMAGE)
    .withCommand(['redis-server', '--port', String(port), ...reach, ...redisArguments(options)])
    .withWaitStrategy(Wait.forLogMessage('Ready to accept connections'));
  if (bridged) container.withExposedPorts({ container: port, host: port });
  else container.withNetworkMode('host');
  try {
    return await container.start();
  } catch (cause) {
    // The engine has no code for it. Without a bridge it is Redis itself that finds the port taken,
    // and the error does not tell.
    if (/already allocated|already in use/.test(String(cause)))
      throw new PortTaken(String(cause), { cause });
    throw cause;
  }
}

/** Whether it serves: with its data loaded, it answers PING (or asks for the password). */
async function answers(host: string, port: number): Promise<boolean> {
  const socket = connect(port, host);
  try {
    socket.write('PING\r\n');
    const [reply] = (await once(socket, 'data')) as [Buffer];
    return /^(\+PONG|-NOAUTH)/.test(reply.toString('latin1'));
  } finally {
    socket.destroy();
  }
}
