import {
  type CampaignControl,
  type CampaignStore,
  DialQueue,
  type DoNotCallList,
  type Gate,
  type Holds,
  type Identity,
  type Keys,
  type Results,
  type StatusReader,
} from '@libby-dialer/dial-queue';
import {
  type Campaign,
  parseCampaign,
  type QueuedCall,
  type ResultRecord,
} from '@libby-dialer/dialing';
import {
  type Simulator,
  type SimulatorOptions,
  startSimulator,
} from '@libby-dialer/libby-simulator';
import { createLogger, type LogLevel, Secret, type Service } from '@libby-dialer/runtime';
import { eventually, type TestRedis, uniquePrefix } from '@libby-dialer/testkit';
import { Queue } from 'bullmq';
import { Redis } from 'ioredis';
import type { WorkerConfig } from '../config.ts';
import { dialWorker } from '../dial-worker.ts';

export const LINE = '+15055550100';
const AREAS = ['212', '303', '312', '415', '505', '512', '617', '702', '713', '808'];

/** The nth of a thousand fictional numbers. */
export function phone(index: number): string {
  return `+1${AREAS[Math.floor(index / 100)]}55501${String(index % 100).padStart(2, '0')}`;
}

export function phones(count: number): string[] {
  return Array.from({ length: count }, (_, index) => phone(index));
}

export interface WorkerSettings {
  readonly concurrency?: number;
  readonly connectTimeoutMs?: number;
  readonly responseTimeoutMs?: number;
  readonly shutdownGraceMs?: number;
  readonly logLevel?: LogLevel;
  /** Instead of the simulator's own, such as a proxy before it. */
  readonly apiUrl?: string;
  readonly tokenUrl?: string;
  /** A proxy's before Redis. */
  readonly redisPort?: number;
  readonly clientSecret?: string;
  /** Replicas that must have a claim, and the time for it. */
  readonly fence?: { readonly replicas: number; readonly timeoutMs: number };
}

/** A worker in this process, with what it has logged. */
export class TestWorker implements AsyncDisposable {
  readonly #worker: Service;
  readonly logs: readonly string[];
  #stopping: Promise<void> | undefined;

  constructor(worker: Service, logs: readonly string[]) {
    this.#worker = worker;
    this.logs = logs;
  }

  /** Where it answers HTTP, from its own log. */
  get url(): string {
    const line = this.logs
      .map((text) => JSON.parse(text) as { http?: string })
      .find(({ http }) => http !== undefined);
    if (line?.http === undefined) throw new Error('the worker has not said where it listens');
    return line.http;
  }

  async metrics(): Promise<string> {
    return (await fetch(`${this.url}/metrics`)).text();
  }

  /** The value of one metric, summed over its labels. */
  async metric(name: string, label = ''): Promise<number> {
    const lines = (await this.metrics())
      .split('\n')
      .filter((line) => new RegExp(`^${name}[ {]`).test(line));
    return lines
      .filter((line) => line.includes(label))
      .reduce((sum, line) => sum + Number(line.split(' ').at(-1)), 0);
  }

  /** Waits until the gate has given this worker such an answer. */
  async gateAnswered(kind: string): Promise<void> {
    await this.counted('libby_dialer_gate_answers_total', 1, `answer="${kind}"`);
  }

  /** Waits until a metric has come that far. */
  async counted(name: string, atLeast: number, label = ''): Promise<void> {
    await eventually(async () => (await this.metric(name, label)) >= atLeast);
  }

  stop(): Promise<void> {
    this.#stopping ??= this.#worker.stop();
    return this.#stopping;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    // Who has asked for its end hears how that was.
    if (this.#stopping === undefined) await this.stop();
    else await this.#stopping.catch(() => {});
  }
}

/**
 * One test's dialing: a prefix of its own in Redis, a simulator, and the producer's and operator's
 * side of the queue.
 */
export class DialingWorld implements AsyncDisposable {
  readonly redis: Redis;
  readonly queue: DialQueue;
  readonly redisUrl: string;
  readonly simulator: Simulator;
  readonly keys: Keys;
  readonly identity: Identity;
  readonly campaigns: CampaignStore;
  readonly control: CampaignControl;
  readonly doNotCall: DoNotCallList;
  readonly holds: Holds;
  readonly #results: Results;
  readonly #status: StatusReader;
  readonly #workers: TestWorker[] = [];

  private constructor(
    redis: Redis,
    redisUrl: string,
    simulator: Simulator,
    queue: DialQueue,
    identity: Identity,
  ) {
    this.redis = redis;
    this.redisUrl = redisUrl;
    this.simulator = simulator;
    this.queue = queue;
    this.keys = queue.keys;
    this.identity = identity;
    this.campaigns = queue.campaigns;
    this.control = queue.control;
    this.doNotCall = queue.doNotCall;
    this.holds = queue.holds;
    this.#results = queue.results;
    this.#status = queue.status;
  }

  static async open(
    server: Pick<TestRedis, 'url'>,
    options: SimulatorOptions = {},
  ): Promise<DialingWorld> {
    const redis = new Redis(server.url, { maxRetriesPerRequest: null });
    redis.on('error', () => {});
    const queue = DialQueue.open(redis, uniquePrefix());
    const [simulator, identity] = await Promise.all([startSimulator(options), queue.identity()]);
    return new DialingWorld(redis, server.url, simulator, queue, identity);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#workers.map((worker) => worker[Symbol.asyncDispose]()));
    await this.simulator.stop();
    this.redis.disconnect();
  }

  /** Stores a campaign that may call at any time, changed as said. */
  async campaign(changes: Record<string, unknown> = {}): Promise<Campaign> {
    const content = {
      id: 'spring',
      fromPhoneNumber: LINE,
      introNotes: 'Hi',
      callingWindow: 'anytime',
      ...changes,
    };
    const verdict = parseCampaign(content);
    if (!verdict.ok) throw new Error(verdict.problems.join('; '));
    const answer = await this.campaigns.put(verdict.campaign);
    if (!answer.stored) throw new Error('the campaign was not stored');
    return verdict.campaign;
  }

  callId(to: string, campaign = 'spring'): string {
    return this.identity.callId(campaign, `phone:${to}`);
  }

  /** Loads one call for each number; the calls differ from each other as said. */
  async load(
    numbers: readonly string[],
    campaign = 'spring',
    changes: Partial<QueuedCall> = {},
  ): Promise<void> {
    await using loader = this.queue.loader(campaign);
    const batch = numbers.map((to, index) => ({
      callId: this.callId(to, campaign),
      call: { to, name: 'Ada', row: index + 2, ...changes },
    }));
    await loader.add(batch);
    await loader.finish();
  }

  async startWorker(settings: WorkerSettings = {}): Promise<TestWorker> {
    const logs: string[] = [];
    const logger = createLogger({
      level: settings.logLevel ?? 'info',
      name: 'worker',
      destination: { write: (line) => logs.push(line) },
    });
    const worker = dialWorker(this.config(settings), logger);
    const handle = new TestWorker(worker, logs);
    this.#workers.push(handle);
    await worker.start();
    return handle;
  }

  config(settings: WorkerSettings = {}): WorkerConfig {
    const { hostname, port } = new URL(this.redisUrl);
    const { simulator } = this;
    return {
      redis: {
        connection: {
          topology: {
            kind: 'single',
            node: { host: hostname, port: settings.redisPort ?? Number(port) },
          },
          username: undefined,
          password: undefined,
          db: 0,
          tls: false,
        },
        prefix: this.keys.prefix,
        allowVolatile: true,
      },
      fence: settings.fence,
      libby: {
        apiUrl: settings.apiUrl ?? simulator.apiUrl,
        tokenUrl: settings.tokenUrl ?? simulator.tokenUrl,
        apiProxy: undefined,
        tokenProxy: undefined,
        clientId: simulator.clientId,
        clientSecret: new Secret(settings.clientSecret ?? simulator.clientSecret),
        scope: simulator.scope,
        xsrfToken: undefined,
        connectTimeoutMs: settings.connectTimeoutMs ?? 10_000,
        responseTimeoutMs: settings.responseTimeoutMs ?? 10_000,
      },
      allowInsecureHttp: false,
      concurrency: settings.concurrency ?? 10,
      shutdownGraceMs: settings.shutdownGraceMs ?? 15_000,
      http: { port: 0, host: '127.0.0.1' },
      log: { level: 'info' },
    };
  }

  /** A gate of our own, to claim and settle as some worker would. */
  gate(claimMs = 60_000): Gate {
    return this.queue.gate({ sendWithinMs: Math.min(claimMs, 5000), claimMs });
  }

  async results(campaign = 'spring'): Promise<ResultRecord[]> {
    const records: ResultRecord[] = [];
    for await (const record of this.#results.read(campaign)) records.push(record);
    return records;
  }

  /** The outcome of each number that has one. */
  async outcomes(campaign = 'spring'): Promise<Map<string, string>> {
    return new Map(
      (await this.results(campaign)).map(({ toPhoneNumber, outcome }) => [toPhoneNumber, outcome]),
    );
  }

  async status(campaign = 'spring') {
    const status = await this.#status.read(campaign);
    if (status === undefined) throw new Error('there is no such campaign');
    return status;
  }

  /** Waits until so many calls are settled, then gives their latest results. */
  settled(count: number, campaign = 'spring'): Promise<ResultRecord[]> {
    return eventually(async () => {
      const results = await this.results(campaign);
      if (results.length === count) return results;
      const status = JSON.stringify(await this.status(campaign));
      throw new Error(`${results.length} of ${count} calls are settled, ${status}`);
    });
  }

  /**
   * Waits until the worker sleeps over such an answer of the gate: its jobs are back then. What is
   * announced before that keeps it from sleeping at all.
   */
  async sleepsOver(worker: TestWorker, kind: string, campaign = 'spring'): Promise<void> {
    await worker.gateAnswered(kind);
    const inHand = `${this.keys.queue(campaign)}active`;
    await eventually(async () => (await this.redis.llen(inHand)) === 0);
  }

  /** Waits for a hold of this scope and gives its reason. */
  heldBy(scope: string): Promise<string> {
    return eventually(
      async () => (await this.holds.list()).find((hold) => hold.scope === scope)?.reason ?? false,
    );
  }

  async noHolds(): Promise<void> {
    await eventually(async () => (await this.holds.list()).length === 0);
  }

  /** How many requests for each number the provider has seen, taken or not. */
  requestsByNumber(): Map<string, number> {
    const counts = new Map<string, number>();
    for (const { toPhoneNumber } of this.simulator.calls().calls) {
      counts.set(toPhoneNumber, (counts.get(toPhoneNumber) ?? 0) + 1);
    }
    return counts;
  }

  /** Numbers whose phone rang more than once: of these there must never be one. */
  rangTwice(): string[] {
    return Object.entries(this.simulator.calls().byNumber).flatMap(([number, times]) =>
      times > 1 ? [number] : [],
    );
  }

  /** Jobs in BullMQ's `failed` set, where nothing would run them again. */
  async failedJobs(campaign = 'spring'): Promise<number> {
    return this.withQueue(campaign, (queue) => queue.getFailedCount());
  }

  /**
   * As if the time were over for which a dead worker's calls are nobody else's: BullMQ's locks, and
   * the claims in the ledger; and for which a new server waits for it.
   */
  async passDeadlines(campaign = 'spring'): Promise<void> {
    const { claimCounts } = this.keys;
    for (const field of await this.redis.hkeys(claimCounts))
      if (field.startsWith('worker:')) await this.redis.hdel(claimCounts, field);
    const { ledger } = this.keys.campaign(campaign);
    for (const callId of await this.redis.lrange(`${this.keys.queue(campaign)}active`, 0, -1)) {
      await this.redis.del(`${this.keys.queue(campaign)}${callId}:lock`);
      const entry = await this.redis.hget(ledger, callId);
      if (entry === null) continue;
      await this.redis.hset(
        ledger,
        callId,
        JSON.stringify({ ...(JSON.parse(entry) as object), deadline: 1 }),
      );
    }
  }

  async withQueue<T>(campaign: string, use: (queue: Queue) => Promise<T>): Promise<T> {
    const queue = new Queue(campaign, {
      connection: this.redis,
      prefix: this.keys.queues,
      skipWaitingForReady: true,
    });
    queue.on('error', () => {});
    try {
      return await use(queue);
    } finally {
      await queue.close();
    }
  }
}
