import { describe, expect, it } from 'vitest';
import { isClock, isZone } from './zone-name.ts';

describe('isZone', () => {
  it.each([
    'America/Denver',
    'US/Eastern',
    'Asia/Kathmandu',
    'Australia/Lord_Howe',
    'PST8PDT',
    'Japan',
  ])('knows %s', (name) => {
    expect(isZone(name)).toBe(true);
    expect(isClock(name)).toBe(true);
  });

  it.each([
    '',
    'Mars/Olympus',
    '+05:00',
    '-0300',
    'America/Denver ',
    'recipient',
    'a'.repeat(10_000),
  ])('does not take %j', (name) => {
    expect(isClock(name)).toBe(false);
  });

  it.each(['PST', 'CST', 'AST', 'IST', 'JST', 'ACT', 'CTT', 'PRT', 'IET', 'PNT', 'SST'])(
    'does not take %s, which other libraries know and the clock refuses',
    (name) => {
      expect(isClock(name)).toBe(false);
    },
  );

  it.each(['EST', 'MST', 'HST', 'GMT', 'Etc/GMT+5', 'Zulu', 'est'])(
    'does not take %s, which is no place',
    (name) => {
      expect(isClock(name)).toBe(false);
    },
  );

  it('takes UTC for a clock, and for no place: nobody lives there', () => {
    expect([isZone('UTC'), isClock('UTC'), isClock('Etc/UTC')]).toEqual([false, true, true]);
  });
});
