import { type Campaign, parseCampaign } from '@libby-dialer/dialing';
import { describe, expect, test } from 'vitest';
import { nextOpening } from './next-opening.ts';

const NOON_UTC = Date.UTC(2026, 5, 3, 12);
const HOUR_MS = 3_600_000;
/** Six and five o'clock there at noon UTC in summer. */
const DENVER = { to: '+13035550123' };
const SEATTLE = { to: '+12065550123' };

function campaign(some: object): Campaign {
  const verdict = parseCampaign({ id: 'spring', fromPhoneNumber: '+15055550100', ...some });
  if (!verdict.ok) throw new Error(verdict.problems.join());
  return verdict.campaign;
}

describe('when the first call may go out', () => {
  test('in hours where the person lives', () => {
    expect(nextOpening(campaign({}), [SEATTLE, DENVER], NOON_UTC)).toBe(NOON_UTC + 2 * HOUR_MS);
    expect(nextOpening(campaign({}), [SEATTLE], NOON_UTC)).toBe(NOON_UTC + 3 * HOUR_MS);
    expect(nextOpening(campaign({}), [SEATTLE, DENVER], NOON_UTC + 3 * HOUR_MS)).toBeUndefined();
  });

  test('not before its start, nor in the night after it', () => {
    const startsAt = new Date(NOON_UTC + HOUR_MS).toISOString();
    expect(nextOpening(campaign({ startsAt, callingWindow: 'anytime' }), [DENVER], NOON_UTC)).toBe(
      NOON_UTC + HOUR_MS,
    );
    expect(nextOpening(campaign({ startsAt }), [DENVER], NOON_UTC)).toBe(NOON_UTC + 2 * HOUR_MS);
    expect(nextOpening(campaign({ startsAt, callingWindow: 'anytime' }), [], NOON_UTC)).toBe(
      NOON_UTC + HOUR_MS,
    );
  });

  test('by the campaign alone, where its hours are those of one zone', () => {
    const callingWindow = { from: '15:00', to: '16:00', timezone: 'UTC' };
    expect(nextOpening(campaign({ callingWindow }), [], NOON_UTC)).toBe(NOON_UTC + 3 * HOUR_MS);
    expect(nextOpening(campaign({ callingWindow }), [], NOON_UTC + 3 * HOUR_MS)).toBeUndefined();
    expect(nextOpening(campaign({}), [], NOON_UTC)).toBeUndefined();
  });

  test('never, for a number without a zone', () => {
    expect(nextOpening(campaign({}), [{ to: '+18005550199' }], NOON_UTC)).toBe(
      Number.POSITIVE_INFINITY,
    );
  });
});
