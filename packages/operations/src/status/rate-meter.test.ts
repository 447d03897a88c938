import { expect, test } from 'vitest';
import { RateMeter } from './rate-meter.ts';

test('a rate needs two readings', () => {
  const meter = new RateMeter();
  expect(meter.perSecond(10_000)).toBeUndefined();
  meter.read(0, 5);
  expect(meter.perSecond(10_000)).toBeUndefined();
  meter.read(1000, 7);
  expect(meter.perSecond(10_000)).toBe(2);
});

test('over ten seconds, and over a minute and no more', () => {
  const meter = new RateMeter();
  for (let second = 0; second <= 100; second++)
    meter.read(second * 1000, second <= 90 ? second : 90 + (second - 90) * 7);
  expect(meter.perSecond(10_000)).toBe(7);
  expect(meter.perSecond(60_000)).toBe((50 + 70) / 60);
  expect(meter.perSecond(1e9)).toBe((50 + 70) / 60);
});

test('begins anew when calls are queued again', () => {
  const meter = new RateMeter();
  meter.read(0, 100);
  meter.read(1000, 40);
  expect(meter.perSecond(10_000)).toBeUndefined();
  meter.read(2000, 41);
  expect(meter.perSecond(10_000)).toBe(1);
});
