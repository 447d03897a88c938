import { expect, test } from 'vitest';
import { type Campaign, parseCampaign } from '../campaigns/campaign.ts';
import { CallGroups, CallTimes, earliestAt, isHopeless } from './call-times.ts';

const DENVER = '+13035550123';
const NEW_YORK = '+12125550123';
const at = (text: string) => Date.parse(text);
const NOW = at('2026-12-01T12:00:00Z');

function campaign(settings: object = {}): Campaign {
  const verdict = parseCampaign({ id: 'spring', fromPhoneNumber: '+15055550100', ...settings });
  if (!verdict.ok) throw new Error(verdict.problems.join('\n'));
  return verdict.campaign;
}

function earliest(
  call: Parameters<CallTimes['of']>[0],
  settings: object = {},
  now = NOW,
): number | undefined {
  return earliestAt(new CallTimes(campaign(settings)).of(call), now);
}

test('a call waits for its hours, and for its own start before that of its campaign', () => {
  const expiresAt = '2026-12-01T15:00:00Z';
  expect(earliest({ to: NEW_YORK })).toBe(at('2026-12-01T13:00:00Z'));
  expect(earliest({ to: NEW_YORK, timezone: 'America/Denver' })).toBe(at('2026-12-01T15:00:00Z'));
  expect(earliest({ to: DENVER, startsAt: at('2026-12-01T20:30:00Z') })).toBe(
    at('2026-12-01T20:30:00Z'),
  );
  expect(earliest({ to: DENVER }, { startsAt: '2026-12-01T20:30:00Z' })).toBe(
    at('2026-12-01T20:30:00Z'),
  );
  expect(earliest({ to: DENVER }, { callingWindow: 'anytime' })).toBe(NOW);
  expect(earliest({ to: NEW_YORK }, { expiresAt })).toBe(at('2026-12-01T13:00:00Z'));
  expect(earliest({ to: DENVER }, { expiresAt })).toBeUndefined();
  expect(
    earliest({ to: DENVER }, { callingWindow: 'anytime', expiresAt }, at(expiresAt)),
  ).toBeUndefined();
});

function hopeless(call: object, settings: object = {}): boolean {
  return isHopeless(new CallTimes(campaign(settings)).of({ to: DENVER, ...call }), NOW);
}

test('a call is hopeless that expires before its hours open, or starts after they have closed for good', () => {
  expect(hopeless({})).toBe(false);
  expect(hopeless({ expiresAt: at('2026-12-01T15:00:00Z') })).toBe(true);
  expect(hopeless({ expiresAt: at('2026-12-01T15:00:01Z') })).toBe(false);
  expect(
    hopeless({ startsAt: at('2026-12-02T05:00:00Z') }, { expiresAt: '2026-12-02T06:00:00Z' }),
  ).toBe(true);
  // Toll-free: a number of no zone takes its campaign's.
  expect(hopeless({ to: '+18005550123' }, { timezone: 'America/Denver' })).toBe(false);
});

test('the rules of a region are named, and kept', () => {
  const time = new CallTimes(campaign()).of({ to: '+13055550123' });
  expect(time.rules).toEqual(['US', 'US-FL']);
  expect(earliestAt(time, at('2026-12-02T01:30:00Z'))).toBe(at('2026-12-02T13:00:00Z'));
});

test('calls count together where their hours, start and end are the same, to the minute', () => {
  const times = new CallTimes(campaign());
  const groups = new CallGroups();
  const startsAt = at('2026-12-01T16:00:01Z');
  groups.add(times.of({ to: NEW_YORK }));
  groups.add(times.of({ to: NEW_YORK, timezone: 'America/Denver' }), 2);
  groups.add(times.of({ to: DENVER }), 3);
  groups.add(times.of({ to: DENVER, startsAt }));
  groups.add(times.of({ to: DENVER, startsAt: startsAt + 1, expiresAt: undefined }));
  expect(groups.list().map(({ calls }) => calls)).toEqual([1, 5, 2]);
  expect(groups.list().at(-1)).toMatchObject({ startsAt: at('2026-12-01T16:01:00Z') });
});

test('a million starts of their own make no million groups', () => {
  const times = new CallTimes(campaign());
  const groups = new CallGroups();
  for (let minute = 0; minute < 5000; minute++)
    groups.add(times.of({ to: DENVER, startsAt: NOW + minute * 60_000 }));
  expect(groups.list()).toHaveLength(1001);
  expect(groups.rough).toBe(4000);
  expect(groups.list().reduce((sum, { calls }) => sum + calls, 0)).toBe(5000);
});
