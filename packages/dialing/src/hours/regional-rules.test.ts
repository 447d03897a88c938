import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseCampaign } from '../campaigns/campaign.ts';
import { AREA_CODES } from '../numbers/area-codes.ts';
import { isCountryCode } from '../numbers/phone.ts';
import { openBy, readWallClock } from '../testing/wall-clock.ts';
import { regionsOf } from '../zones/region.ts';
import { DAY_MS, WEEKDAYS } from './open-span.ts';
import { RecipientHours } from './recipient-hours.ts';
import { REGIONAL_RULES } from './regional-rules.ts';

const MINUTE_MS = 60_000;

describe('the table of regional rules', () => {
  it.each(REGIONAL_RULES.map((rule) => [rule.region, rule] as const))(
    'is sane in the row of %s',
    (region, rule) => {
      expect(isCountryCode(region) || region in AREA_CODES).toBe(true);
      expect(rule.citation).toMatch(/\S.*\d/);
      expect(rule.hours ?? rule.cap).toBeDefined();
      for (const { from, to, days } of rule.hours ?? []) {
        expect(from).toMatch(/^(?:[01]\d|2[0-3]):[0-5]\d$/);
        expect(to).toMatch(/^(?:(?:[01]\d|2[0-3]):[0-5]\d|24:00)$/);
        expect(from < to).toBe(true);
        expect(days.length).toBeGreaterThan(0);
        expect(WEEKDAYS).toEqual(expect.arrayContaining([...days]));
      }
      const { calls, hours } = rule.cap ?? { calls: 1, hours: 1 };
      expect(Math.min(calls, hours)).toBeGreaterThan(0);
    },
  );

  it('is as strict in each state as in its country', () => {
    const federal = REGIONAL_RULES.find(({ region }) => region === 'US')?.hours ?? [];
    const states = REGIONAL_RULES.filter(({ region }) => region.startsWith('US-'));
    const looser = states.filter(({ hours }) =>
      hours?.some(({ from, to }) => from < '08:00' || to > '21:00'),
    );
    expect(federal).toEqual([{ from: '08:00', to: '21:00', days: WEEKDAYS }]);
    expect(looser).toEqual([]);
  });

  it.each(['+16712345678', '+16847331234', '+13405550123'])(
    'keeps federal hours in a territory: %s',
    (to) => {
      const callingWindow = { from: '00:00', to: '24:00' };
      const verdict = parseCampaign({
        id: 'spring',
        fromPhoneNumber: '+15055550100',
        callingWindow,
      });
      if (!verdict.ok) throw new Error(verdict.problems.join());
      const hours = new RecipientHours(verdict.campaign);
      const span = hours.openSpan(hours.rulesFor({ to }), Date.parse('2026-07-01T00:00:00Z'));
      expect((span?.closesAt ?? 0) - (span?.opensAt ?? 0)).toBe(13 * 3_600_000);
    },
  );

  // Each is asked for at a time at which the federal rule allows a call.
  it.each([
    ['Alabama', '+12055550123', '2026-12-06T16:00:00Z', '2026-12-07T14:00:00Z', 'not on a Sunday'],
    ['Nevada', '+17025550123', '2026-12-02T04:30:00Z', '2026-12-02T17:00:00Z', 'not after eight'],
    ['Wyoming', '+13075550123', '2026-12-02T03:30:00Z', '2026-12-02T15:00:00Z', 'not after eight'],
    ['Michigan', '+13135550123', '2026-12-01T13:30:00Z', '2026-12-01T14:00:00Z', 'not before nine'],
    ['Michigan', '+12485550123', '2026-12-01T13:30:00Z', '2026-12-01T14:00:00Z', 'not before nine'],
    [
      'Michigan',
      '+16795550123',
      '2026-12-01T13:30:00Z',
      '2026-12-01T14:00:00Z',
      'in a new area code',
    ],
    [
      'South Dakota',
      '+16055550123',
      '2026-12-06T17:00:00Z',
      '2026-12-07T16:00:00Z',
      'in both its zones',
    ],
    [
      'Pennsylvania',
      '+12155550123',
      '2026-12-06T15:00:00Z',
      '2026-12-07T14:00:00Z',
      'not on a Sunday',
    ],
    [
      'Pennsylvania',
      '+12155550123',
      '2026-12-02T00:30:00Z',
      '2026-12-02T14:00:00Z',
      'not after seven',
    ],
    ['Maine', '+12075550123', '2026-12-05T15:00:00Z', '2026-12-07T14:00:00Z', 'not on a Saturday'],
    [
      'Nebraska',
      '+14025550123',
      '2026-12-06T16:00:00Z',
      '2026-12-06T19:00:00Z',
      'on a Sunday from one',
    ],
    ['Oregon', '+15035550123', '2026-12-02T04:30:00Z', '2026-12-02T16:00:00Z', 'not after eight'],
    [
      'California',
      '+14155550123',
      '2026-12-01T16:30:00Z',
      '2026-12-01T17:00:00Z',
      'not before nine',
    ],
    [
      'Puerto Rico',
      '+17875550123',
      '2026-12-01T12:30:00Z',
      '2026-12-01T13:00:00Z',
      'not before nine',
    ],
    ['Colorado', '+13035550123', '2026-12-06T16:00:00Z', '2026-12-06T16:00:00Z', 'as everywhere'],
  ])('in %s calls %s, asked for at %s, at %s: %s', (_, to, asked, opens) => {
    const verdict = parseCampaign({ id: 'spring', fromPhoneNumber: '+15055550100' });
    if (!verdict.ok) throw new Error(verdict.problems.join());
    const hours = new RecipientHours(verdict.campaign);
    const span = hours.openSpan(hours.rulesFor({ to }), Date.parse(asked));
    expect(Math.max(span?.opensAt ?? 0, Date.parse(asked))).toBe(Date.parse(opens));
  });

  it.each([
    ['+15035550123', [{ calls: 3, hours: 24 }]],
    ['+12075550123', [{ calls: 1, hours: 8 }]],
    ['+16045550123', [{ calls: 1, hours: 720 }]],
    ['+14165550123', []],
  ])('caps the calls to %s at %j', (to, caps) => {
    const verdict = parseCampaign({ id: 'spring', fromPhoneNumber: '+15055550100' });
    if (!verdict.ok) throw new Error(verdict.problems.join());
    expect(new RecipientHours(verdict.campaign).rulesFor({ to }).caps).toEqual(caps);
  });

  it('allows three calls a day in Florida, until eight in the evening (Fla. Stat. 501.616(6))', () => {
    expect(REGIONAL_RULES.find(({ region }) => region === 'US-FL')).toMatchObject({
      hours: [{ from: '08:00', to: '20:00', days: WEEKDAYS }],
      cap: { calls: 3, hours: 24 },
    });
  });
});

describe('the strictest wins', () => {
  const numbers = [
    '+13055550123',
    '+18505550123',
    '+12145550123',
    '+14015550123',
    '+18015550123',
    '+15025550123',
    '+15055550123',
    '+12125550123',
    '+14165550123',
    '+19025550123',
    '+61491570006',
    '+33199000123',
    '+34912345678',
    '+12155550123',
    '+16055550123',
    '+12075550123',
    '+16045550123',
    '+442079460123',
  ];
  const time = fc.integer({ min: 0, max: 1439 }).map((minute) => {
    return `${String(Math.floor(minute / 60)).padStart(2, '0')}:${String(minute % 60).padStart(2, '0')}`;
  });
  const windows = fc
    .record({
      from: time,
      to: fc.oneof(time, fc.constant('24:00')),
      days: fc.subarray([...WEEKDAYS], { minLength: 1 }),
      timezone: fc.constantFrom('recipient', 'recipient', 'America/Denver', 'Europe/Berlin'),
    })
    .filter(({ from, to }) => from !== to);

  it('minute by minute: within the window, and within the hours of every region', () => {
    fc.assert(
      fc.property(
        windows,
        fc.constantFrom(...numbers),
        fc.option(fc.constantFrom('America/Los_Angeles', 'Pacific/Auckland'), { nil: undefined }),
        fc.integer({
          min: Date.parse('2026-01-01') / MINUTE_MS,
          max: Date.parse('2028-01-01') / MINUTE_MS,
        }),
        (callingWindow, to, timezone, minute) => {
          const verdict = parseCampaign({
            id: 'spring',
            fromPhoneNumber: '+15055550100',
            callingWindow,
          });
          if (!verdict.ok) throw new Error(verdict.problems.join());
          const recipient = new RecipientHours(verdict.campaign);
          const rules = recipient.rulesFor({ to, ...(timezone && { timezone }) });
          const regional = REGIONAL_RULES.filter(({ region }) =>
            regionsOf(to).some((one) => one === region || one.slice(0, 2) === region),
          );
          const inWindow = openBy(callingWindow);
          const inRegions = regional.flatMap(({ hours }) =>
            hours === undefined ? [] : [hours.map(openBy)],
          );
          const wrong: string[] = [];
          // Two days, in steps that meet every quarter of an hour and many other minutes.
          for (
            let at = minute * MINUTE_MS;
            at < minute * MINUTE_MS + 2 * DAY_MS;
            at += 5 * MINUTE_MS
          ) {
            const clocks = rules.zones.map((zone) => readWallClock(zone, at));
            const own =
              callingWindow.timezone === 'recipient'
                ? clocks
                : [readWallClock(callingWindow.timezone, at)];
            const allowed =
              own.every(inWindow) &&
              clocks.every((clock) =>
                inRegions.every((some) => some.some((isOpen) => isOpen(clock))),
              );
            const span = recipient.openSpan(rules, at);
            if (allowed !== (span !== undefined && span.opensAt <= at && at < span.closesAt)) {
              wrong.push(new Date(at).toISOString());
            }
          }
          expect(wrong).toEqual([]);
        },
      ),
      { numRuns: 150 },
    );
  });

  it('gives the same answers from what it remembers, in whatever order it is asked', () => {
    fc.assert(
      fc.property(
        windows,
        fc.array(
          fc.tuple(fc.constantFrom(...numbers.slice(0, 5)), fc.integer({ min: 0, max: 20 * 1440 })),
          {
            maxLength: 30,
          },
        ),
        (callingWindow, questions) => {
          const verdict = parseCampaign({
            id: 'spring',
            fromPhoneNumber: '+15055550100',
            callingWindow,
          });
          if (!verdict.ok) throw new Error(verdict.problems.join());
          const recipient = new RecipientHours(verdict.campaign);
          for (const [to, minute] of questions) {
            const at = Date.parse('2026-10-20') + minute * MINUTE_MS;
            const fresh = new RecipientHours(verdict.campaign);
            const remembered = recipient.openSpan(recipient.rulesFor({ to }), at);
            const computed = fresh.openSpan(fresh.rulesFor({ to }), at);
            if (computed === undefined) continue; // "none within 15 days" is remembered for an hour
            expect(remembered?.closesAt).toBe(computed.closesAt);
            // A span asked for late may be given as begun two days ago only; who asked before knows
            // better.
            expect(Math.max(remembered?.opensAt ?? 0, at)).toBe(Math.max(computed.opensAt, at));
          }
        },
      ),
      { numRuns: 60 },
    );
  });
});
