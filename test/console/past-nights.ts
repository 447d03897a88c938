import { DialQueue, type RunChange } from '@libby-dialer/dial-queue';
import { checkSchedule, parseCampaign } from '@libby-dialer/dialing';
import { Redis } from 'ioredis';
import { type ConsoleWorld, LINE } from './console-world.ts';

const DAY_MS = 86_400_000;
const LEASE = { owner: 'past', leaseMs: 60_000 };
const COUNTS = { rows: 480, queued: 471, alreadyQueued: 0, alreadySettled: 0, duplicates: 6 };

/**
 * A schedule of a fortnight ago, whose nights went every way there is. What daemons would have
 * recorded is written here, for nobody can wait for it.
 */
export async function pastNights({ redisUrl }: ConsoleWorld, name: string): Promise<void> {
  const redis = new Redis(redisUrl);
  try {
    const { schedules } = DialQueue.open(redis, '{libby}');
    const now = Date.now();
    const schedule = checkSchedule(scheduleSettings(name), now - 14 * DAY_MS);
    await schedules.put(schedule);
    await schedules.noteDue(schedule, now);
    const runs = (await schedules.runs(name)).toReversed();
    for (const [index, { local, dueAt }] of runs.entries()) {
      await schedules.take(name, local, LEASE, { again: true });
      await schedules.giveBack(name, local, LEASE, nightOf(index, dueAt));
    }
  } finally {
    redis.disconnect();
  }
}

function scheduleSettings(name: string) {
  const verdict = parseCampaign({
    id: name,
    fromPhoneNumber: LINE,
    callingWindow: 'anytime',
    introNotes: 'Ask {{name}}.',
  });
  if (!verdict.ok) throw new Error(verdict.problems.join(' '));
  const list = `/lists/${name}/{{date}}.csv`;
  const { campaign } = verdict;
  const times = { cron: '0 18 * * *', timezone: 'America/Denver', waitForListMs: 7_200_000 };
  return { name, list, campaign, ...times };
}

function nightOf(index: number, dueAt: number): RunChange {
  if (index === 2)
    return { state: 'missed', message: 'It could not begin before its hours ended.' };
  if (index === 7) {
    const message = `There was no list /lists/nightly.csv, or it was empty.`;
    return { state: 'failed', reason: 'list_missing', message, finishedAt: dueAt + 7_200_000 };
  }
  const startedAt = dueAt + (index === 10 ? 3_000_000 : 20_000);
  const finishedAt = startedAt + 4000;
  const counts = { ...COUNTS, rejected: index % 4 };
  return { state: 'loaded', startedAt, finishedAt, counts, reason: null, message: null };
}
