import * as fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { type CallGroup, callsLeft, forecast, rateLimitOf } from './forecast.ts';
import { ALWAYS_OPEN, type OpenSpan, WEEKDAYS } from './open-span.ts';
import { RecipientHours } from './recipient-hours.ts';

const MINUTE = 60_000;
const at = (text: string) => Date.parse(text);
const OFFICE = { from: '08:00', to: '12:00', days: [...WEEKDAYS], timezone: 'recipient' };
const HOURS = new RecipientHours({ callingWindow: OFFICE }, []);

function inZone(
  zone: string,
  calls: number,
  times: Pick<CallGroup, 'startsAt' | 'expiresAt'> = {},
): CallGroup {
  const rules = HOURS.rulesFor({ to: '+15055550123', timezone: zone });
  return { calls, openSpan: (atMs) => HOURS.openSpan(rules, atMs), ...times };
}

describe('forecast, by hand', () => {
  // 08:00-12:00 in Denver is 15:00-19:00 UTC in December, in New York 13:00-17:00.
  const now = at('2026-12-01T12:00:00Z');

  test('waits for the hours, and goes on the next day with what the first has not placed', () => {
    const request = { groups: [inZone('America/Denver', 5 * 3600)], callsPerSecond: 1, now };
    const endsAt = at('2026-12-02T16:00:00Z');
    expect(forecast(request)).toEqual({ endsAt, latestAt: endsAt, unplaced: 0 });
  });

  test('what is left of each group, hour by hour', () => {
    const groups = [
      inZone('America/New_York', 14_400),
      inZone('America/Denver', 14_400),
      inZone('America/New_York', 10, { expiresAt: now }),
    ];
    const hours = (count: number) => now + count * 60 * MINUTE;
    const marks = [0, 1, 3, 5, 7, 26.5].map(hours);
    const left = callsLeft({ groups, callsPerSecond: 1, now }, marks);
    expect(left.map((counts) => counts.map(Math.round))).toEqual([
      [14_400, 14_400, 10],
      [14_400, 14_400, 10],
      [7200, 14_400, 10],
      [4800, 9600, 10],
      [4800, 2400, 10],
      [0, 2400, 10],
    ]);
  });

  test('whatever is open shares the rate in proportion', () => {
    // 13-15 New York alone: 7,200 of 14,400. Then 7,200 and 14,400 share two hours: 2,400 and 4,800
    // are placed. Denver alone has 9,600 left and two hours: 2,400 remain. The next day: New York's
    // 4,800 take 13:00-14:20, Denver's 15:00-15:40.
    const groups = [inZone('America/New_York', 14_400), inZone('America/Denver', 14_400)];
    const { endsAt, latestAt, unplaced } = forecast({ groups, callsPerSecond: 1, now });
    expect({ endsAt, unplaced }).toEqual({ endsAt: at('2026-12-02T15:40:00Z'), unplaced: 0 });
    // At the worst Denver's hours, four a day, carry all eight hours of calls.
    expect(latestAt).toBe(at('2026-12-02T19:00:00Z'));
  });

  test('without a rate, each goes out when its hours open', () => {
    const groups = [inZone('America/New_York', 1e6), inZone('America/Denver', 1)];
    const endsAt = at('2026-12-01T15:00:00Z');
    expect(forecast({ groups, callsPerSecond: Infinity, now })).toEqual({
      endsAt,
      latestAt: endsAt,
      unplaced: 0,
    });
  });

  test('what is left when it expires is lost, and so is what never opens', () => {
    const expiresAt = at('2026-12-01T16:00:00Z');
    const groups = [
      inZone('America/Denver', 5000, { expiresAt }),
      inZone('Asia/Tokyo', 7, { expiresAt }),
      { calls: 2, openSpan: () => undefined },
    ];
    expect(forecast({ groups, callsPerSecond: 1, now })).toMatchObject({
      endsAt: expiresAt,
      unplaced: 1400 + 7 + 2,
    });
  });

  test('a start counts, also in the middle of the hours', () => {
    const groups = [inZone('America/Denver', 3600, { startsAt: at('2026-12-01T17:30:00Z') })];
    expect(forecast({ groups, callsPerSecond: 1, now })).toMatchObject({
      endsAt: at('2026-12-01T18:30:00Z'),
    });
  });

  test.each([1.6, 1.7, 3, 7, 0.9])(
    'at any rate, %d a second too, what is always open is through at the latest when all are placed',
    (callsPerSecond) => {
      const odd = at('2026-11-22T15:13:03.123Z');
      const groups = [
        { calls: 165, openSpan: () => ALWAYS_OPEN },
        { calls: 2, openSpan: () => ALWAYS_OPEN, expiresAt: odd - 1 },
      ];
      const { latestAt } = forecast({ groups, callsPerSecond, now: odd });
      expect(latestAt).toBeCloseTo(odd + 167_000 / callsPerSecond, 0);
    },
  );

  test('nothing takes no time; more than a year is not foreseen; always open never ends early', () => {
    expect(forecast({ groups: [inZone('America/Denver', 0)], callsPerSecond: 1, now })).toEqual({
      endsAt: now,
      latestAt: now,
      unplaced: 0,
    });
    const endless = { groups: [inZone('America/Denver', 1e9)], callsPerSecond: 0.1, now };
    expect(forecast(endless)).toEqual({ endsAt: undefined, latestAt: undefined, unplaced: 0 });
    const always = { groups: [{ calls: 10, openSpan: () => ALWAYS_OPEN }], callsPerSecond: 2, now };
    expect(forecast(always).endsAt).toBe(now + 5000);
    expect(() => forecast({ ...always, callsPerSecond: 0 })).toThrow(RangeError);
  });
});

interface Plan {
  readonly calls: number;
  readonly opensEvery: number;
  readonly openFor: number;
  readonly offset: number;
  readonly startsAt: number;
  readonly expiresAt: number;
}

/** Hours that come again and again, on whole minutes. */
function spanOf({ opensEvery, openFor, offset }: Plan, atMs: number): OpenSpan {
  const period = opensEvery * MINUTE;
  const begun = Math.floor((atMs - offset * MINUTE) / period) * period + offset * MINUTE;
  const opens = atMs < begun + openFor * MINUTE ? begun : begun + period;
  return { opensAt: opens, closesAt: opens + openFor * MINUTE };
}

function isOpen(plan: Plan, atMs: number): boolean {
  return plan.startsAt <= atMs && atMs < plan.expiresAt && spanOf(plan, atMs).opensAt <= atMs;
}

/**
 * Looks at every minute by itself, and lets `serve` take up to `capacity` from what is open then.
 */
function simulate(
  plans: readonly Plan[],
  perMinute: number,
  serve: (left: number[], open: number[]) => void,
) {
  const left = plans.map(({ calls }) => calls);
  let endsAt = 0;
  for (let minute = 0; minute < 5000; minute++) {
    const open = plans.flatMap((plan, index) => (isOpen(plan, minute * MINUTE) ? [index] : []));
    const before = sumOf(left, open);
    if (before <= 1e-6) continue;
    serve(left, open);
    endsAt = (minute + Math.min(1, before / perMinute)) * MINUTE;
  }
  return { endsAt, unplaced: left.reduce((sum, calls) => sum + calls, 0) };
}

function sumOf(left: readonly number[], of: readonly number[]): number {
  return of.reduce((sum, index) => sum + (left[index] ?? 0), 0);
}

const plan: fc.Arbitrary<Plan> = fc
  .record({
    calls: fc.integer({ min: 1, max: 300 }),
    opensEvery: fc.integer({ min: 2, max: 90 }),
    openShare: fc.integer({ min: 1, max: 99 }),
    offset: fc.integer({ min: 0, max: 89 }),
    startsAt: fc.constantFrom(0, 0, 30 * MINUTE, 200 * MINUTE),
    expiresAt: fc.constantFrom(1000 * MINUTE, 60 * MINUTE, 35 * MINUTE),
  })
  .map(({ openShare, ...rest }) => ({
    ...rest,
    openFor: Math.max(1, Math.floor((rest.opensEvery * openShare) / 100)),
  }));
const plans = fc.array(plan, { minLength: 1, maxLength: 6 });
const perMinute = fc.integer({ min: 1, max: 20 });

function forecastOf(given: readonly Plan[], rate: number) {
  const groups = given.map((each) => ({ ...each, openSpan: (atMs: number) => spanOf(each, atMs) }));
  return forecast({ groups, callsPerSecond: rate / 60, now: 0 });
}

describe('forecast, against a look at every minute', () => {
  it('ends when the minutes end, and loses what they lose', () => {
    fc.assert(
      fc.property(plans, perMinute, (given, rate) => {
        const simulated = simulate(given, rate, (left, open) => {
          const remains = Math.max(0, 1 - rate / sumOf(left, open));
          for (const index of open) left[index] = (left[index] ?? 0) * remains;
        });
        const foreseen = forecastOf(given, rate);
        expect(foreseen.endsAt).toBeCloseTo(simulated.endsAt, 1);
        expect(foreseen.unplaced).toBeGreaterThan(simulated.unplaced - 1e-4);
        expect(foreseen.unplaced).toBeLessThan(simulated.unplaced + 1);
      }),
      { numRuns: 300 },
    );
  });

  it('no order of the calls ends after latestAt', () => {
    fc.assert(
      fc.property(plans, perMinute, fc.array(fc.nat()), (given, rate, priorities) => {
        const rank = (index: number) => priorities[index] ?? index;
        const { endsAt } = simulate(given, rate, (left, open) => {
          let capacity = rate;
          for (const index of open.toSorted((a, b) => rank(a) - rank(b))) {
            const taken = Math.min(capacity, left[index] ?? 0);
            left[index] = (left[index] ?? 0) - taken;
            capacity -= taken;
          }
        });
        expect(forecastOf(given, rate).latestAt).toBeGreaterThanOrEqual(endsAt - 1);
      }),
      { numRuns: 300 },
    );
  });
});

describe('rateLimitOf', () => {
  const lines = { maxConcurrentCalls: 10, assumedCallSeconds: 120 };
  const pool = ['+15055550100', '+15055550101', '+15055550102'] as [string, ...string[]];

  test.each([
    [{ fromPhoneNumber: pool }, undefined],
    [{ fromPhoneNumber: pool, pacing: {} }, undefined],
    [
      { fromPhoneNumber: pool, pacing: { callsPerSecond: 5, maxInFlight: 20 } },
      { callsPerSecond: 5, by: 'callsPerSecond' },
    ],
    [
      { fromPhoneNumber: pool, pacing: { callsPerSecond: 5, maxInFlight: 2 } },
      { callsPerSecond: 2, by: 'maxInFlight' },
    ],
    [
      { fromPhoneNumber: pool, pacing: { callsPerSecond: 5 }, lines },
      { callsPerSecond: 0.25, by: 'lines' },
    ],
  ] as const)('%j', (campaign, limit) => {
    expect(rateLimitOf(campaign as Parameters<typeof rateLimitOf>[0])).toEqual(limit);
  });
});
