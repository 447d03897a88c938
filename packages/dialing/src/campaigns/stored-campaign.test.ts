import { describe, expect, it } from 'vitest';
import { parseCampaign } from './campaign.ts';
import { readStoredCampaign } from './stored-campaign.ts';

const WHOLE = {
  id: 'spring',
  fromPhoneNumber: ['+15055550100', '+15055550101'],
  introNotes: 'Ask {{name}}',
  customQuestions: ['Why?'],
  columns: { name: 'First name', toPhoneNumber: ['Mobile', 'Home Phone'] },
  defaultCountry: 'US',
  callingWindow: { from: '09:00', to: '17:00', days: ['mon'], timezone: 'recipient' },
  timezone: 'America/Denver',
  startsAt: '2026-12-01T16:00:00Z',
  expiresAt: '2026-12-05T02:00:00Z',
  pacing: { callsPerSecond: 2, maxInFlight: 3 },
  lines: { maxConcurrentCalls: 4 },
  frequencyCap: { calls: 3, hours: 24 },
  onUnknown: 'redial',
  priority: 5,
};

function stored(content: object = WHOLE): Record<string, unknown> {
  const verdict = parseCampaign(content);
  if (!verdict.ok) throw new Error(verdict.problems.join('; '));
  return JSON.parse(JSON.stringify(verdict.campaign)) as Record<string, unknown>;
}

describe('a stored definition', () => {
  it.each([
    WHOLE,
    { id: 'a', fromPhoneNumber: '+15055550100' },
    { ...WHOLE, callingWindow: 'anytime' },
  ])('is read as it was checked (%#)', (content) => {
    const campaign = stored(content);
    expect(readStoredCampaign(campaign)).toEqual({ ok: true, campaign });
  });

  it('of a version that knew less has the defaults of what it did not know', () => {
    const {
      priority: _,
      onUnknown: __,
      retry: ___,
      ...older
    } = stored({ ...WHOLE, priority: 0, onUnknown: undefined });
    expect(readStoredCampaign(older)).toMatchObject({
      ok: true,
      campaign: { priority: 0, onUnknown: 'never-redial' },
    });
  });

  it('keeps texts that a later check would refuse', () => {
    const introNotes = 'an odd } and {{';
    expect(readStoredCampaign({ ...stored(), introNotes })).toMatchObject({
      ok: true,
      campaign: { introNotes },
    });
  });

  it.each([
    ['a new key', { quietDays: ['2026-12-24'] }, 'quietDays'],
    ['a new key within an old one', { pacing: { callsPerSecond: 2, burst: 7 } }, 'pacing.burst'],
    ['a new value of an old key', { onUnknown: 'redial-twice' }, 'onUnknown'],
    [
      'a new form of an old key',
      { callingWindow: [{ from: '09:00', to: '12:00' }] },
      'callingWindow',
    ],
    ['a new meaning of an old key', { requires: ['pacing per line'] }, 'pacing per line'],
  ])('that has %s is not taken for what it was without', (_, change, rule) => {
    expect(readStoredCampaign({ ...stored(), ...change })).toEqual({
      ok: false,
      unknownRules: [rule],
    });
  });

  it('that is no object is not taken for one', () => {
    expect(readStoredCampaign('spring').ok).toBe(false);
  });
});
