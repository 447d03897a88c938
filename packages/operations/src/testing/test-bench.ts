import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import {
  type AuditEntry,
  type Claim,
  DialQueue,
  type Gate,
  type Keys,
} from '@libby-dialer/dial-queue';
import {
  type AuditAction,
  type Campaign,
  isoInstant,
  type Outcome,
  parseCampaign,
  type Reason,
  type ResultRecord,
} from '@libby-dialer/dialing';
import { createLogger, loadConfig, Redactor, redisConfig } from '@libby-dialer/runtime';
import { startRedis, type TestRedis, uniquePrefix } from '@libby-dialer/testkit';
import { Redis } from 'ioredis';
import { afterAll, afterEach, beforeAll, beforeEach } from 'vitest';
import { listAudit } from '../audit/list-audit.ts';
import { type Actor, Context } from '../context.ts';
import { type LoadedList, loadList } from '../load/load-list.ts';

const NUMBERS_FROM = 100;

export const TESTER: Actor = { name: 'Ada', via: 'cli', from: 'desk' };

/**
 * For tests of what is asked for: a directory, a key prefix of its own, what operations work with,
 * and the workers' side of the ledger.
 */
export class TestBench implements AsyncDisposable {
  readonly directory: string;
  readonly redis: Redis;
  readonly queue: DialQueue;
  readonly keys: Keys;
  readonly environment: Readonly<Record<string, string>>;
  readonly gate: Gate;
  readonly context: Context;
  readonly #others: Redis[] = [];

  constructor(directory: string, redisUrl: string) {
    const prefix = uniquePrefix();
    this.directory = directory;
    this.redis = new Redis(redisUrl);
    this.queue = DialQueue.open(this.redis, prefix);
    this.keys = this.queue.keys;
    this.environment = {
      REDIS_URL: redisUrl,
      DIALER_PREFIX: prefix,
      DIALER_ALLOW_VOLATILE_REDIS: '1',
      LOG_LEVEL: 'error',
    };
    this.gate = this.queue.gate({ sendWithinMs: 60_000, claimMs: 120_000 });
    this.context = contextOf(this.redis, this.environment);
  }

  static async start<Bench extends TestBench>(
    this: new (
      directory: string,
      redisUrl: string,
    ) => Bench,
    redisUrl: string,
  ): Promise<Bench> {
    return new this(await mkdtemp(join(tmpdir(), 'enqueuer-test-')), redisUrl);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const redis of [this.redis, ...this.#others]) redis.disconnect();
    await rm(this.directory, { recursive: true });
  }

  /** What another process works with: a connection of its own. */
  anotherProcess(): Context {
    const redis = this.redis.duplicate();
    this.#others.push(redis);
    return contextOf(redis, this.environment);
  }

  /** Writes a file and gives its path. */
  async file(name: string, content: string): Promise<string> {
    const path = join(this.directory, name);
    await writeFile(path, content);
    return path;
  }

  /** A campaign file that may call at any time. */
  async campaign(id: string, settings: object = {}): Promise<string> {
    return await this.file(`${id}.json`, JSON.stringify(settingsOf(id, settings)));
  }

  /** Stores a campaign that may call at any time. */
  async put(id: string, settings: object = {}): Promise<Campaign> {
    const verdict = parseCampaign(settingsOf(id, settings));
    if (!verdict.ok) throw new Error(verdict.problems.join('\n'));
    await this.context.queue.campaigns.put(verdict.campaign);
    return verdict.campaign;
  }

  async load(path: string, campaign: Campaign): Promise<LoadedList> {
    const { signal } = new AbortController();
    const stdin = Readable.from([]);
    return await loadList(this.context, { path, campaign, stdin, signal, warn: () => {} });
  }

  /** A CSV list of as many people with different numbers, from the given one on. */
  async list(name: string, count: number, from = 0): Promise<string> {
    const rows = Array.from(
      { length: count },
      (_, index) => `Person ${from + index},${phone(from + index)}\n`,
    );
    return await this.file(name, `Name,Phone\n${rows.join('')}`);
  }

  /** What was decided, the oldest first; or of that kind alone. */
  async decisions(action?: AuditAction): Promise<AuditEntry[]> {
    const { entries } = await listAudit(this.context, { action, limit: 100 });
    return entries.toReversed();
  }

  async callId(campaign: string, dedupeKey: string): Promise<string> {
    return (await this.queue.identity()).callId(campaign, dedupeKey);
  }

  /** The ids of the calls that wait, in the order of the list. */
  async queued(campaign: string): Promise<string[]> {
    return (await this.redis.lrange(`${this.keys.queue(campaign)}wait`, 0, -1)).toReversed();
  }

  /** To whom each call that waits is, by its id. */
  async numbersQueued(campaign: string): Promise<Map<string, string>> {
    const queue = this.queue.bullQueue(campaign);
    const jobs = await queue.getJobs(['waiting']);
    await queue.close();
    return new Map(jobs.map(({ id = '', data }) => [id, (data as { to: string }).to]));
  }

  /** As a worker does before it sends. */
  async claim(campaign: string, callId: string, owner = 'worker-1'): Promise<Claim> {
    const identity = await this.queue.identity();
    const answer = await this.gate.claim({
      callId,
      owner,
      campaign,
      person: identity.person(callId),
      lines: ['+15055550100'],
      limits: { conversationMs: 120_000 },
      opensAt: 0,
      closesAt: Number.MAX_SAFE_INTEGER,
      ready: true,
    });
    if (answer.kind !== 'dial') throw new Error(`the gate says ${answer.kind}`);
    return answer.claim;
  }

  /** As a worker does once it knows what became of the call it claimed; then its job is done. */
  async settle(
    campaign: string,
    callId: string,
    outcome: Outcome,
    {
      reason = 'accepted',
      owner = 'worker-1',
      ...given
    }: Partial<ResultRecord> & { owner?: string } = {},
  ): Promise<void> {
    const queue = this.queue.bullQueue(campaign);
    const job = await queue.getJob(callId);
    const record = {
      callId,
      campaign,
      row: 1,
      toPhoneNumber: '+15055550123',
      fromPhoneNumber: '+15055550100',
      name: 'Ada',
      outcome,
      reason: reason satisfies Reason,
      attempts: 1,
      queuedAt: isoInstant(0),
      settledAt: isoInstant(1000),
      worker: 'worker-1',
      ...given,
    };
    await this.gate.settle({
      callId,
      owner,
      campaign,
      outcome,
      attempts: 1,
      resultHead: JSON.stringify(record).slice(0, -1),
      payload: outcome === 'accepted' ? '' : JSON.stringify(job?.data ?? {}),
      answered: true,
      probes: [],
    });
    await job?.remove();
    await queue.close();
  }
}

function settingsOf(id: string, settings: object): object {
  return { id, fromPhoneNumber: '+15055550100', callingWindow: 'anytime', ...settings };
}

function contextOf(redis: Redis, environment: Readonly<Record<string, string>>): Context {
  const redactor = new Redactor();
  const config = loadConfig({ redis: redisConfig }, environment, { redactor });
  return new Context(
    config,
    createLogger({ level: 'silent', name: 'test', redactor }),
    redis,
    TESTER,
  );
}

/** Fictional numbers, each in an area code of its own kind: there are a hundred in each. */
export function phone(index: number): string {
  const areas = [
    '505',
    '212',
    '303',
    '415',
    '617',
    '702',
    '801',
    '206',
    '512',
    '404',
    '312',
    '713',
    '214',
    '602',
    '503',
  ];
  const area = areas[Math.floor(index / NUMBERS_FROM)];
  if (area === undefined) throw new RangeError('there are no more numbers than that');
  return `+1${area}5550${100 + (index % NUMBERS_FROM)}`;
}

/** A Redis for the file, and a bench of its own for each test. */
export function eachBench<Bench extends TestBench>(
  Bench: {
    new (directory: string, redisUrl: string): Bench;
    start: typeof TestBench.start;
  },
  use: (bench: Bench) => void,
): void {
  let redis: TestRedis;
  let bench: Bench;
  beforeAll(async () => {
    redis = await startRedis();
  });
  afterAll(() => redis.stop());
  beforeEach(async () => {
    bench = await Bench.start(redis.url);
    use(bench);
  });
  afterEach(() => bench[Symbol.asyncDispose]());
}

export function eachTest(use: (bench: TestBench) => void): void {
  eachBench(TestBench, use);
}
