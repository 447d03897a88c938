import { type Campaign, parseCampaign } from '@libby-dialer/dialing';
import { expect, test } from 'vitest';
import { type BacklogRequest, backlogOf } from './backlog.ts';
import { RememberedTimes, WaitingMix } from './waiting-mix.ts';

const at = (text: string) => Date.parse(text);
const denver = { to: '+13035550123', name: 'Ada' };
const newYork = { to: '+12125550123', name: 'Bob' };
/** Open in New York, three hours before Denver opens. */
const NOW = at('2026-12-01T14:00:00Z');

function campaign(settings: object = {}): Campaign {
  const verdict = parseCampaign({
    id: 'spring',
    fromPhoneNumber: '+15055550100',
    callingWindow: { from: '10:00', to: '12:00', days: ['tue', 'wed'], timezone: 'recipient' },
    ...settings,
  });
  if (!verdict.ok) throw new Error(verdict.problems.join('\n'));
  return verdict.campaign;
}

function backlog(request: Partial<BacklogRequest> = {}) {
  const { campaign: given = campaign() } = request;
  return backlogOf({
    campaign: given,
    groups: new WaitingMix(new RememberedTimes(given), [denver, newYork, denver]).groups(7200),
    callsPerSecond: 1,
    now: NOW,
    ...request,
  });
}

test('where they are, when they may be called, and what is left hour by hour', () => {
  const { zones } = backlog();
  expect(zones.map(({ zones, calls }) => [zones, calls])).toEqual([
    [['America/Denver'], 4800],
    [['America/New_York'], 2400],
  ]);
  expect(zones[1]?.open).toEqual([
    { opensAt: at('2026-12-01T15:00:00Z'), closesAt: at('2026-12-01T17:00:00Z') },
    { opensAt: at('2026-12-02T15:00:00Z'), closesAt: at('2026-12-02T17:00:00Z') },
  ]);
  expect(zones[1]?.left?.slice(0, 4)).toEqual([2400, 2400, 0, 0]);
  // From 17:00 on by New York's clock: 15:00 to 17:00 is too early in Denver.
  expect(zones[0]?.left?.slice(0, 7)).toEqual([4800, 4800, 4800, 4800, 1200, 0, 0]);
  expect(zones[0]?.left).toHaveLength(49);
});

test('where nothing is known of the rate the hours are still told', () => {
  const [first] = backlog({ callsPerSecond: undefined }).zones;
  expect(first).toMatchObject({ left: undefined, open: [{}, {}] });
});

test('neither before its start nor after its end', () => {
  const bounded = campaign({
    startsAt: '2026-12-01T16:00:00Z',
    expiresAt: '2026-12-02T16:00:00Z',
  });
  expect(backlog({ campaign: bounded }).zones[1]?.open).toEqual([
    { opensAt: at('2026-12-01T16:00:00Z'), closesAt: at('2026-12-01T17:00:00Z') },
    { opensAt: at('2026-12-02T15:00:00Z'), closesAt: at('2026-12-02T16:00:00Z') },
  ]);
});

test('nobody waits', () => {
  expect(backlog({ groups: [] }).zones).toEqual([]);
});
