import { expect, test } from 'vitest';
import { RateHistory } from './rate-history.ts';

test('in steps of ten seconds, however often it is read', () => {
  const history = new RateHistory();
  for (let second = 0; second <= 25; second++) history.read(second * 1000, second * 2);
  expect(history.points()).toEqual([
    { at: 10_000, perSecond: 2 },
    { at: 20_000, perSecond: 2 },
  ]);
});

test('on average where nobody looked, and nothing where calls were queued again', () => {
  const history = new RateHistory();
  history.read(0, 0);
  history.read(100_000, 50);
  history.read(110_000, 20);
  expect(history.points()).toEqual([
    { at: 100_000, perSecond: 0.5 },
    { at: 110_000, perSecond: undefined },
  ]);
});

test('of the last half hour', () => {
  const history = new RateHistory();
  for (let minute = 0; minute <= 60; minute++) history.read(minute * 60_000, minute);
  expect(history.points()).toHaveLength(30);
});
