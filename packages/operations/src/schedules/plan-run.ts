import { Readable } from 'node:stream';
import { type ListReading, readingOf } from '@libby-dialer/call-list';
import { hasCalls, type ScheduleRun } from '@libby-dialer/dial-queue';
import { campaignOf, listPathOf, type Schedule } from '@libby-dialer/dialing';
import type { Context } from '../context.ts';
import { type LoadPlan, planLoad } from '../load/plan-load.ts';
import { meantRun } from './meant-run.ts';

/** What carrying out a run now would do, before anything of it is done. */
export interface RunPlan {
  readonly run: ScheduleRun;
  /** Where its list lies. */
  readonly list: string;
  /** It is not due yet, and is not carried out again then if it is now. */
  readonly isEarly: boolean;
  /** Undefined: it has queued calls already, and does nothing again. */
  readonly load: LoadPlan | undefined;
}

/**
 * Looks through the list of a run as carrying it out would. Stores and queues nothing. Throws what
 * `runSchedule` would, but for `run_early`.
 * @param date local date of the run, or its local time
 */
export async function planRun(
  context: Context,
  name: string,
  { date, signal }: { date?: string; signal: AbortSignal },
): Promise<RunPlan> {
  const { schedule, foreseen: run, now } = await meantRun(context, name, date);
  const isLoaded = run.state === 'loaded' && hasCalls(run.counts);
  return {
    run,
    list: listPathOf(schedule, run),
    isEarly: now < run.dueAt,
    load: isLoaded ? undefined : await loadPlanOf(context, schedule, run, signal),
  };
}

async function loadPlanOf(
  context: Context,
  schedule: Schedule,
  run: ScheduleRun,
  signal: AbortSignal,
): Promise<LoadPlan> {
  return await planLoad(context, {
    ...readingOf(schedule as ListReading),
    campaign: campaignOf(schedule, run),
    path: listPathOf(schedule, run),
    canary: schedule.canary,
    stdin: Readable.from([]),
    signal,
    // What is odd about the list is said when it is loaded.
    warn: () => {},
  });
}
