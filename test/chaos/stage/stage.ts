import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  DialQueue,
  type DoNotCallList,
  type Keys,
  type StatusReader,
} from '@libby-dialer/dial-queue';
import {
  type FaultProxy,
  startFaultProxy,
  startRedis,
  type TestRedis,
} from '@libby-dialer/testkit';
import { Redis } from 'ioredis';
import { SHORT, type Timeouts } from '../random/plan.ts';
import { ROOT } from '../root.ts';
import { CANARIES } from './canaries.ts';
import { Exchanges } from './exchanges.ts';
import { patienceMs } from './patience.ts';
import { Provider, type ProviderOptions } from './provider.ts';

export const CAMPAIGN = 'spring';
export const LIST_FILE = 'list.csv';
export const CAMPAIGN_FILE = 'campaign.json';

const GRACE_MARGIN_MS = 10_000;
/** BullMQ keeps the instant of a delayed job in the upper bits of a score. */
const DELAYED_SCORES_PER_MS = 0x1000;

export interface ProgramOptions {
  readonly concurrency?: number;
  readonly timeouts?: Timeouts;
  /** Whose programs they are, if not the project's. */
  readonly root?: string;
}

export interface StageOptions extends ProviderOptions {
  /** Whether Redis's clock is to be set. */
  readonly settableClock?: boolean;
}

/**
 * Where a run takes place: a Redis that loses nothing it acknowledged, the simulated provider in a
 * process of its own, and a proxy for faults before Redis, the API and the token endpoint. The
 * programs under test talk to the proxies; the harness itself looks at Redis and at the provider
 * directly.
 */
export class Stage implements AsyncDisposable {
  readonly folder: string;
  readonly server: TestRedis;
  readonly redis: Redis;
  readonly provider: Provider;
  readonly redisProxy: FaultProxy;
  readonly apiProxy: FaultProxy;
  readonly tokenProxy: FaultProxy;
  readonly exchanges: Exchanges;
  readonly queue: DialQueue;
  readonly keys: Keys;
  readonly doNotCall: DoNotCallList;
  readonly status: StatusReader;
  readonly #release: AsyncDisposableStack;

  private constructor(
    folder: string,
    server: TestRedis,
    redis: Redis,
    provider: Provider,
    proxies: readonly [redis: FaultProxy, api: FaultProxy, token: FaultProxy],
    exchanges: Exchanges,
    release: AsyncDisposableStack,
  ) {
    this.folder = folder;
    this.server = server;
    this.redis = redis;
    this.provider = provider;
    [this.redisProxy, this.apiProxy, this.tokenProxy] = proxies;
    this.exchanges = exchanges;
    this.queue = DialQueue.open(redis, '{chaos}');
    this.keys = this.queue.keys;
    this.doNotCall = this.queue.doNotCall;
    this.status = this.queue.status;
    this.#release = release;
  }

  static async open(options: StageOptions = {}): Promise<Stage> {
    await using parts = new AsyncDisposableStack();
    const folder = await mkdtemp(join(tmpdir(), 'libby-dialer-chaos-'));
    parts.defer(() => rm(folder, { recursive: true, force: true }));
    const { settableClock = false } = options;
    const server = parts.use(
      await startRedis({ own: true, appendonly: true, appendfsync: 'always', settableClock }),
    );
    const redis = parts.adopt(new Redis(server.url, { maxRetriesPerRequest: null }), (client) =>
      client.disconnect(),
    );
    redis.on('error', () => {});
    const provider = parts.use(await Provider.start(folder, options));
    const exchanges = new Exchanges();
    const proxies = [
      parts.use(await startFaultProxy({ targetPort: server.port })),
      parts.use(
        await startFaultProxy({ targetPort: provider.port, observe: () => exchanges.observe() }),
      ),
      parts.use(await startFaultProxy({ targetPort: provider.port })),
    ] as const;
    return new Stage(folder, server, redis, provider, proxies, exchanges, parts.move());
  }

  /**
   * The environment of the programs under test. On a busy machine their time-outs are as much
   * longer as everybody's: an answer that is only late would be a doubt that no fault has caused.
   */
  environment({
    concurrency = 1,
    timeouts = SHORT,
    root = ROOT,
  }: ProgramOptions = {}): Record<string, string> {
    const connectMs = patienceMs(timeouts.connectMs);
    const responseMs = patienceMs(timeouts.responseMs);
    return {
      PATH: process.env['PATH'] ?? '',
      HOME: this.folder,
      // What is compiled of a copy is of no use once the copy is gone.
      NODE_COMPILE_CACHE: join(
        root,
        root === ROOT ? 'node_modules/.cache/node-compile' : '.node-compile',
      ),
      REDIS_URL: `redis://127.0.0.1:${this.redisProxy.port}`,
      DIALER_PREFIX: this.keys.prefix,
      LIBBY_API_URL: `http://127.0.0.1:${this.apiProxy.port}`,
      LIBBY_TOKEN_URL: `http://127.0.0.1:${this.tokenProxy.port}/oauth2/token`,
      LIBBY_CLIENT_ID: this.provider.clientId,
      LIBBY_CLIENT_SECRET: CANARIES.clientSecret,
      LIBBY_CONNECT_TIMEOUT_MS: String(connectMs),
      LIBBY_RESPONSE_TIMEOUT_MS: String(responseMs),
      WORKER_CONCURRENCY: String(concurrency),
      WORKER_SHUTDOWN_GRACE_MS: String(connectMs + responseMs + GRACE_MARGIN_MS),
      WORKER_HTTP_PORT: '0',
      LOG_LEVEL: 'debug',
    };
  }

  /**
   * Puts the list, a row for each of these, and the campaign file where the enqueuer finds them.
   */
  async write(
    numbers: readonly string[],
    campaign: Readonly<Record<string, unknown>> = {},
  ): Promise<void> {
    const rows = numbers.map((number, index) => `${CANARIES.name},${number},Row ${index + 1}`);
    const content = { ...campaignFields(CAMPAIGN), ...campaign };
    await writeFile(join(this.folder, LIST_FILE), `Name,Phone,Notes\n${rows.join('\n')}\n`);
    await writeFile(join(this.folder, CAMPAIGN_FILE), JSON.stringify(content));
  }

  /** How many calls have an outcome. */
  async settledCalls(campaign = CAMPAIGN): Promise<number> {
    const status = await this.status.read(campaign);
    return Object.values(status?.outcomes ?? {}).reduce((sum, count) => sum + count, 0);
  }

  /**
   * Whether so many calls have an outcome and no job is left, those that have come again included.
   */
  async isDone(calls: number, campaign = CAMPAIGN): Promise<boolean> {
    const status = await this.status.read(campaign);
    return (
      status?.pending === 0 && status.inFlight === 0 && (await this.settledCalls(campaign)) >= calls
    );
  }

  /** Changes whenever a call is settled. */
  async lastResult(): Promise<string | undefined> {
    const [last] = await this.redis.xrevrange(this.keys.results, '+', '-', 'COUNT', 1);
    return last?.[0];
  }

  /** How often workers have looked for work: each look goes through some of the campaigns. */
  async looks(): Promise<number> {
    const stats = await this.redis.info('commandstats');
    return Number(/^cmdstat_hscan:calls=(\d+)/m.exec(stats)?.[1] ?? 0);
  }

  /** How long a job of BullMQ still has to wait, by Redis's clock. */
  async delayMs(callId: string): Promise<number> {
    const score = await this.redis.zscore(`${this.keys.queue(CAMPAIGN)}delayed`, callId);
    return score === null ? 0 : Number(score) / DELAYED_SCORES_PER_MS - (await this.#nowMs());
  }

  /** For how long a call has been claimed, by Redis's clock. */
  async claimAgeMs(callId: string): Promise<number> {
    const entry = await this.redis.hget(this.keys.campaign(CAMPAIGN).ledger, callId);
    const { claimedAt } = JSON.parse(entry ?? '{}') as { claimedAt: number };
    return (await this.#nowMs()) - claimedAt;
  }

  async #nowMs(): Promise<number> {
    const [seconds, micros] = await this.redis.time();
    return Number(seconds) * 1000 + Number(micros) / 1000;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#release.disposeAsync();
  }
}

/** What every campaign of a run has in common. */
export function campaignFields(id: string) {
  return {
    id,
    fromPhoneNumber: CANARIES.line,
    introNotes: 'Ask {{name}} about {{Notes}}',
    callingWindow: 'anytime',
    // Failures to reach the API are faults of the run, not of its calls.
    retry: { attempts: 100, backoffSeconds: 1, maxBackoffSeconds: 2 },
  } as const;
}
