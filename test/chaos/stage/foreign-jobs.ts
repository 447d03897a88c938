import type { QueuedCall, ResultRecord } from '@libby-dialer/dialing';
import type { Enqueuer } from './enqueuer.ts';
import { mayBeErased } from './erasures.ts';
import { insist } from './insist.ts';
import { patiently } from './patience.ts';
import { CAMPAIGN, type Stage } from './stage.ts';

/** As another program finds it in the queue, or adds it there. */
interface Job {
  readonly id: string;
  readonly name: string;
  /** JSON as a rule. */
  readonly data: string;
}

/** Garbage, calls as another version would write them, and what looks like one. */
const NO_CALLS: readonly unknown[] = [
  'nonsense',
  7,
  null,
  {},
  { to: 'nobody' },
  { version: 2, phone: '+12015550199' },
];
/** Other people's numbers, in no list. */
const STRANGERS = ['+19895550198', '+19895550199'];

/**
 * What other programs do to a campaign's queue: copies of jobs, changed ones, and ones that are no
 * call. Nobody may be rung by them, each must end where a person sees it, and the row of a changed
 * one comes back when its list is loaded again.
 */
export class ForeignJobs {
  /** Ids of the jobs that were added, with the person whom each names, if any. */
  readonly added = new Map<string, string | undefined>();
  readonly #stage: Stage;
  readonly #enqueuer: Enqueuer;
  readonly #known = new Map<string, Job>();
  /** Of the calls whose jobs were changed. */
  readonly #rows = new Map<string, number>();

  constructor(stage: Stage, enqueuer: Enqueuer) {
    this.#stage = stage;
    this.#enqueuer = enqueuer;
  }

  /**
   * Adds a job that was there before once more, as bull-board's "Duplicate" does: one that waits,
   * is in hand, or is long settled.
   */
  async copy(pick: number): Promise<void> {
    await this.look();
    const known = [...this.#known.values()];
    const job = known[pick % known.length];
    if (job !== undefined) await this.add(job.name, JSON.parse(job.data));
  }

  /** Adds what is no call. */
  async addNoCall(pick: number): Promise<void> {
    await this.add('call', NO_CALLS[pick % NO_CALLS.length]);
  }

  /** Remembers what is in the queue now. */
  async look(): Promise<void> {
    for (const job of await this.#jobs()) this.#known.set(job.id, job);
  }

  /**
   * Another number, or the mark of another version, in a job of ours that waits, under its own id.
   * Resolves once its row is as it was: the list is loaded again, unless a worker had taken the job
   * before. Only of people whom nobody erases (see `Erasures`): whom such a job was for is not to
   * be found in it any more.
   */
  async change(pick: number): Promise<void> {
    const waiting = (await this.#jobs()).filter(
      ({ data }) => !mayBeErased(personIn(JSON.parse(data)) ?? ''),
    );
    const job = waiting[pick % waiting.length];
    if (job === undefined) return;
    const { redis, keys } = this.#stage;
    const { ledger, setAside } = keys.campaign(CAMPAIGN);
    const key = `${keys.queue(CAMPAIGN)}${job.id}`;
    const call = JSON.parse(job.data) as Pick<QueuedCall, 'row'>;
    if (call.row !== undefined) this.#rows.set(job.id, call.row);
    const changes: readonly Readonly<Record<string, string>>[] = [
      { data: JSON.stringify({ ...call, to: STRANGERS[pick % STRANGERS.length] }) },
      { data: JSON.stringify({ ...call, version: 2 }) },
      { data: job.data.slice(0, -1) },
      { name: 'call' },
    ];
    const fields = Object.entries(changes[pick % changes.length] ?? {}).flat();
    // Only of a job that is still there: else this would make one of nothing.
    await insist(async () => redis.eval(CHANGE, 1, key, ...fields));
    const isSetAside = async () => (await redis.hexists(setAside, job.id)) === 1;
    const isOver = async () =>
      (await redis.exists(key)) === 0 && (await redis.hexists(ledger, job.id)) === 1;
    await patiently(async () => (await isSetAside()) || (await isOver()), {
      progress: () => this.#stage.lastResult(),
    });
    while (await isSetAside()) await this.#enqueuer.load({ kind: 'once' });
  }

  /** As BullMQ's Queue.add does. */
  async add(name: string, data: unknown): Promise<void> {
    const queue = this.#stage.queue.bullQueue(CAMPAIGN);
    await insist(async () => {
      const { id = '' } = await queue.add(name, data, { removeOnComplete: true });
      this.added.set(id, personIn(data));
    });
    await queue.close();
  }

  /**
   * Those of the added ones that nobody sees. Of people who were erased there must be nothing at
   * all.
   */
  async unseen(erased: ReadonlySet<string>): Promise<string[]> {
    if (this.added.size === 0) return [];
    const seen = new Set(
      await this.#stage.redis.hkeys(this.#stage.keys.campaign(CAMPAIGN).setAside),
    );
    const meant = [...this.added].filter(
      ([id, person]) => !seen.has(id) && !erased.has(person ?? ''),
    );
    return meant.map(([id]) => `foreign jobs: ${id} is nowhere to be seen`);
  }

  /**
   * With the rows of calls that were claimed by a worker that died, and whose jobs cannot be read
   * any more: nothing but the call's id is left of them for their results.
   */
  withRows(results: readonly ResultRecord[]): ResultRecord[] {
    return results.map((result) => {
      const row = result.row ?? this.#rows.get(result.callId);
      return row === undefined ? result : { ...result, row };
    });
  }

  async #jobs(): Promise<Job[]> {
    const { redis, keys } = this.#stage;
    const queue = keys.queue(CAMPAIGN);
    const lists = await Promise.all(
      ['wait', 'active', 'paused'].map((list) => redis.lrange(`${queue}${list}`, 0, -1)),
    );
    const ids = lists.flat().filter((id) => !this.added.has(id) && !id.startsWith('0:'));
    const jobs = await Promise.all(ids.map((id) => redis.hmget(`${queue}${id}`, 'name', 'data')));
    return jobs.flatMap(([name, data], index) =>
      name && data?.endsWith('}') ? [{ id: ids[index] ?? '', name, data }] : [],
    );
  }
}

const CHANGE =
  "if redis.call('EXISTS', KEYS[1]) == 1 then redis.call('HSET', KEYS[1], unpack(ARGV)) end return 1";

function personIn(data: unknown): string | undefined {
  const { to } = (data ?? {}) as { to?: unknown };
  return typeof to === 'string' ? to : undefined;
}
