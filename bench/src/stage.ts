import { DialQueue, type Keys } from '@libby-dialer/dial-queue';
import type { QueuedCall } from '@libby-dialer/dialing';
import {
  fictionalNumbers,
  type SpawnedProcess,
  spawnProcess,
  startRedis,
  type TestRedis,
  type TestRedisOptions,
} from '@libby-dialer/testkit';
import { Redis } from 'ioredis';
import { benchCampaign, benchHeadings, CAMPAIGN_ID, HEADINGS_ID, queuedCall } from './workload.ts';

const BATCH = 1000;
const KEEP_CALLS = 200_000;

/** A private Redis, with a client of ours. Without options it loses nothing. */
export class RedisStage implements AsyncDisposable {
  readonly server: TestRedis;
  readonly client: Redis;
  readonly queue: DialQueue;

  private constructor(server: TestRedis, prefix: string) {
    this.server = server;
    this.client = new Redis(server.url);
    this.queue = DialQueue.open(this.client, prefix);
  }

  get keys(): Keys {
    return this.queue.keys;
  }

  static async open(prefix = '{libby}', options: TestRedisOptions = {}): Promise<RedisStage> {
    const durable = { own: true, appendonly: true, appendfsync: 'always' } as const;
    const server = await startRedis({ ...durable, ...options });
    return new RedisStage(server, prefix);
  }

  async putCampaign(changes: Record<string, unknown> = {}): Promise<void> {
    const campaigns = this.queue.campaigns;
    const campaign = benchCampaign(changes);
    await campaigns.put(campaign);
    await campaigns.putListHead(campaign.id, HEADINGS_ID, {
      list: 'contacts.csv',
      headings: benchHeadings(),
    });
  }

  /** Queues calls as the enqueuer does: to a number each, as long as there are numbers. */
  async load(
    calls: number,
    campaign = CAMPAIGN_ID,
    changes: Partial<QueuedCall> = {},
  ): Promise<void> {
    const numbers = fictionalNumbers();
    const identity = await this.queue.identity();
    await using loader = this.queue.loader(campaign);
    for (let from = 0; from < calls; from += BATCH) {
      const rows = Array.from(
        { length: Math.min(BATCH, calls - from) },
        (_, index) => from + index,
      );
      await loader.add(
        rows.map((row) => ({
          callId: identity.callId(campaign, `row ${row}`),
          call: { ...queuedCall(row, numbers), ...changes },
        })),
      );
    }
    await loader.finish();
  }

  /**
   * Stores the campaign and queues calls, more than a thousand. Returns what each takes in Redis
   * beyond the first, which bring what is there once: scripts, the queue's own keys.
   */
  async fill(calls: number): Promise<number> {
    await this.putCampaign();
    await this.load(BATCH);
    const before = await this.dataBytes();
    await this.load(calls);
    return ((await this.dataBytes()) - before) / (calls - BATCH);
  }

  /** One figure of Redis's INFO. */
  async info(section: string, name: string): Promise<number> {
    const text = await this.client.info(section);
    const value = text.split('\r\n').find((line) => line.startsWith(`${name}:`));
    if (value === undefined) throw new Error(`Redis's INFO ${section} has no ${name}`);
    return Number(value.slice(name.length + 1));
  }

  /** What the data take, as the allocator sees it: AOF buffers left out. */
  async dataBytes(): Promise<number> {
    const [memory, buffers] = await Promise.all([
      this.info('memory', 'used_memory'),
      this.info('memory', 'mem_not_counted_for_evict'),
    ]);
    return memory - buffers;
  }

  async cpuMs(): Promise<number> {
    return (
      1000 * ((await this.info('cpu', 'used_cpu_user')) + (await this.info('cpu', 'used_cpu_sys')))
    );
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.client.disconnect();
    await this.server.stop();
  }
}

/** What the simulator says when it is ready. */
export interface Libby {
  readonly apiUrl: string;
  readonly tokenUrl: string;
  readonly clientId: string;
  readonly clientSecret: string;
  readonly scope: string;
}

export interface SimulatorStats {
  readonly requests: number;
  readonly taken: number;
  readonly numbersTaken: number;
  readonly numbersTakenAgain: number;
  readonly tokenGrants: number;
  readonly maxInFlight: number;
}

/** The simulator in a process of its own, and its ground truth. */
export class SimulatorStage implements AsyncDisposable {
  readonly libby: Libby;
  readonly #process: SpawnedProcess;

  private constructor(process: SpawnedProcess, libby: Libby) {
    this.#process = process;
    this.libby = libby;
  }

  static async open(latencyMs = 0): Promise<SimulatorStage> {
    const main = programPath('dist/simulator.js');
    const limits = [
      '--keep-calls',
      String(KEEP_CALLS),
      '--keep-payloads',
      '0',
      '--latency-ms',
      String(latencyMs),
    ];
    const process = await spawnProcess(nodePath(), [main, ...limits]);
    const ready = await process.waitForLine(/^\{"apiUrl"/);
    return new SimulatorStage(process, JSON.parse(ready) as Libby);
  }

  async stats(): Promise<SimulatorStats> {
    const response = await fetch(`${this.libby.apiUrl}/stats`);
    return (await response.json()) as SimulatorStats;
  }

  /** When each call arrived, epoch ms, in order. */
  async arrivals(): Promise<number[]> {
    return (await this.calls()).map(({ atMs }) => atMs);
  }

  /** Each call in the order in which they arrived: when, in epoch ms, and by which line. */
  async calls(): Promise<{ readonly atMs: number; readonly fromPhoneNumber: string }[]> {
    const response = await fetch(`${this.libby.apiUrl}/calls?payloads=false`);
    const { calls } = (await response.json()) as {
      calls: { atMs: number; fromPhoneNumber: string }[];
    };
    return calls;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#process.stop();
  }
}

export function nodePath(): string {
  return process.execPath;
}

/** A file of the project, from its root. */
export function programPath(path: string): string {
  return new URL(`../../${path}`, import.meta.url).pathname;
}

/** The worker's environment for a Redis and a Libby. */
export function workerEnvironment(
  redis: RedisStage,
  libby: Libby,
  concurrency: number,
): Record<string, string> {
  return {
    REDIS_URL: redis.server.url,
    DIALER_PREFIX: redis.keys.prefix,
    LIBBY_API_URL: libby.apiUrl,
    LIBBY_TOKEN_URL: libby.tokenUrl,
    LIBBY_CLIENT_ID: libby.clientId,
    LIBBY_CLIENT_SECRET: libby.clientSecret,
    LIBBY_SCOPE: libby.scope,
    WORKER_CONCURRENCY: String(concurrency),
    WORKER_HTTP_PORT: '0',
    LOG_LEVEL: 'info',
  };
}
