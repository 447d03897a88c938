import { PassThrough } from 'node:stream';
import type { Keys } from '@libby-dialer/dial-queue';
import { Context } from '@libby-dialer/operations';
import { TESTER } from '@libby-dialer/operations/testing';
import {
  createLogger,
  createRedis,
  loadConfig,
  Redactor,
  type RedisRole,
  redisConfig,
} from '@libby-dialer/runtime';
import { Registry } from 'prom-client';
import { InboxPart } from '../inbox/inbox-part.ts';

/** For tests: a daemon in this process that only takes in the inbox. */
export class TestDaemon implements AsyncDisposable {
  readonly part: InboxPart;
  readonly registry = new Registry();
  readonly #log: PassThrough;
  readonly #release = new AsyncDisposableStack();

  private constructor(context: Context, log: PassThrough, daemonId: string) {
    this.#log = log;
    this.part = new InboxPart({
      context,
      logger: context.logger,
      registry: this.registry,
      daemonId,
      connect: async (role) => await connect(context, role, this.#release),
    });
  }

  static async start(redisUrl: string, keys: Keys, daemonId = 'daemon-1'): Promise<TestDaemon> {
    const redactor = new Redactor();
    const log = new PassThrough({ encoding: 'utf8' });
    const logger = createLogger({
      level: 'info',
      name: 'test',
      redactor,
      destination: log,
      pretty: false,
    });
    const environment = { REDIS_URL: redisUrl, DIALER_PREFIX: keys.prefix };
    const config = loadConfig({ redis: redisConfig }, environment, { redactor });
    const release = new AsyncDisposableStack();
    const connection = release.use(
      createRedis(config.redis.connection, { role: 'worker', name: 'test', logger }),
    );
    await connection.connect();
    const daemon = new TestDaemon(
      new Context(config, logger, connection.client, TESTER),
      log,
      daemonId,
    );
    daemon.#release.use(release);
    await daemon.part.start();
    return daemon;
  }

  /** The lines logged since the last look. */
  logged(): string {
    return (this.#log.read() as string | null) ?? '';
  }

  /** How many entries it has finished, by their fate. */
  async finished(): Promise<Record<string, number>> {
    const metric = await this.registry.getSingleMetric('libby_dialer_inbox_entries_total')?.get();
    return Object.fromEntries(
      (metric?.values ?? []).map(({ labels, value }) => [labels['fate'], value]),
    );
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.part.stop();
    await this.#release.disposeAsync();
  }
}

async function connect(
  { config, logger }: Context,
  role: RedisRole,
  release: AsyncDisposableStack,
) {
  const connection = release.use(
    createRedis(config.redis.connection, { role, name: 'test', logger }),
  );
  await connection.connect();
  return connection.client;
}
