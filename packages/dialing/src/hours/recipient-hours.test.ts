import { describe, expect, it } from 'vitest';
import { type Campaign, parseCampaign } from '../campaigns/campaign.ts';
import { WEEKDAYS } from './open-span.ts';
import { type CallRules, RecipientHours } from './recipient-hours.ts';
import type { RegionalRule } from './regional-rules.ts';

const MIAMI = '+13055550123';
const PENSACOLA = '+18505550123'; // area code 850: Eastern and Central time
const DENVER = '+13035550123';
const LONDON = '+442079460123';
const TOLL_FREE = '+18005550123';

const NOON_UTC = Date.parse('2026-07-01T12:00Z'); // a Wednesday
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

function campaign(keys: object): Campaign {
  const verdict = parseCampaign({ id: 'spring', fromPhoneNumber: '+15055550100', ...keys });
  if (!verdict.ok) throw new Error(verdict.problems.join());
  return verdict.campaign;
}

function hoursOf(keys: object, regionalRules?: readonly RegionalRule[]): RecipientHours {
  return new RecipientHours(campaign(keys), regionalRules);
}

/** The open span at or after an instant. */
function spanOf(hours: RecipientHours, call: { to: string; timezone?: string }, at = NOON_UTC) {
  const span = hours.openSpan(hours.rulesFor(call), at);
  return span && [iso(span.opensAt), iso(span.closesAt)];
}

function iso(ms: number): string {
  return new Date(ms).toISOString().replace(':00.000Z', 'Z');
}

function capsWith(calls: number, hours: number): CallRules['caps'] {
  return hoursOf({ frequencyCap: { calls, hours } }).rulesFor({ to: MIAMI }).caps;
}

describe('the rules of a call', () => {
  it('are those of its zones and regions, and the same object for the same ones', () => {
    const hours = hoursOf({});
    const rules = hours.rulesFor({ to: MIAMI });
    expect(rules).toMatchObject({
      zones: ['America/New_York'],
      source: 'number',
      regions: ['US-FL'],
      caps: [{ calls: 3, hours: 24 }],
      hoursKnown: true,
    });
    expect(rules.regional.map(({ region }) => region)).toEqual(['US', 'US-FL']);
    expect(hours.rulesFor({ to: '+17865550199' })).toBe(rules);
    expect(hours.rulesFor({ to: PENSACOLA })).not.toBe(rules);
  });

  it('go by the record’s zone and the number’s region', () => {
    const rules = hoursOf({}).rulesFor({ to: MIAMI, timezone: 'America/Los_Angeles' });
    expect(rules).toMatchObject({
      zones: ['America/Los_Angeles'],
      source: 'record',
      regions: ['US-FL'],
    });
  });

  it('name no region for a number of no place, and the campaign’s zone', () => {
    expect(hoursOf({ timezone: 'America/Chicago' }).rulesFor({ to: TOLL_FREE })).toMatchObject({
      zones: ['America/Chicago'],
      source: 'campaign',
      regions: [],
      regional: [],
      hoursKnown: true,
    });
  });

  it('say when nothing tells by whose clock', () => {
    const hours = hoursOf({});
    const rules = hours.rulesFor({ to: TOLL_FREE });
    expect(rules).toMatchObject({ zones: [], source: 'campaign', hoursKnown: false });
    expect(hours.openSpan(rules, NOON_UTC)).toBeUndefined();
    expect(hours.neverOpens(rules, NOON_UTC, Number.POSITIVE_INFINITY)).toBe(true);
  });

  it('need no clock of the recipient where only a fixed window counts', () => {
    const fixed = { callingWindow: { from: '09:00', to: '17:00', timezone: 'Europe/Berlin' } };
    expect(hoursOf(fixed).rulesFor({ to: TOLL_FREE })).toMatchObject({
      zones: ['Europe/Berlin'],
      source: 'campaign_window',
      hoursKnown: true,
    });
    // The regional hours are by the recipient's.
    expect(hoursOf(fixed).rulesFor({ to: MIAMI })).toMatchObject({
      zones: ['America/New_York'],
      source: 'number',
    });
  });

  it('are none but the campaign’s own cap where it may call at any time', () => {
    const hours = hoursOf({ callingWindow: 'anytime', frequencyCap: { calls: 5, hours: 48 } });
    const rules = hours.rulesFor({ to: MIAMI });
    expect(rules).toMatchObject({
      regions: ['US-FL'],
      regional: [],
      caps: [{ calls: 5, hours: 48 }],
      hoursKnown: true,
    });
    expect(hours.openSpan(rules, NOON_UTC)).toEqual({
      opensAt: 0,
      closesAt: Number.MAX_SAFE_INTEGER,
    });
    expect(hoursOf({ callingWindow: 'anytime' }).rulesFor({ to: TOLL_FREE }).hoursKnown).toBe(true);
  });

  it('hold every cap that no other one implies', () => {
    const florida = { calls: 3, hours: 24 };
    expect(capsWith(3, 24)).toEqual([florida]);
    expect(capsWith(2, 24)).toEqual([{ calls: 2, hours: 24 }]);
    expect(capsWith(3, 48)).toEqual([{ calls: 3, hours: 48 }]);
    expect(capsWith(4, 24)).toEqual([florida]);
    expect(capsWith(1, 1)).toEqual([{ calls: 1, hours: 1 }, florida]);
    expect(capsWith(5, 168)).toEqual([{ calls: 5, hours: 168 }, florida]);
  });
});

describe('the hours of a call', () => {
  it('are the campaign’s, cut to the region’s', () => {
    const hours = hoursOf({});
    expect(spanOf(hours, { to: DENVER })).toEqual(['2026-07-01T14:00Z', '2026-07-02T03:00Z']);
    expect(spanOf(hours, { to: MIAMI })).toEqual(['2026-07-01T12:00Z', '2026-07-02T00:00Z']);
    expect(spanOf(hours, { to: PENSACOLA })).toEqual(['2026-07-01T13:00Z', '2026-07-02T00:00Z']);
  });

  it('are by the record’s clock if it names one', () => {
    const call = { to: MIAMI, timezone: 'America/Los_Angeles' };
    expect(spanOf(hoursOf({}), call)).toEqual(['2026-07-01T15:00Z', '2026-07-02T03:00Z']);
  });

  it('are in the window’s zone and, by law, in the recipient’s', () => {
    const callingWindow = { from: '14:00', to: '24:00', timezone: 'Europe/Berlin' }; // 12:00Z to 22:00Z
    expect(spanOf(hoursOf({ callingWindow }), { to: DENVER })).toEqual([
      '2026-07-01T14:00Z',
      '2026-07-01T22:00Z',
    ]);
    expect(spanOf(hoursOf({ callingWindow }), { to: TOLL_FREE })).toEqual([
      '2026-07-01T12:00Z',
      '2026-07-01T22:00Z',
    ]);
  });

  it('are none on a weekday that a region leaves out', () => {
    const days = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat'] as const;
    const noSundays = [
      { region: 'GB', citation: 'none', hours: [{ from: '08:00', to: '20:00', days }] },
    ];
    const saturdayNight = Date.parse('2026-07-04T20:30Z');
    expect(spanOf(hoursOf({}, noSundays), { to: LONDON }, saturdayNight)).toEqual([
      '2026-07-06T07:00Z',
      '2026-07-06T19:00Z',
    ]);
    expect(spanOf(hoursOf({}, []), { to: LONDON }, saturdayNight)?.[0]).toBe('2026-07-05T07:00Z');
  });

  it('are computed once for a span', () => {
    const hours = hoursOf({});
    const rules = hours.rulesFor({ to: DENVER });
    const first = hours.openSpan(rules, NOON_UTC);
    expect(hours.openSpan(rules, NOON_UTC + 6 * HOUR_MS)).toBe(first);
    expect(hours.openSpan(rules, NOON_UTC + 15 * HOUR_MS)).not.toBe(first);
  });
});

describe('a zone that no clock knows, stored by an earlier version', () => {
  it('of a record lets nobody be called, and nothing fail', () => {
    const hours = hoursOf({});
    for (const timezone of ['PST', 'EST', 'Mars/Olympus']) {
      const rules = hours.rulesFor({ to: MIAMI, timezone });
      expect(rules).toMatchObject({ zones: [], hoursKnown: false });
      expect(hours.openSpan(rules, NOON_UTC)).toBeUndefined();
      expect(hours.neverOpens(rules, NOON_UTC, NOON_UTC + DAY_MS)).toBe(true);
    }
  });

  it('of a campaign lets nobody be called, and nothing fail', () => {
    const callingWindow = { from: '08:00', to: '21:00', days: [...WEEKDAYS], timezone: 'CST' };
    const stored = new RecipientHours({ ...campaign({}), callingWindow });
    expect(stored.campaignSpan(NOON_UTC)).toBeUndefined();
    const rules = stored.rulesFor({ to: '+498912345678' });
    expect(rules.hoursKnown).toBe(false);
    expect(stored.openSpan(rules, NOON_UTC)).toBeUndefined();
    const fallback = new RecipientHours({ ...campaign({}), timezone: 'IST' });
    expect(fallback.rulesFor({ to: TOLL_FREE }).hoursKnown).toBe(false);
  });
});

describe('the hours of a campaign as a whole', () => {
  it('are those of its window where they are the same for all', () => {
    const hours = hoursOf({
      callingWindow: { from: '14:00', to: '24:00', timezone: 'Europe/Berlin' },
    });
    expect(hours.campaignSpan(NOON_UTC - HOUR_MS)?.opensAt).toBe(NOON_UTC);
    expect(hours.campaignSpan(NOON_UTC + 10 * HOUR_MS)?.opensAt).toBe(NOON_UTC + DAY_MS);
  });

  it.each([{}, { callingWindow: 'anytime' }])(
    'are open for %j, where each person has their own',
    (keys) => {
      expect(hoursOf(keys).campaignSpan(NOON_UTC)?.opensAt).toBe(0);
    },
  );
});

describe('a call that can never be placed', () => {
  const opensAt = NOON_UTC + 2 * HOUR_MS; // eight o'clock in Denver

  it('has no open instant from its start until its end', () => {
    const hours = hoursOf({});
    const rules = hours.rulesFor({ to: DENVER });
    expect(hours.neverOpens(rules, NOON_UTC, opensAt)).toBe(true);
    expect(hours.neverOpens(rules, NOON_UTC, opensAt + 1)).toBe(false);
    expect(hours.neverOpens(rules, opensAt + HOUR_MS, opensAt + HOUR_MS)).toBe(true);
    expect(hours.neverOpens(rules, NOON_UTC, Number.POSITIVE_INFINITY)).toBe(false);
  });

  it('is one whose hours meet only when a clock has changed, and not before its end', () => {
    // Denver is 7 hours behind London, but 6 from 8 to 29 March 2026.
    const callingWindow = { from: '20:00', to: '21:00', timezone: 'Europe/London' };
    const noonToTwo = [
      {
        region: 'US-CO',
        citation: 'none',
        hours: [{ from: '14:00', to: '15:00', days: ['mon' as const] }],
      },
    ];
    const hours = hoursOf({ callingWindow }, noonToTwo);
    const rules = hours.rulesFor({ to: DENVER });
    const january = Date.parse('2026-01-01');
    const first = Date.parse('2026-03-09T20:00Z');
    expect(hours.openSpan(rules, january)).toBeUndefined();
    expect(hours.neverOpens(rules, january, first)).toBe(true);
    expect(hours.neverOpens(rules, january, first + 1)).toBe(false);
    expect(hours.neverOpens(rules, january, Number.POSITIVE_INFINITY)).toBe(false);
  });

  it('is one whose hours never meet, however long it has', () => {
    const callingWindow = { from: '03:00', to: '04:00', timezone: 'America/New_York' };
    const hours = hoursOf({ callingWindow });
    const rules = hours.rulesFor({ to: MIAMI });
    expect(hours.neverOpens(rules, NOON_UTC, Number.POSITIVE_INFINITY)).toBe(true);
    expect(hours.neverOpens(rules, NOON_UTC + HOUR_MS, NOON_UTC + DAY_MS)).toBe(true);
  });
});
