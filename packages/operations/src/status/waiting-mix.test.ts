import { type Campaign, parseCampaign, type QueuedCall } from '@libby-dialer/dialing';
import { expect, test } from 'vitest';
import { RememberedTimes, WaitingMix } from './waiting-mix.ts';

const HOUR_MS = 3_600_000;
const NOW = Date.parse('2026-12-01T14:00:00Z');
const denver = { to: '+13035550123', name: 'Ada' };
const newYork = { to: '+12125550123', name: 'Bob' };

const verdict = parseCampaign({
  id: 'spring',
  fromPhoneNumber: '+15055550100',
  callingWindow: { from: '10:00', to: '12:00', days: ['tue', 'wed'], timezone: 'recipient' },
});
if (!verdict.ok) throw new Error(verdict.problems.join('\n'));
const { campaign } = verdict;

function mixOf(of: Campaign, sample: readonly QueuedCall[]): WaitingMix {
  return new WaitingMix(new RememberedTimes(of), sample);
}

test('each call of the sample stands for as many of what is pending', () => {
  const mix = mixOf(campaign, [denver, newYork, denver]);
  const counted = mix.groups(600).map(({ zones, calls }) => [zones, calls]);
  expect(counted).toEqual([
    [['America/Denver'], 400],
    [['America/New_York'], 200],
  ]);
});

test('the first opening is by the times of each call itself', () => {
  const startsAt = NOW + 90_500;
  const anytime = { ...campaign, callingWindow: 'anytime' } as const;
  const mix = mixOf(anytime, [{ ...denver, startsAt }, newYork]);
  expect(mix.opening(NOW)).toEqual({ at: NOW, zones: ['America/New_York'] });
  const late = mixOf(anytime, [{ ...denver, startsAt }]);
  expect(late.opening(NOW)?.at).toBe(startsAt);
  expect(mixOf(anytime, []).opening(NOW)).toBeUndefined();
});

test('asked again and again, forwards and back, it says what one made just then says', () => {
  const sample = [denver, newYork, { ...newYork, startsAt: NOW + 30 * HOUR_MS }];
  const mix = mixOf(campaign, sample);
  const hours = Array.from({ length: 40 }, (_, index) => NOW + index * 7 * HOUR_MS);
  for (const now of [...hours, ...hours.toReversed()]) {
    const fresh = mixOf(campaign, sample);
    expect(mix.opening(now)).toEqual(fresh.opening(now));
    const spansOf = (groups: ReturnType<WaitingMix['groups']>) =>
      groups.map(({ openSpan }) => openSpan(now));
    expect(spansOf(mix.groups(3))).toEqual(spansOf(fresh.groups(3)));
  }
});
