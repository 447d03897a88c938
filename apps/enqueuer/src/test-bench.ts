import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough, Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { type Claim, Gate, Identity, Keys, openQueue } from '@libby-dialer/dial-queue';
import { isoInstant, type Outcome, type Reason, type ResultRecord } from '@libby-dialer/dialing';
import { DialerError, Interrupted, Redactor } from '@libby-dialer/runtime';
import { startRedis, type TestRedis, uniquePrefix } from '@libby-dialer/testkit';
import { Redis } from 'ioredis';
import { afterAll, afterEach, beforeAll, beforeEach } from 'vitest';
import { cli } from './cli.ts';

export interface CommandResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  readonly stdin?: string | Readable;
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly signal?: AbortSignal;
  /** A person sits at input and messages, and `stdin` is what they type. */
  readonly isTerminal?: boolean;
  /**
   * For tests that read while the command runs, or look at a terminal; it is ended. Then the result
   * holds none of it.
   */
  readonly stdout?: PassThrough & { isTTY?: boolean; columns?: number; rows?: number };
}

const NUMBERS_FROM = 100;

/**
 * For tests of commands: a directory, a key prefix of its own, and the workers' side of the ledger.
 */
export class TestBench implements AsyncDisposable {
  readonly directory: string;
  readonly redis: Redis;
  readonly keys: Keys;
  readonly environment: Readonly<Record<string, string>>;
  readonly gate: Gate;

  constructor(directory: string, redisUrl: string) {
    const prefix = uniquePrefix();
    this.directory = directory;
    this.redis = new Redis(redisUrl);
    this.keys = new Keys(prefix);
    this.environment = {
      REDIS_URL: redisUrl,
      DIALER_PREFIX: prefix,
      DIALER_ALLOW_VOLATILE_REDIS: '1',
      LOG_LEVEL: 'error',
    };
    this.gate = new Gate(this.redis, this.keys, { sendWithinMs: 60_000, claimMs: 120_000 });
  }

  static async start(redisUrl: string): Promise<TestBench> {
    return new TestBench(await mkdtemp(join(tmpdir(), 'enqueuer-test-')), redisUrl);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.redis.disconnect();
    await rm(this.directory, { recursive: true });
  }

  /** Writes a file and gives its path. */
  async file(name: string, content: string): Promise<string> {
    const path = join(this.directory, name);
    await writeFile(path, content);
    return path;
  }

  /** A campaign file that may call at any time. */
  async campaign(id: string, settings: object = {}): Promise<string> {
    const content = { id, fromPhoneNumber: '+15055550100', callingWindow: 'anytime', ...settings };
    return await this.file(`${id}.json`, JSON.stringify(content));
  }

  /** A CSV list of as many people with different numbers, from the given one on. */
  async list(name: string, count: number, from = 0): Promise<string> {
    const rows = Array.from(
      { length: count },
      (_, index) => `Person ${from + index},${phone(from + index)}\n`,
    );
    return await this.file(name, `Name,Phone\n${rows.join('')}`);
  }

  /** Runs a command line in this process, and treats what it throws as `runMain` does. */
  async run(
    argv: readonly string[],
    { stdin = '', env = {}, signal, stdout: given, isTerminal = false }: RunOptions = {},
  ): Promise<CommandResult> {
    const stdout = given ?? new PassThrough();
    // Wide enough that sentences stay in one line.
    const stderr = Object.assign(new PassThrough(), { isTTY: isTerminal, columns: 1000 });
    const output = Promise.all([given === undefined ? text(stdout) : '', text(stderr)]);
    const io = {
      stdin: Object.assign(
        typeof stdin === 'string' ? Readable.from([Buffer.from(stdin)]) : stdin,
        {
          isTTY: isTerminal,
        },
      ),
      stdout,
      stderr,
      environment: () => ({ ...this.environment, ...env }),
      signal: signal ?? new AbortController().signal,
      redactor: new Redactor(),
    };
    let code: number;
    try {
      code = await cli(argv, io);
    } catch (error) {
      const ending = isAbort(error) && signal?.aborted ? (signal.reason as Error) : error;
      if (!(ending instanceof DialerError) && !(ending instanceof Interrupted)) throw error;
      if (ending instanceof DialerError) stderr.write(`${ending.message}\n`);
      code = ending.exitCode;
    }
    stdout.end();
    stderr.end();
    const [out, err] = await output;
    return { code, stdout: out, stderr: err };
  }

  /** Runs a command line that must succeed, and reads what it prints as JSON. */
  async json(argv: readonly string[], options?: RunOptions): Promise<unknown> {
    const { code, stdout, stderr } = await this.run(argv, options);
    if (code !== 0 && code !== 3) throw new Error(`exit code ${code}: ${stderr}`);
    return JSON.parse(stdout);
  }

  async callId(campaign: string, dedupeKey: string): Promise<string> {
    return (await Identity.load(this.redis, this.keys)).callId(campaign, dedupeKey);
  }

  /** The ids of the calls that wait, in the order of the list. */
  async queued(campaign: string): Promise<string[]> {
    return (await this.redis.lrange(`${this.keys.queue(campaign)}wait`, 0, -1)).toReversed();
  }

  /** As a worker does before it sends. */
  async claim(campaign: string, callId: string, owner = 'worker-1'): Promise<Claim> {
    const identity = await Identity.load(this.redis, this.keys);
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
    const queue = openQueue(this.redis, this.keys, campaign);
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

function isAbort(error: unknown): boolean {
  return error instanceof Error && error.name === 'AbortError';
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
export function eachTest(use: (bench: TestBench) => void): void {
  let redis: TestRedis;
  let bench: TestBench;
  beforeAll(async () => {
    redis = await startRedis();
  });
  afterAll(() => redis.stop());
  beforeEach(async () => {
    bench = await TestBench.start(redis.url);
    use(bench);
  });
  afterEach(() => bench[Symbol.asyncDispose]());
}
