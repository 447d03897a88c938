import { isClock } from '@libby-dialer/call-record';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readZoneText, ZONES } from './zone-text.ts';

describe('readZoneText', () => {
  it.each([
    ['America/Denver', 'America/Denver'],
    ['US/Eastern', 'US/Eastern'],
    ['america_slash_new_york', 'america/new_york'],
    ['us_slash_mountain', 'us/mountain'],
    ['Eastern Time (US & Canada)', 'America/New_York'],
    ['(GMT-05:00) Eastern Time (US & Canada)', 'America/New_York'],
    ['Mountain Time - US & Canada', 'America/Denver'],
    ['(UTC-07:00) Arizona', 'America/Phoenix'],
    ['(GMT-08:00) Pacific Standard Time (America/Los_Angeles)', 'America/Los_Angeles'],
    ['Eastern Standard Time', 'America/New_York'],
    ['US Eastern Standard Time', 'America/Indiana/Indianapolis'],
    ['W. Europe Standard Time', 'Europe/Berlin'],
    ['GMT Standard Time', 'Europe/London'],
    ['Central Standard Time', 'America/Chicago'],
    ['Central Standard Time (Mexico)', 'America/Mexico_City'],
    ['Turks and Caicos Standard Time', 'America/Grand_Turk'],
    ['N. Central Asia Standard Time', 'Asia/Novosibirsk'],
    ['Aus Central W. Standard Time', 'Australia/Eucla'],
    ['AUS Central Standard Time', 'Australia/Darwin'],
    ['(UTC+12:45) Chatham Islands Standard Time', 'Pacific/Chatham'],
    [' Berlin ', 'Europe/Berlin'],
    ['UTC', 'UTC'],
  ])('reads %s as %s', (text, zone) => {
    expect(readZoneText(text)).toBe(zone);
  });

  it.each([
    'EST',
    'PST',
    'CST',
    'MST',
    '(GMT-05:00)',
    '(GMT-05:00) EST',
    'Eastern',
    'Eastern Daylight',
    'Etc/GMT+5',
    'UTC-11',
    'UTC+12',
    'Dateline Standard Time',
    'Russia Time Zone 3',
    'Samoa Standard Time',
    'Atlantic Standard Time (Mexico)',
    'Standard Time',
    'Mars (Mars/Olympus)',
    '',
    'a'.repeat(10_000),
  ])('does not take %j', (text) => {
    expect(readZoneText(text)).toBeUndefined();
  });

  it('knows a clock for every name', () => {
    expect([...ZONES.values()].filter((zone) => !isClock(zone))).toEqual([]);
  });

  it('gives a zone that the clock knows, or none', () => {
    const text = fc.oneof(
      fc.string(),
      fc
        .tuple(fc.constantFrom('Eastern', 'Pacific', 'GMT', 'E. Africa', '('), fc.string())
        .map(([name, rest]) => `${name}${rest} Standard Time`),
    );
    fc.assert(
      fc.property(text, (given) => {
        const zone = readZoneText(given);
        expect(zone === undefined || isClock(zone)).toBe(true);
      }),
    );
  });
});
