import { randomBytes } from 'node:crypto';
import type { ScheduleRun, ScheduleStore } from '@libby-dialer/dial-queue';
import { type CronTime, isoInstant, type Schedule } from '@libby-dialer/dialing';
import { DialerError } from '@libby-dialer/runtime';
import { decide } from '../audit/decide.ts';
import type { Context } from '../context.ts';
import { ListLookout } from './list-lookout.ts';
import { meantRun } from './meant-run.ts';
import { type CarryEnd, type LoadHooks, RunCarrier } from './run-carrier.ts';

const LEASE_MS = 30_000;

export interface RunRequest extends LoadHooks {
  /**
   * Local date of the run, such as 2026-12-01, where several share it 2026-12-01T18:30; left out:
   * today.
   */
  readonly date?: string | undefined;
  /**
   * Asked where the run is not due yet, whether it is meant: it is not carried out again then. Left
   * out: it is not.
   */
  readonly isEarlyMeant?: (schedule: Schedule, run: ScheduleRun) => Promise<boolean>;
  readonly signal: AbortSignal;
}

export interface ScheduleRunEnd {
  readonly schedule: Schedule;
  readonly run: ScheduleRun;
  /** Epoch ms of Redis's clock, before it was carried out. */
  readonly now: number;
  readonly end: CarryEnd;
}

/**
 * Carries out a run here and now, unless it has queued calls already. Throws `DialerError`
 * (`no_such_schedule`, `no_such_run`, `which_run`, `bad_date`, `list_not_found`, `run_early`,
 * `run_expired`, `run_forgotten`, `redis_unfit`).
 */
export async function runSchedule(
  context: Context,
  name: string,
  { date, isEarlyMeant, signal, ...loadHooks }: RunRequest,
): Promise<ScheduleRunEnd> {
  await context.requireDurableRedis();
  const store = context.queue.schedules;
  // What is recorded as due is a daemon's to carry out, so nothing is before it is known that it
  // can be.
  const { schedule, time, foreseen, now } = await meantRun(context, name, date);
  if (foreseen.state !== 'loaded' && now < foreseen.dueAt) {
    if ((await isEarlyMeant?.(schedule, foreseen)) !== true) throw earlyError(schedule, foreseen);
  }
  const decision = {
    action: 'schedule.run',
    campaign: foreseen.campaign,
    details: { schedule: name, run: foreseen.local },
  } as const;
  return await decide(context, decision, async (did) => {
    const run = await wantedRun(store, schedule, time);
    const end = await carrierFor(context, signal, loadHooks).carryOutNow(schedule, run);
    did({ end: end.kind, ...('reason' in end && { reason: end.reason }) });
    return { schedule, run, now, end };
  });
}

function carrierFor(context: Context, signal: AbortSignal, loadHooks: LoadHooks): RunCarrier {
  return new RunCarrier({
    context,
    store: context.queue.schedules,
    processId: `schedule-run-${process.pid}-${randomBytes(3).toString('hex')}`,
    now: () => context.now(),
    lookout: new ListLookout(0),
    leaseMs: LEASE_MS,
    signal,
    loadHooks,
  });
}

/** It would use the run up: its list may not be complete, and may be meant for then. */
function earlyError({ name }: Schedule, { local, dueAt }: ScheduleRun): DialerError {
  return new DialerError(
    'run_early',
    `Run ${local} of ${name} is due only at ${isoInstant(dueAt)}, and is not carried out again then if it is now.`,
    { kind: 'refused' },
  );
}

async function wantedRun(
  store: ScheduleStore,
  schedule: Schedule,
  time: CronTime,
): Promise<ScheduleRun> {
  const run = await store.noteWanted(schedule, time);
  if (run !== undefined) return run;
  const message = `Run ${time.local} of ${schedule.name} is too long ago: there is no record any more of whether it was loaded.`;
  throw new DialerError('run_forgotten', message, { kind: 'conflict' });
}
