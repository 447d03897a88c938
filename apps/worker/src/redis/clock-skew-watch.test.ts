import type { Logger } from '@libby-dialer/runtime';
import { expect, test } from 'vitest';
import { WorkerEvents } from '../worker-events.ts';
import { WorkerMetrics } from '../worker-metrics.ts';
import { ClockSkewWatch } from './clock-skew-watch.ts';
import { RedisClock } from './redis-clock.ts';
import { RedisRefusals, type RedisRefusalsParts } from './redis-refusals.ts';

/** A machine whose wall clock is as far ahead of Redis's as `skewBy` says, and what it reports. */
function machine() {
  const local = { aheadMs: 0, elapsed: 1_000_000 };
  const redisNow = () => 1_000_000_000 + local.elapsed;
  const clock = new RedisClock({
    now: () => redisNow() + local.aheadMs,
    monotonic: () => local.elapsed,
  });
  const lines: string[] = [];
  const log = (level: string) => (fields: { skewSeconds: number }) =>
    lines.push(`${level} ${fields.skewSeconds}`);
  const metrics = new WorkerMetrics();
  const refusals = new RedisRefusals({} as RedisRefusalsParts);
  const events = new WorkerEvents(
    { info: log('info'), warn: log('warn'), error: log('error') } as unknown as Logger,
    metrics,
    refusals,
  );
  const watch = new ClockSkewWatch(clock, events);
  return {
    lines,
    watch,
    /** Redis answers after `tookMs`, and the watch looks. */
    skewBy: (aheadMs: number, tookMs = 2) => {
      local.aheadMs = aheadMs;
      local.elapsed += 20_000;
      const askedAt = clock.monotonic();
      local.elapsed += tookMs;
      clock.observe(redisNow() - tookMs / 2, askedAt);
      watch.look();
    },
    gauge: async () => {
      const metric = metrics.registry.getSingleMetric('libby_dialer_clock_skew_seconds');
      return (await metric?.get())?.values[0]?.value;
    },
  };
}

test('shows how far this clock is ahead of Redis’s, or behind it', async () => {
  const { skewBy, gauge, lines } = machine();
  skewBy(1500);
  expect(await gauge()).toBe(1.5);
  skewBy(-1250);
  expect(await gauge()).toBe(-1.25);
  expect(lines).toEqual([]);
});

test.each([1, -1])(
  'warns once when the clocks part by more than two seconds, and says when they agree (%d)',
  (sign) => {
    const { skewBy, lines } = machine();
    for (const seconds of [0, 2, 2.5, 3600, 2.5, 1.5, 2.5, 0.5, 0]) skewBy(sign * seconds * 1000);
    expect(lines).toEqual([
      `warn ${sign * 2.5}`,
      // Nothing is dialed while they are an hour apart.
      `error ${sign * 3600}`,
      `info ${sign * 2.5}`,
      `info ${sign * 0.5}`,
    ]);
  },
);

test('takes no slow answer for a skew', () => {
  const { skewBy, lines } = machine();
  skewBy(2500, 4000);
  expect(lines).toEqual([]);
  skewBy(4500, 4000);
  expect(lines).toEqual(['warn 4.5']);
});

test('says nothing before Redis has told its time', async () => {
  const { watch, lines, gauge } = machine();
  watch.look();
  expect(lines).toEqual([]);
  expect(await gauge()).toBe(0);
});
