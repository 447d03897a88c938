import {
  type CampaignStatus,
  type CampaignStore,
  DialQueue,
  type StatusReader,
} from '@libby-dialer/dial-queue';
import { type Campaign, queuedCallSchema, type ResultRecord } from '@libby-dialer/dialing';
import {
  createLogger,
  createRedis,
  type RedisConfig,
  type RedisConnection,
  sleep,
} from '@libby-dialer/runtime';
import { type OwnList, readingArguments } from '../command-line.ts';
import { nextOpening } from '../live/next-opening.ts';
import { Programs, type ProgramsOptions } from '../programs.ts';
import type { Screen } from '../screen.ts';
import { DialingProgress } from './dialing-progress.ts';

const LOOK_EVERY_MS = 200;
/** For so long a campaign must have been waiting: between two calls it may look so for a moment. */
const WAITS_FOR_SURE_MS = 2000;
/** What opens sooner is waited for. */
const WORTH_WAITING_MS = 60_000;
/** How many of the waiting calls, the next to come first, are asked when dialing goes on. */
const CALLS_LOOKED_AT = 100;

/** What `enqueuer load --json` prints. */
export interface LoadReport {
  readonly campaign: string;
  readonly rows: number;
  readonly queued: number;
  readonly alreadyQueued: number;
  readonly alreadySettled: number;
  readonly duplicates: number;
  readonly rejected: number;
  readonly rejectsFile: string | null;
  /** Of a dry run: what the file changes of the campaign as it is stored. */
  readonly change?: {
    readonly changes: readonly { readonly key: string }[];
    /** Calls that wait, for which it is changed as well. */
    readonly pending: number;
  } | null;
}

/**
 * How watching a campaign ended. `opensAt` (epoch ms): all that are left wait for their hours, the
 * first of them until then.
 */
export interface Ending {
  readonly status: CampaignStatus;
  readonly opensAt?: number;
}

export interface DialingOptions extends ProgramsOptions {
  readonly redis: RedisConfig;
}

/** A Redis, the programs that work on it, and a look at how far they are. */
export class Dialing implements AsyncDisposable {
  readonly programs: Programs;
  readonly status: StatusReader;
  readonly campaigns: CampaignStore;
  readonly #connection: RedisConnection;
  readonly #queue: DialQueue;
  readonly #signal: AbortSignal;

  private constructor(options: DialingOptions, connection: RedisConnection) {
    const { client } = connection;
    this.#connection = connection;
    this.#queue = DialQueue.open(client, options.redis.prefix);
    this.#signal = options.signal;
    this.programs = new Programs(options);
    this.campaigns = this.#queue.campaigns;
    this.status = this.#queue.status;
  }

  /** Throws a `DialerError` when Redis cannot be reached. */
  static async open(options: DialingOptions): Promise<Dialing> {
    const logger = createLogger({ level: 'silent', name: 'demo' });
    const connection = createRedis(options.redis.connection, {
      role: 'worker',
      name: 'demo',
      logger,
    });
    await connection.connect({ signal: options.signal });
    return new Dialing(options, connection);
  }

  async load({ list, campaign, reading }: OwnList, rejects: string): Promise<LoadReport> {
    const output = await this.programs.enqueuer(
      'load',
      list,
      '--campaign',
      campaign,
      ...readingArguments(reading),
      '--rejects',
      rejects,
      '--json',
    );
    return JSON.parse(output) as LoadReport;
  }

  /** Shows progress until every call has its outcome, or all that are left wait for their hours. */
  async watch(id: string, screen?: Screen): Promise<Ending> {
    const progress = screen && new DialingProgress(screen);
    const ending = await Promise.race([this.#watch(id, progress), this.programs.broken]);
    progress?.end(ending.status);
    return ending;
  }

  async *results(campaign: string): AsyncGenerator<ResultRecord> {
    yield* this.#queue.results.read(campaign);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.programs.stop();
    await this.#connection.stop();
  }

  async #watch(id: string, progress: DialingProgress | undefined): Promise<Ending> {
    let waitingSince: number | undefined;
    for (;;) {
      const status = await this.status.read(id);
      if (status === undefined) throw new Error(`the campaign ${id} was loaded but is not there`);
      if (isOver(status)) return { status };
      progress?.show(status);
      const isWaiting = status.state === 'waiting' && status.inFlight === 0;
      waitingSince = isWaiting ? (waitingSince ?? performance.now()) : undefined;
      if (waitingSince !== undefined && performance.now() - waitingSince >= WAITS_FOR_SURE_MS) {
        const opensAt = await this.#opensAt(id);
        if (opensAt !== undefined) return { status, opensAt };
      }
      await sleep(LOOK_EVERY_MS, this.#signal);
    }
  }

  /** Undefined where it is soon, or where it is not hours that the calls wait for. */
  async #opensAt(id: string): Promise<number | undefined> {
    const campaign = await this.campaigns.get(id);
    if (campaign === undefined) return undefined;
    const { now } = await this.campaigns.look();
    const opensAt = nextOpening(campaign, await this.#waitingCalls(campaign), now);
    return opensAt !== undefined && opensAt - now > WORTH_WAITING_MS ? opensAt : undefined;
  }

  async #waitingCalls({ id }: Campaign) {
    const queue = this.#queue.bullQueue(id);
    try {
      const jobs = await queue.getDelayed(0, CALLS_LOOKED_AT - 1);
      return jobs.map((job) => queuedCallSchema.parse(job.data));
    } finally {
      await queue.close();
    }
  }
}

function isOver({ state, pending, inFlight }: CampaignStatus): boolean {
  return pending + inFlight === 0 && state !== 'loading';
}
