import { expect, test } from 'vitest';
import { type CampaignWorkerView, StuckWatch } from './stuck-watch.ts';

const LOOK_MS = 2_000;
const IDLE: CampaignWorkerView = { taken: 3, isFree: true, isDue: true };

/** What each look says. */
function looks(sights: readonly CampaignWorkerView[], sinceLookMs = LOOK_MS): boolean[] {
  const watch = new StuckWatch();
  return sights.map((sight) => watch.look(sight, sinceLookMs));
}

function times(count: number, sight: CampaignWorkerView): CampaignWorkerView[] {
  return Array.from({ length: count }, () => sight);
}

test('a campaign worker is stuck that takes nothing for twenty seconds of looks', () => {
  // The first look sees what it has taken before.
  expect(looks(times(11, IDLE))).toEqual([...times(10, IDLE).map(() => false), true]);
});

test.each<[string, Partial<CampaignWorkerView>]>([
  ['has taken a job', { taken: 4 }],
  ['sleeps, or has one in hand', { isFree: false }],
  ['has nothing to take', { isDue: false }],
])('one that meanwhile %s begins anew', (_, change) => {
  const meanwhile = { ...IDLE, ...change };
  const after = { ...IDLE, taken: meanwhile.taken };
  expect(looks([...times(10, IDLE), meanwhile, ...times(9, after)])).not.toContain(true);
});

test('a look after a long outage counts as one, and many at once as little as they are apart', () => {
  expect(looks(times(10, IDLE), 3_600_000)).not.toContain(true);
  expect(looks(times(100, IDLE), 5)).not.toContain(true);
});
