import { expect, test } from 'vitest';
import { ReceiverHealth } from './receiver-health.ts';

const REFUSED = { blames: 'message', retryAfterMs: undefined } as const;
const OVERLOADED = { blames: 'receiver', retryAfterMs: undefined } as const;

const health = () =>
  new ReceiverHealth({
    concurrency: 8,
    firstPauseMs: 1000,
    longestPauseMs: 300_000,
    random: () => 1,
  });

function fail(of: ReceiverHealth, times: number, now = 0): void {
  for (let time = 0; time < times; time += 1) of.failed(of.begin(), now, REFUSED);
}

test('a failure now and then is no outage', () => {
  const receiver = health();
  for (let time = 0; time < 20; time += 1) {
    fail(receiver, 4);
    receiver.succeeded();
  }
  expect(receiver).toMatchObject({ isDown: false, limit: 8 });
});

test('a run of failures leaves one probe at a time, after pauses that grow', () => {
  const receiver = health();
  const pauses: number[] = [];
  fail(receiver, 5);
  expect(receiver).toMatchObject({ isDown: true, limit: 1, probeAt: 1000 });
  for (let time = 0; time < 10; time += 1) {
    const now = receiver.probeAt;
    fail(receiver, 1, now);
    pauses.push(receiver.probeAt - now);
  }
  expect(pauses).toEqual(
    [2, 4, 8, 16, 32, 64, 128, 256, 300, 300].map((seconds) => seconds * 1000),
  );
});

test('what was under way when it went down lengthens no pause', () => {
  const receiver = health();
  const earlier = receiver.begin();
  fail(receiver, 5);
  for (let time = 0; time < 3; time += 1) receiver.failed(earlier, 500, REFUSED);
  expect(receiver.probeAt).toBe(1000);
});

test('after it recovers, requests become more one by one', () => {
  const receiver = health();
  fail(receiver, 5);
  const limits = Array.from({ length: 9 }, () => {
    receiver.succeeded();
    return receiver.limit;
  });
  expect(limits).toEqual([2, 3, 4, 5, 6, 7, 8, 8, 8]);
  expect(receiver.isDown).toBe(false);
});

test('a receiver that asks to be left alone is left alone at once', () => {
  const receiver = health();
  receiver.failed(receiver.begin(), 0, { blames: 'receiver', retryAfterMs: 60_000 });
  expect(receiver).toMatchObject({ isDown: true, limit: 1, probeAt: 60_000 });
});

test('a receiver that is overloaded now and then gets half as many at once', () => {
  const receiver = health();
  receiver.failed(receiver.begin(), 0, OVERLOADED);
  expect(receiver.limit).toBe(4);
  receiver.succeeded();
  receiver.failed(receiver.begin(), 0, OVERLOADED);
  expect(receiver).toMatchObject({ limit: 3, isDown: false });
});
