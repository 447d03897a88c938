import { ArmedWorker } from '../stage/armed-worker.ts';
import { Enqueuer } from '../stage/enqueuer.ts';
import { steadyNow } from '../stage/exchanges.ts';
import { patiently } from '../stage/patience.ts';
import { CAMPAIGN, Stage } from '../stage/stage.ts';
import { HASTY, judge, load, startCrew } from './scenarios.ts';

/** A worker has so long from its claim until it sends. */
const PATIENT = { LIBBY_CONNECT_TIMEOUT_MS: '20000', WORKER_SHUTDOWN_GRACE_MS: '90000' };
/** More than that, and so little that the clocks still count as one. */
const AHEAD_MS = 14 * 60_000;

/**
 * Redis's clock is set ahead while a worker stands still right before it sends, and the campaign is
 * paused; then the worker goes on.
 */
export async function pausedAsClockIsSet(root: string): Promise<string[]> {
  await using stage = await Stage.open({ settableClock: true });
  await load(stage, root, 4);
  await using frozen = await ArmedWorker.start(stage, 'before_veto', 'SIGSTOP', {
    root,
    env: PATIENT,
  });
  await frozen.reached();
  await stage.server.setClock(AHEAD_MS);
  await new Enqueuer(stage, root).insist(['pause', CAMPAIGN]);
  const pausedAt = steadyNow();
  frozen.thaw();
  await patiently(async () => (await stage.status.read(CAMPAIGN))?.inFlight === 0);
  await frozen.stop();
  const late = (await stage.provider.truth()).filter(({ atMs }) => atMs > pausedAt);
  return late.map(
    ({ toPhoneNumber }) => `${toPhoneNumber} was called after the pause had returned`,
  );
}

/** Longer than a lock or a claim of a hasty worker lasts. */
const TOO_LONG_MS = 60_000;
/** The first of them may have begun before the clock was set back. */
const LOOKS_TO_MEND = 2;

/** A worker dies with a claim in hand while Redis's clock is ahead; then that is set back. */
export async function diedAheadOfTime(root: string): Promise<string[]> {
  await using stage = await Stage.open({ settableClock: true });
  await stage.server.setClock(AHEAD_MS);
  const numbers = await load(stage, root, 4);
  await using fallen = await ArmedWorker.start(stage, 'after_gate', 'SIGKILL', {
    root,
    env: HASTY,
  });
  const callId = await fallen.reached();
  await stage.server.setClock(0);
  await using crew = await startCrew(stage, root, HASTY);
  await crew.isDialing();
  const queue = stage.keys.queue(CAMPAIGN);
  const enoughLooks = (await stage.looks()) + LOOKS_TO_MEND;
  const isLockedForLong = async () =>
    (await stage.looks()) >= enoughLooks &&
    (await stage.redis.pttl(`${queue}${callId}:lock`)) > TOO_LONG_MS;
  const isDelayedForLong = async () => (await stage.delayMs(callId)) > TOO_LONG_MS;
  const isHeld = async () => (await isLockedForLong()) || (await isDelayedForLong());
  const isDone = () => stage.isDone(numbers.length);
  await patiently(async () => (await isDone()) || (await isHeld()));
  return (await isDone())
    ? await judge(stage, crew, { numbers, kills: 1 })
    : ['a call of a dead worker does not come back'];
}
