import { isDeepStrictEqual } from 'node:util';
import {
  type CronTime,
  campaignIdOf,
  isoInstant,
  type Schedule,
  ScheduleCalendar,
} from '@libby-dialer/dialing';
import type { Keys } from '../redis/keys.ts';
import { stepsOf } from '../redis/paging.ts';
import type { RedisConnection } from '../redis/redis-connection.ts';
import { Script } from '../redis/script.ts';
import { flag, json, list, number, optional, rows, text } from '../redis/script-inputs.ts';

/** How many runs one step notes: after long downtime there may be any number. */
const RUNS_PER_STEP = 500;
/** Of each schedule; what is finished and has no campaign any more goes beyond that. */
const RECORDS_KEPT = 400;

export type RunState = 'due' | 'waiting_for_list' | 'loading' | 'loaded' | 'missed' | 'failed';

/** One run of a schedule. Times are epoch ms of Redis's clock. */
export interface ScheduleRun {
  /** Its name: the local time, such as `2026-12-01T18:00`. */
  readonly local: string;
  readonly state: RunState;
  /** Id of the campaign that is its own. */
  readonly campaign: string;
  readonly dueAt: number;
  readonly startedAt?: number;
  readonly finishedAt?: number;
  /** What became of the rows, by name. */
  readonly counts?: Readonly<Record<string, number>>;
  readonly rejectsFile?: string;
  /** SHA-256 of the list, where its rows are calls by their place in it. */
  readonly listHash?: string;
  /** Stable code of why it was missed or has failed, and the sentence for people. */
  readonly reason?: string;
  readonly message?: string;
  /** Its campaign has been archived. */
  readonly archived?: boolean;
  readonly owner?: string;
  readonly leaseUntil?: number;
}

/** Fields to change; null: it goes. */
export type RunChange = {
  readonly [Field in Exclude<keyof ScheduleRun, 'local' | 'owner' | 'leaseUntil'>]?:
    | ScheduleRun[Field]
    | null;
};

export type TakeAnswer =
  | { readonly kind: 'none' }
  /** Loaded, or finished otherwise and not asked for again; another's; yours. */
  | { readonly kind: 'finished' | 'taken' | 'yours'; readonly run: ScheduleRun };

/** How due runs were noted. */
export interface NotedRuns {
  readonly due: number;
  /** Runs that were over before anybody could begin them, in the order they were due. */
  readonly missed: readonly CronTime[];
}

type NewRun = Omit<ScheduleRun, 'local' | 'campaign'> & { readonly local: string };

/**
 * The schedules, and what became of each of their runs: the one record of both, shared by all
 * daemons.
 */
export class ScheduleStore {
  static readonly #put = new Script({
    lua: new URL('./put-schedule.lua', import.meta.url),
    keys: ['schedules', 'state'],
    args: { schedule: text, expected: optional(text), definition: text, now: number },
    answer: (isStored: number) => isStored === 1,
  });
  static readonly #noteRuns = new Script({
    lua: new URL('./note-runs.lua', import.meta.url),
    shared: ['runs'],
    keys: ['schedules', 'runs', 'open', 'campaigns', 'state'],
    args: {
      schedule: text,
      definition: text,
      notedUntil: optional(number),
      newRuns: rows({ at: text, run: json<Omit<NewRun, 'local'>>(), usual: text, other: text }),
    },
    answer: ([word, ...locals]: ['changed' | 'forgotten' | 'noted', ...string[]]) =>
      word === 'changed' ? word : locals,
  });
  static readonly #take = new Script({
    lua: new URL('./take-run.lua', import.meta.url),
    shared: ['ledger', 'runs'],
    keys: ['runs', 'open'],
    args: { at: text, owner: text, leaseMs: number, again: flag },
    answer: (reply: [kind: TakeAnswer['kind'], run?: string]) => reply,
  });
  static readonly #changeRun = new Script({
    lua: new URL('./change-run.lua', import.meta.url),
    shared: ['ledger', 'runs'],
    keys: ['runs', 'open'],
    args: { at: text, owner: optional(text), changes: json<RunChange>(), leaseMs: number },
    answer: (isChanged: number) => isChanged === 1,
  });
  static readonly #forget = new Script({
    lua: new URL('./forget-runs.lua', import.meta.url),
    shared: ['ledger', 'runs'],
    keys: ['runs', 'campaigns', 'state'],
    args: { locals: list(text) },
  });
  readonly #redis: RedisConnection;
  readonly #keys: Keys;

  constructor(redis: RedisConnection, keys: Keys) {
    this.#redis = redis;
    this.#keys = keys;
  }

  async get(name: string): Promise<Schedule | undefined> {
    const raw = await this.#redis.hget(this.#keys.schedules, name);
    return raw === null ? undefined : (JSON.parse(raw) as Schedule);
  }

  async list(): Promise<Schedule[]> {
    const stored = await this.#redis.hgetall(this.#keys.schedules);
    return Object.values(stored)
      .map((raw) => JSON.parse(raw) as Schedule)
      .toSorted((one, other) => one.name.localeCompare(other.name));
  }

  /**
   * Stores a schedule, or changes one: what was due before is carried out, what is due from now on
   * is so by the new one.
   * @param mayReplace whether it may take the place of what is stored; left out: of anything
   */
  async put(
    schedule: Schedule,
    mayReplace: (stored: Schedule | undefined) => boolean = () => true,
  ): Promise<'added' | 'replaced' | 'unchanged' | 'refused'> {
    const { state } = this.#keys.schedule(schedule.name);
    for (;;) {
      const stored = await this.get(schedule.name);
      if (!mayReplace(stored)) return 'refused';
      if (stored !== undefined && isSame(stored, schedule)) return 'unchanged';
      if (stored !== undefined) await this.noteDue(stored, schedule.addedAt);
      const isStored = await ScheduleStore.#put.run(
        this.#redis,
        { schedules: this.#keys.schedules, state },
        {
          schedule: schedule.name,
          expected: stored === undefined ? undefined : JSON.stringify(stored),
          definition: JSON.stringify(schedule),
          now: schedule.addedAt,
        },
      );
      if (isStored) return stored === undefined ? 'added' : 'replaced';
    }
  }

  /**
   * Returns whether there was one. The records of its runs stay, so that one of the same name loads
   * none of them again.
   */
  async remove(name: string): Promise<boolean> {
    return (await this.#redis.hdel(this.#keys.schedules, name)) === 1;
  }

  /** Makes a record of every run that has come due, each once, by whomever it is asked. */
  async noteDue(schedule: Schedule, now: number): Promise<NotedRuns> {
    const calendar = new ScheduleCalendar(schedule);
    const { state } = this.#keys.schedule(schedule.name);
    let noted = Number((await this.#redis.hget(state, 'noted')) ?? schedule.addedAt);
    let due = 0;
    const missed: CronTime[] = [];
    while (noted < now) {
      const { times, until } = calendar.cron.between(noted, now, RUNS_PER_STEP);
      const runs = times.map((time) => dueRun(calendar, time, now));
      const answer = await this.#note(schedule, runs, until);
      if (answer === 'changed') break;
      const isNew = new Set(answer);
      for (const run of runs) {
        if (!isNew.has(run.local)) continue;
        if (run.state === 'missed') missed.push(run);
        else due += 1;
      }
      noted = until;
    }
    return { due, missed };
  }

  /** A run as it is recorded, or would be. */
  async foresee({ name, precision }: Schedule, { local, dueAt }: CronTime): Promise<ScheduleRun> {
    const known = await this.run(name, local);
    if (known !== undefined) return known;
    const [usual, other] = campaignIdsOf(name, local, precision);
    const takenBy = await this.#redis.hget(this.#keys.schedule(name).campaigns, usual);
    return {
      local,
      dueAt,
      state: 'due',
      campaign: takenBy === null || takenBy === local ? usual : other,
    };
  }

  /**
   * Makes a record of one run that a person wants, if there is none. Undefined: whether it was
   * loaded before is not known any more, or the schedule has changed meanwhile.
   */
  async noteWanted(
    schedule: Schedule,
    { local, dueAt }: CronTime,
  ): Promise<ScheduleRun | undefined> {
    await this.#note(schedule, [{ local, state: 'due', dueAt }], undefined);
    return this.run(schedule.name, local);
  }

  async run(name: string, local: string): Promise<ScheduleRun | undefined> {
    const raw = await this.#redis.hget(this.#keys.schedule(name).runs, local);
    return raw === null ? undefined : readRun(local, raw);
  }

  /** All there are records of, the latest first. */
  async runs(name: string): Promise<ScheduleRun[]> {
    const stored = await this.#redis.hgetall(this.#keys.schedule(name).runs);
    return Object.entries(stored)
      .map(([local, raw]) => readRun(local, raw))
      .toSorted((one, other) => other.dueAt - one.dueAt || other.local.localeCompare(one.local));
  }

  /** The runs that are due and not finished, the oldest first. */
  async openRuns(name: string, now: number): Promise<ScheduleRun[]> {
    const { open, runs } = this.#keys.schedule(name);
    const locals = await this.#redis.zrangebyscore(open, '-inf', now, 'LIMIT', 0, RUNS_PER_STEP);
    if (locals.length === 0) return [];
    const stored = await this.#redis.hmget(runs, ...locals);
    return locals.flatMap((local, index) => {
      const raw = stored[index];
      return raw === null || raw === undefined ? [] : [readRun(local, raw)];
    });
  }

  /**
   * Takes a run for an owner, until its lease runs out. @param again also one that was missed, has
   * failed or has queued nothing
   */
  async take(
    name: string,
    local: string,
    lease: Lease,
    { again = false } = {},
  ): Promise<TakeAnswer> {
    const keys = this.#keys.schedule(name);
    const asked = { at: local, owner: lease.owner, leaseMs: lease.leaseMs, again };
    const [kind, raw = ''] = await ScheduleStore.#take.run(this.#redis, keys, asked);
    return kind === 'none' ? { kind } : { kind, run: readRun(local, raw) };
  }

  /** Changes a run and renews the lease. Returns false if it is another's by now. */
  async keep(name: string, local: string, lease: Lease, change: RunChange = {}): Promise<boolean> {
    return this.#change(name, local, lease.owner, change, lease.leaseMs);
  }

  /** Changes a run and gives the lease back. Returns false if it is another's by now. */
  async giveBack(
    name: string,
    local: string,
    { owner }: Pick<Lease, 'owner'>,
    change: RunChange = {},
  ): Promise<boolean> {
    return this.#change(name, local, owner, change, 0);
  }

  /** The campaign of a finished run is archived. */
  async noteArchived(name: string, local: string): Promise<void> {
    await this.#change(name, local, undefined, { archived: true }, 0);
  }

  /**
   * Drops records beyond the newest, but for runs that are not finished or whose campaign is still
   * there.
   */
  async trim(name: string): Promise<void> {
    const keys = this.#keys.schedule(name);
    if ((await this.#redis.hlen(keys.runs)) <= RECORDS_KEPT) return;
    const old = (await this.runs(name)).slice(RECORDS_KEPT).filter(isDispensable);
    for (const some of stepsOf(old, RUNS_PER_STEP))
      await ScheduleStore.#forget.run(this.#redis, keys, {
        locals: some.map(({ local }) => local),
      });
  }

  /** The local times that are new, or `changed`. */
  async #note(
    schedule: Schedule,
    runs: readonly NewRun[],
    until: number | undefined,
  ): Promise<string[] | 'changed'> {
    const { name, precision } = schedule;
    const keys = { ...this.#keys.schedule(name), schedules: this.#keys.schedules };
    return ScheduleStore.#noteRuns.run(this.#redis, keys, {
      schedule: name,
      definition: JSON.stringify(schedule),
      notedUntil: until,
      newRuns: runs.map(({ local, ...run }) => {
        const [usual, other] = campaignIdsOf(name, local, precision);
        return { at: local, run, usual, other };
      }),
    });
  }

  async #change(
    name: string,
    local: string,
    owner: string | undefined,
    changes: RunChange,
    leaseMs: number,
  ): Promise<boolean> {
    const keys = this.#keys.schedule(name);
    const change = { at: local, owner, changes, leaseMs };
    return ScheduleStore.#changeRun.run(this.#redis, keys, change);
  }
}

/** The right of one owner to work on a run. */
export interface Lease {
  /** Differs from that of every other attempt at a run. */
  readonly owner: string;
  readonly leaseMs: number;
}

/** The one that a run's campaign has, and the one that it takes where that is another run's. */
function campaignIdsOf(
  name: string,
  local: string,
  precision: Schedule['precision'],
): [usual: string, other: string] {
  const finer = precision === 'date' ? 'minute' : 'second';
  return [campaignIdOf(name, local, precision), campaignIdOf(name, local, finer)];
}

/** Whether calls have come of a list. */
export function hasCalls(counts: Readonly<Record<string, number>> | undefined): boolean {
  const { queued = 1, alreadyQueued = 0, alreadySettled = 0 } = counts ?? {};
  return queued + alreadyQueued + alreadySettled > 0;
}

function readRun(local: string, raw: string): ScheduleRun {
  return { local, ...(JSON.parse(raw) as Omit<ScheduleRun, 'local'>) };
}

function dueRun(calendar: ScheduleCalendar, { local, dueAt }: CronTime, now: number): NewRun {
  const lateUntil = calendar.lateUntil({ dueAt });
  if (now < lateUntil) return { local, dueAt, state: 'due' };
  const { kind: state, ...why } = tooLate(lateUntil);
  return { local, dueAt, state, finishedAt: now, ...why };
}

/** What is said of a run that nobody could begin in time. */
export function tooLate(lateUntil: number): { kind: 'missed'; reason: string; message: string } {
  const message = `It could not begin before ${isoInstant(lateUntil)}, when its hours ended.`;
  return { kind: 'missed', reason: 'too_late', message };
}

function isDispensable({ state, startedAt, archived = false }: ScheduleRun): boolean {
  return archived || state === 'missed' || (state === 'failed' && startedAt === undefined);
}

/** Whoever gives it may name its settings in another order. */
function isSame(stored: Schedule, given: Schedule): boolean {
  const written = JSON.parse(JSON.stringify({ ...given, addedAt: stored.addedAt })) as Schedule;
  return isDeepStrictEqual(stored, written);
}
