import { describe, expect, test } from 'vitest';
import { type Campaign, parseCampaign } from '../campaigns/campaign.ts';
import {
  campaignIdOf,
  campaignOf,
  checkSchedule,
  listPathOf,
  ScheduleCalendar,
  type ScheduleSettings,
} from './schedule.ts';

const ADDED_AT = Date.parse('2026-11-30T00:00Z');

function campaign(settings: object = {}): Campaign {
  const verdict = parseCampaign({ id: 'template', fromPhoneNumber: '+15055550100', ...settings });
  if (!verdict.ok) throw new Error(verdict.problems.join('\n'));
  return verdict.campaign;
}

function schedule(settings: Partial<ScheduleSettings> = {}) {
  const all: ScheduleSettings = {
    name: 'nightly',
    cron: '0 18 * * *',
    timezone: 'America/Denver',
    list: 'lists/{{date}}.csv',
    campaign: campaign(),
    waitForListMs: 0,
    ...settings,
  };
  return checkSchedule(all, ADDED_AT);
}

function campaignIdFor(cron: string, local: string): string {
  return campaignIdOf('nightly', local, schedule({ cron }).precision);
}

describe('names', () => {
  test('of campaigns have the date, and the time where a cron fires more than once a day', () => {
    expect(campaignIdFor('0 18 * * 1-5', '2026-12-01T18:00')).toBe('nightly-2026-12-01');
    expect(campaignIdFor('30 9,18 * * *', '2026-12-01T18:30')).toBe('nightly-2026-12-01-1830');
    expect(campaignIdFor('*/20 0 9 * * *', '2026-12-01T09:00')).toBe('nightly-2026-12-01-090000');
    expect(campaignIdFor('*/20 0 9 * * *', '2026-12-01T09:00:20')).toBe(
      'nightly-2026-12-01-090020',
    );
  });

  test.each([
    ['date', '0 18 * * *', 52],
    ['minute', '0 9,18 * * *', 47],
    ['second', '*/20 0 9 * * *', 45],
  ] as const)('leave room for the %s', (precision, cron, longest) => {
    const { name } = schedule({ cron, name: 'n'.repeat(longest) });
    expect(campaignIdOf(name, '2026-12-01T18:00', precision)).toHaveLength(63);
    expect(() => schedule({ cron, name: 'n'.repeat(longest + 1) })).toThrow(
      `1 to ${longest} characters`,
    );
  });

  test.each(['Nightly', '', 'a b', '-x', 'ünter'])('such as "%s" are refused', (name) => {
    expect(() => schedule({ name })).toThrow('of a-z, 0-9 and -');
  });
});

describe('the list', () => {
  test('has date, time and campaign filled in', () => {
    const two = schedule({ cron: '30 9,18 * * *', list: '{{ date }}/{{time}}-{{campaign}}.csv' });
    const run = { local: '2026-12-01T18:30', campaign: 'nightly-2026-12-01-1830' };
    expect(listPathOf(two, run)).toBe('2026-12-01/1830-nightly-2026-12-01-1830.csv');
  });

  test.each(['{{day}}.csv', '{{date.csv', '{{}}.csv', '-', ' '])('%s is refused', (list) => {
    expect(() => schedule({ list })).toThrow('The list');
  });
});

describe('a run’s campaign', () => {
  const run = { campaign: 'nightly-2026-12-01', dueAt: Date.parse('2026-12-02T01:00Z') };

  test('has an id and an end of its own', () => {
    const hour = 3_600_000;
    expect(campaignOf(schedule({ expiresAfterMs: 3 * hour }), run)).toMatchObject({
      id: 'nightly-2026-12-01',
      expiresAt: run.dueAt + 3 * hour,
    });
    expect(campaignOf(schedule(), run).expiresAt).toBeUndefined();
    const ending = campaign({ expiresAt: '2026-12-02T02:00:00Z' });
    expect(
      campaignOf(schedule({ campaign: ending, expiresAfterMs: 3 * hour }), run).expiresAt,
    ).toBe(run.dueAt + hour);
  });
});

describe('a run may begin late', () => {
  const dueAt = Date.parse('2026-12-02T01:00Z'); // Tuesday 18:00 in Denver
  const until = (settings: object, extra: Partial<ScheduleSettings> = {}) =>
    new Date(
      new ScheduleCalendar(schedule({ campaign: campaign(settings), ...extra })).lateUntil({
        dueAt,
      }),
    ).toISOString();

  test('until its hours close, by the clock of the schedule', () => {
    expect(until({})).toBe('2026-12-02T04:00:00.000Z');
    expect(
      until({ callingWindow: { from: '08:00', to: '20:00', timezone: 'America/New_York' } }),
    ).toBe(
      '2026-12-03T01:00:00.000Z', // they closed at the very instant: those of the next day
    );
  });

  test('until hours that open later close', () => {
    expect(until({ callingWindow: { from: '09:00', to: '17:00', days: ['fri'] } })).toBe(
      '2026-12-05T00:00:00.000Z',
    );
  });

  test('until the next is due, where hours have no end', () => {
    expect(until({ callingWindow: 'anytime' })).toBe('2026-12-03T01:00:00.000Z');
    expect(until({ callingWindow: { from: '00:00', to: '24:00' } })).toBe(
      '2026-12-03T01:00:00.000Z',
    );
  });

  test('as long as it waits for its list, where that is longer', () => {
    const often = { cron: '* * * * *', waitForListMs: 600_000 };
    expect(until({ callingWindow: 'anytime' }, often)).toBe('2026-12-02T01:10:00.000Z');
    expect(until({ callingWindow: 'anytime' }, { ...often, expiresAfterMs: 60_000 })).toBe(
      '2026-12-02T01:01:00.000Z',
    );
  });

  test('no later than its calls expire', () => {
    expect(until({}, { expiresAfterMs: 60_000 })).toBe('2026-12-02T01:01:00.000Z');
    expect(until({ expiresAt: '2026-12-02T01:30:00Z' })).toBe('2026-12-02T01:30:00.000Z');
  });
});
