import { randomBytes } from 'node:crypto';
import { ListError, type ListReading, readingOf } from '@libby-dialer/call-list';
import {
  CampaignArchivedError,
  CampaignUnsupportedError,
  hasCalls,
  type RunChange,
  type ScheduleRun,
  type ScheduleStore,
  tooLate,
} from '@libby-dialer/dial-queue';
import {
  campaignOf,
  listPathOf,
  readStoredCampaign,
  type Schedule,
  ScheduleCalendar,
} from '@libby-dialer/dialing';
import { DialerError } from '@libby-dialer/runtime';
import type { Context } from '../context.ts';
import { type ListLoad, type LoadedList, loadList } from '../load/load-list.ts';
import type { ListLookout, ListSight } from './list-lookout.ts';
import { LeaseLostError, RunLease } from './run-lease.ts';

/** What became of an attempt at a run. */
export type CarryEnd =
  | { readonly kind: 'loaded'; readonly run: ScheduleRun; readonly loaded: LoadedList }
  /** `error`: for the person who asked for it. */
  | {
      readonly kind: 'missed' | 'failed';
      readonly reason: string;
      readonly message: string;
      readonly error?: Error;
    }
  /** Its list is not there yet, or still being written. */
  | { readonly kind: 'waiting'; readonly sight: ListSight }
  /** Nothing was to be done: another has it, it is finished, or there is no such run. */
  | { readonly kind: 'taken' | 'finished'; readonly run: ScheduleRun }
  | { readonly kind: 'none' };

/** What is done with a load's progress and warnings. */
export type LoadHooks = Pick<ListLoad, 'stdin' | 'warn' | 'watch' | 'brokenOff'>;

export interface RunCarrierOptions {
  readonly context: Context;
  readonly store: ScheduleStore;
  /** Names this process in the record. */
  readonly processId: string;
  /** Epoch ms of Redis's clock: what is due, and what is late. */
  readonly now: () => Promise<number>;
  readonly lookout: ListLookout;
  readonly leaseMs: number;
  /** Aborts when the process is to end: then a run is given back where it stands. */
  readonly signal: AbortSignal;
  readonly loadHooks: LoadHooks;
}

type Hindrance = Extract<CarryEnd, { kind: 'missed' | 'failed' | 'waiting' }>;

/** What a load can end with that trying again would not mend. */
const FINAL_CODES: ReadonlySet<string> = new Set([
  'campaign_canceled',
  'dedupe_by',
  'another_list',
  'list_changed',
]);

const LIST_CHANGED =
  'The list has changed since a part of it was loaded, and with dedupeBy: row its rows would be other calls; load what is missing into another campaign.';

/**
 * Carries out runs of schedules, each under a lease: of several processes one does it, and where
 * that one dies another goes on. A run whose loading has begun is finished whatever the hour: half
 * of its rows are queued already.
 */
export class RunCarrier {
  readonly #options: RunCarrierOptions;

  constructor(options: RunCarrierOptions) {
    this.#options = options;
  }

  /** Carries out a run that is due, if it is its time and nobody else has it. */
  async carryOut(schedule: Schedule, { local }: Pick<ScheduleRun, 'local'>): Promise<CarryEnd> {
    return await this.#withLease(schedule, local, false, async (lease) => {
      const hindrance = await this.#hindrance(schedule, lease.run);
      if (hindrance === undefined)
        return await this.#load(schedule, lease, this.#asSchedule(schedule));
      if (hindrance.kind !== 'waiting') return await this.#finish(lease, hindrance);
      await lease.giveBack(lease.run.state === 'due' ? { state: 'waiting_for_list' } : {});
      return hindrance;
    });
  }

  /**
   * Carries out a run at once, because a person asks for it: also early, late, or after it has
   * failed.
   */
  async carryOutNow(schedule: Schedule, { local }: Pick<ScheduleRun, 'local'>): Promise<CarryEnd> {
    return await this.#withLease(schedule, local, true, (lease) =>
      this.#load(schedule, lease, this.#options.context),
    );
  }

  /** Nobody asks for it now: it was decided when the schedule was added. */
  #asSchedule({ name }: Schedule): Context {
    const { context } = this.#options;
    return context.as({ name, via: 'schedule', from: context.actor.from });
  }

  async #withLease(
    schedule: Schedule,
    local: string,
    again: boolean,
    work: (lease: RunLease) => Promise<CarryEnd>,
  ): Promise<CarryEnd> {
    const { store, processId, leaseMs } = this.#options;
    const rights = { owner: `${processId}-${randomBytes(3).toString('hex')}`, leaseMs };
    const answer = await store.take(schedule.name, local, rights, { again });
    if (answer.kind !== 'yours') return answer as CarryEnd;
    using lease = new RunLease(store, schedule.name, answer.run, rights);
    try {
      return await work(lease);
    } catch (error) {
      // Whatever it was: the next may try at once, where this one left off. The first error says
      // more.
      if (!(error instanceof LeaseLostError)) await lease.giveBack().catch(() => {});
      throw error;
    }
  }

  /** Why a run cannot begin, or go on, now; undefined: it can. */
  async #hindrance(schedule: Schedule, run: ScheduleRun): Promise<Hindrance | undefined> {
    const path = listPathOf(schedule, run);
    const sight = await this.#options.lookout.look(path);
    const at = await this.#options.now();
    const lateUntil = new ScheduleCalendar(schedule).lateUntil(run);
    const hasBegun = run.state === 'loading';
    if (hasBegun && sight !== 'missing') return undefined;
    // Where it had begun, the list may still lie on the machine that died.
    const waitsUntil = hasBegun
      ? lateUntil
      : Math.min(run.dueAt + schedule.waitForListMs, lateUntil);
    const isMissed = at >= lateUntil && run.state === 'due';
    if (sight === 'missing' && at >= waitsUntil && !isMissed) {
      return {
        kind: 'failed',
        reason: 'list_missing',
        message: `There was no list ${path}, or it was empty.`,
      };
    }
    if (at >= lateUntil) return tooLate(lateUntil);
    return sight === 'settled' || sight === 'no_file' ? undefined : { kind: 'waiting', sight };
  }

  async #load(schedule: Schedule, lease: RunLease, context: Context): Promise<CarryEnd> {
    const { loadHooks, signal } = this.#options;
    const { run } = lease;
    // Another daemon may know them.
    const verdict = readStoredCampaign(schedule.campaign);
    if (!verdict.ok) throw new CampaignUnsupportedError(run.campaign, verdict.unknownRules);
    try {
      const loaded = await loadList(context, {
        ...loadHooks,
        campaign: campaignOf(schedule, run),
        path: listPathOf(schedule, run),
        // As they were checked when the schedule was added.
        ...readingOf(schedule as ListReading),
        canary: schedule.canary,
        signal: AbortSignal.any([signal, lease.lost]),
        opened: (listHash) => this.#begin(lease, listHash),
      });
      const { counts, rejectsFile } = loaded;
      const finishedAt = await this.#options.now();
      const change = {
        state: 'loaded',
        finishedAt,
        counts: { ...counts },
        rejectsFile: rejectsFile ?? null,
      } as const;
      await lease.giveBack(
        hasCalls(change.counts) ? change : { ...change, ...withoutCalls(run, finishedAt) },
      );
      return {
        kind: 'loaded',
        run: { ...run, state: 'loaded', counts: change.counts, finishedAt },
        loaded,
      };
    } catch (error) {
      const code = finalCode(error);
      if (code === undefined || !(error instanceof Error)) throw error;
      return await this.#finish(lease, {
        kind: 'failed',
        reason: code,
        message: error.message,
        error,
      });
    }
  }

  /**
   * The list can be read: from now on the run is to be finished, and by the same list where a row's
   * place in it makes the call.
   */
  async #begin(lease: RunLease, listHash: string | undefined): Promise<void> {
    const { run } = lease;
    if (run.listHash !== undefined && run.listHash !== listHash) {
      throw new DialerError('list_changed', LIST_CHANGED, { kind: 'conflict' });
    }
    await lease.change({
      state: 'loading',
      startedAt: run.startedAt ?? (await this.#options.now()),
      ...(listHash !== undefined && { listHash }),
      reason: null,
      message: null,
      finishedAt: null,
    });
  }

  async #finish(lease: RunLease, end: Extract<CarryEnd, { reason: string }>): Promise<CarryEnd> {
    const { kind: state, reason, message } = end;
    const finishedAt = await this.#options.now();
    // Asked for ahead of its time, and that is still to come: then it is carried out as if nobody
    // had asked.
    const isAhead = finishedAt < lease.run.dueAt;
    await lease.giveBack(isAhead ? {} : { state, reason, message, finishedAt });
    return end;
  }
}

/** Another list may be tried; ahead of its time the run is left to it. */
function withoutCalls({ dueAt }: ScheduleRun, at: number): RunChange {
  const isAhead = at < dueAt;
  return {
    listHash: null,
    ...(isAhead && { state: 'due', startedAt: null, finishedAt: null, counts: null }),
  };
}

/** Undefined: it may go better another time. */
function finalCode(error: unknown): string | undefined {
  if (error instanceof ListError || error instanceof CampaignArchivedError) return error.code;
  return error instanceof DialerError && FINAL_CODES.has(error.code) ? error.code : undefined;
}
