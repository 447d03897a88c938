import { type Campaign, parseCampaign } from '@libby-dialer/dialing';
import { expect, test } from 'vitest';
import { type OutlookRequest, outlookOf } from './outlook.ts';
import { RememberedTimes, WaitingMix } from './waiting-mix.ts';

const at = (text: string) => Date.parse(text);
const denver = { to: '+13035550123', name: 'Ada' };
const newYork = { to: '+12125550123', name: 'Bob' };
/** Open in New York, three minutes before Denver opens. */
const NOW = at('2026-12-01T14:57:00Z');

function campaign(settings: object = {}): Campaign {
  const verdict = parseCampaign({ id: 'spring', fromPhoneNumber: '+15055550100', ...settings });
  if (!verdict.ok) throw new Error(verdict.problems.join('\n'));
  return verdict.campaign;
}

function outlook(
  {
    sample = [denver, newYork, denver],
    ...request
  }: Partial<OutlookRequest> & { sample?: readonly { to: string; name: string }[] },
  settings: object = {},
) {
  return outlookOf({
    campaign: campaign(settings),
    status: { state: 'running', pending: 600 },
    mix: new WaitingMix(new RememberedTimes(campaign(settings)), sample),
    measured: undefined,
    now: NOW,
    ...request,
  });
}
const paced = { pacing: { callsPerSecond: 2 } };

test('what is pending at its pace, in the hours of those who wait', () => {
  // New York's 200 go out in 100 s; Denver's 400 need 200 s from 15:00 on.
  expect(outlook({}, paced)).toEqual({
    end: {
      at: at('2026-12-01T15:03:20Z'),
      // In Denver's hours alone all 600 would take 300 s.
      latestAt: at('2026-12-01T15:05:00Z'),
      unplaced: 0,
      callsPerSecond: 2,
      by: 'callsPerSecond',
    },
  });
});

test('workers that are slower than the pace set it; faster ones do not', () => {
  expect(outlook({ measured: 1 }, paced).end).toMatchObject({ callsPerSecond: 1, by: 'measured' });
  expect(outlook({ measured: 5 }, paced).end).toMatchObject({
    callsPerSecond: 2,
    by: 'callsPerSecond',
  });
  expect(outlook({ measured: 5 }).end).toMatchObject({ callsPerSecond: 5, by: 'measured' });
});

test('it goes on when the first line has room', () => {
  const linesFullUntil = NOW + 30_000;
  const status = { state: 'running', pending: 600 } as const;
  expect(outlook({ status, sample: [newYork], linesFullUntil }, paced).end?.at).toBe(NOW + 330_000);
});

test('a rate from before its hours is none of now', () => {
  expect(outlook({ sample: [denver], measured: 0.1 }, paced).end).toMatchObject({
    by: 'callsPerSecond',
  });
});

test('without pace, lines and measurement nobody knows', () => {
  expect(outlook({})).toEqual({});
  expect(outlook({ measured: 0 })).toEqual({});
});

test('where nobody may be called yet it says when it opens, and what it did before tells nothing of its rate', () => {
  const request = {
    status: { state: 'waiting', pending: 600 },
    sample: [denver],
    measured: 0.1,
  } as const;
  const opening = { at: at('2026-12-01T15:00:00Z'), zones: ['America/Denver'] };
  expect(outlook(request)).toEqual({ opening });
  expect(outlook(request, paced)).toMatchObject({
    opening,
    end: { at: at('2026-12-01T15:05:00Z') },
  });
  expect(outlook(request, { startsAt: '2026-12-01T17:00:00Z' }).opening?.at).toBe(
    at('2026-12-01T17:00:00Z'),
  );
});

test('calls that expire before their turn are counted', () => {
  expect(outlook({}, { ...paced, expiresAt: '2026-12-01T15:01:00Z' }).end?.unplaced).toBe(280);
});

test.each(['paused', 'held', 'canceled', 'completed'] as const)(
  'nothing is foreseen while %s',
  (state) => {
    expect(outlook({ status: { state, pending: 600 }, measured: 5 }, paced)).toEqual({});
  },
);
