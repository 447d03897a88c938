import type { CampaignStatus } from '@libby-dialer/dial-queue';
import { type CampaignView, statusJson } from '@libby-dialer/operations';
import { expect, test } from 'vitest';
import { changeKey, statusLine, statusOfAll, statusOfOne, watchOfAll } from './status-report.ts';

const NOW = Date.parse('2026-12-01T14:00:00Z');
const NONE = {
  accepted: 0,
  rejected: 0,
  exhausted: 0,
  unknown: 0,
  suppressed: 0,
  expired: 0,
  canceled: 0,
};

function view(
  status: Partial<CampaignStatus> = {},
  rest: Partial<CampaignView> = {},
): CampaignView {
  return {
    status: {
      id: 'spring',
      state: 'running',
      pending: 1200,
      inFlight: 3,
      redialing: 0,
      setAside: 0,
      stuckWorkers: 0,
      workersOffPace: 0,
      unknownRules: [],
      hasIncompleteCalls: false,
      queue: 'open',
      outcomes: { ...NONE, accepted: 40 },
      holds: [],
      ...status,
    },
    outlook: {},
    rate: { lastSeconds: undefined, lastMinute: undefined },
    idle: { workers: 1, linesFullUntil: undefined },
    now: NOW,
    ...rest,
  };
}

const paced = view(
  {},
  {
    rate: { lastSeconds: 2, lastMinute: 1.25 },
    outlook: {
      end: {
        at: NOW + 600_000,
        latestAt: NOW + 7_200_000,
        unplaced: 7,
        callsPerSecond: 2,
        by: 'callsPerSecond',
      },
    },
  },
);
const waiting = view(
  { id: 'autumn', state: 'waiting', inFlight: 0 },
  { outlook: { opening: { at: NOW + 3_600_000, zones: ['America/Denver'] } } },
);
const held = view({
  state: 'held',
  holds: [{ scope: 'all', reason: 'rate_limited', since: NOW - 60_000, until: NOW + 30_000 }],
});

test('one campaign whose calls wait by themselves: when the next comes up', () => {
  const alone = { idle: { workers: 1, linesFullUntil: undefined, nextCallAt: NOW + 12_000 } };
  const own = view({ state: 'waiting', inFlight: 0 }, alone);
  expect(statusOfOne(own)).toContain('the next comes up in 12 s');
  expect(statusJson(own)).toMatchObject({ nextCallAt: '2026-12-01T14:00:12.000Z' });
  expect(statusOfOne({ ...waiting, ...alone })).not.toContain('comes up');
});

test('one campaign: rate, end and what would expire', () => {
  expect(statusOfOne(paced)).toContain(`  canceled        0

2.0/s settled over the last 10 s, 1.3/s over the last minute
done about Tue 2026-12-01 14:10 UTC, in 10 min (at the latest Tue 2026-12-01 16:00 UTC)
at 2 calls a second (pacing.callsPerSecond)
about 7 calls would expire before their turn comes
`);
});

test('a waiting campaign says until when; a held one why, since when and when it is tried next', () => {
  expect(statusOfOne(waiting)).toContain(
    'opens at Tue 2026-12-01 08:00 America/Denver (15:00 UTC), in 1 h\n',
  );
  expect(statusOfOne(held)).toContain('all   rate_limited  for 1 min  in 30 s');
});

test('says why nothing goes out: no worker, paused, full lines, calls that wait to be dialed once more', () => {
  const none = view({ redialing: 2 }, { idle: { workers: 0, linesFullUntil: NOW + 35_000 } });
  expect(statusOfOne(none)).toContain(`  canceled        0

no worker is running: nothing goes out until one is started (./bin/worker)
its lines are full: there is room for the next call in 35 s (lines.maxConcurrentCalls)
2 calls in doubt wait to be dialed once more
`);
  expect(watchOfAll([none, none, paced])).toContain(`
spring: its lines are full: there is room for the next call in 35 s (lines.maxConcurrentCalls)
spring: its lines are full: there is room for the next call in 35 s (lines.maxConcurrentCalls)
no worker is running: nothing goes out until one is started (./bin/worker)
`);
  expect(statusLine(none)).toContain(
    'no worker is running, lines are full until 2026-12-01T14:00:35.000Z',
  );
  expect(changeKey(none)).not.toBe(changeKey(view({ redialing: 2 })));
  expect(statusJson(none)).toMatchObject({
    workers: 0,
    linesFullUntil: '2026-12-01T14:00:35.000Z',
    redialing: 2,
  });
  expect(statusOfOne(view({ state: 'paused' }))).toContain(
    '\nit is paused until somebody resumes it: "enqueuer resume spring"\n',
  );
});

test('says where the pace cannot be kept to', () => {
  const far = view({ workersOffPace: 2 });
  expect(statusOfOne(far)).toContain(
    'on 2 workers most slots of its pace are over before Redis has answered',
  );
  expect(statusJson(far)).toMatchObject({ workersOffPace: 2 });
  expect(statusOfOne(view())).not.toContain('slots');
});

test('an end that supposes a worker says so', () => {
  const none = { ...paced, idle: { workers: 0, linesFullUntil: undefined } };
  expect(statusOfOne(none)).toContain(
    '(at the latest Tue 2026-12-01 16:00 UTC), if a worker started now\n',
  );
});

test('where nothing waits nobody is missed, nor where nobody knows', () => {
  const idle = { pending: 0, inFlight: 0 };
  expect(
    statusOfOne(view(idle, { idle: { workers: 0, linesFullUntil: undefined } })),
  ).not.toContain('worker');
  const unknown = view({}, { idle: { workers: undefined, linesFullUntil: undefined } });
  expect(statusOfOne(unknown)).not.toContain('worker');
  expect(statusJson(unknown)).toMatchObject({ workers: null, linesFullUntil: null });
});

test('an end beyond a year is none', () => {
  const end = {
    at: undefined,
    latestAt: undefined,
    unplaced: 0,
    callsPerSecond: 0.001,
    by: 'lines',
  } as const;
  expect(statusOfOne(view({}, { outlook: { end } }))).toContain(
    'done in more than a year\nat 3.6 calls an hour (lines)\n',
  );
});

test('those who watch all see rate and end, and the outcomes that there are', () => {
  expect(
    watchOfAll([paced, waiting]),
  ).toBe(`CAMPAIGN  STATE    PENDING  IN FLIGHT  RATE   DONE IN  ACCEPTED
spring    running    1,200          3  2.0/s  10 min         40
autumn    waiting    1,200          0                        40

autumn opens at Tue 2026-12-01 08:00 America/Denver (15:00 UTC), in 1 h
`);
  expect(statusOfAll([held, held])).toContain(
    'HELD  REASON        SINCE      NEXT TRY\nall   rate_limited  for 1 min  in 30 s\n\nrate_limited: the API asks to slow down; it is tried again by itself\n',
  );
  expect(watchOfAll([])).toBe('There is no campaign yet.\n');
});

test('a line for a log', () => {
  expect(statusLine(paced)).toBe(
    '2026-12-01T14:00:00.000Z spring: running, 1,200 pending, 3 in flight, 40 accepted, 2.0/s, done about 2026-12-01T14:10:00.000Z\n',
  );
  expect(statusLine(waiting)).toContain('opens at 2026-12-01T15:00:00.000Z');
  expect(statusLine(held)).toContain('all held: rate_limited, next try 2026-12-01T14:00:30.000Z');
});

test('rate and end alone are no change', () => {
  expect(changeKey(paced)).toBe(changeKey(view()));
  expect(changeKey(paced)).not.toBe(changeKey(view({ pending: 1199 })));
});

test('for programs', () => {
  expect(statusJson(paced)).toMatchObject({
    id: 'spring',
    rate: { perSecond: 2, perMinute: 75 },
    eta: '2026-12-01T14:10:00.000Z',
    etaLatest: '2026-12-01T16:00:00.000Z',
    etaBy: 'callsPerSecond',
    wouldExpire: 7,
    opensAt: null,
  });
  expect(statusJson(waiting)).toMatchObject({ opensAt: '2026-12-01T15:00:00.000Z', eta: null });
  expect(statusJson(held)).toMatchObject({
    holds: [{ scope: 'all', since: '2026-12-01T13:59:00.000Z' }],
  });
});

test('says that BullMQ keeps the queue back, and what lifts that', () => {
  expect(statusOfOne(view({ state: 'paused', queue: 'paused' }))).toContain(
    'its queue is paused in BullMQ, by a dashboard or another program: nothing goes out until "enqueuer resume spring"',
  );
  expect(statusOfOne(view({ queue: 'limited' }))).toContain(
    'its queue is limited in BullMQ, by a dashboard or another program; "enqueuer resume spring" lifts that',
  );
  expect(statusOfOne(view({ state: 'paused' }))).not.toContain('BullMQ');
});

test('says that Redis refuses to write, once for all', () => {
  const apart = view({}, { redisAheadMs: 5 * 3_600_000 });
  expect(statusOfOne(apart)).toContain(
    'the clock of Redis is 5 h ahead of that of the machine asked',
  );
  expect(statusOfOne(view({}, { redisAheadMs: -60_000 }))).not.toContain('clock');

  const refusal = 'Redis at 127.0.0.1:6379 is out of memory';
  const all = [view({}, { refusal }), view({ id: 'autumn' }, { refusal })];
  expect(statusOfAll(all).split(refusal)).toHaveLength(2);
  expect(statusOfOne(view({}, { refusal }))).toContain(`nothing goes out: ${refusal}`);
  expect(statusLine(view({}, { refusal }))).toContain('Redis refuses to write');
});
