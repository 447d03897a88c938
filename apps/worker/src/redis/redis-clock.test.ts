import { expect, test } from 'vitest';
import { RedisClock } from './redis-clock.ts';

/** A machine whose wall clock is an hour ahead of Redis's. */
function clocks() {
  const local = { wall: 1_003_600_000, elapsed: 500 };
  const clock = new RedisClock({ now: () => local.wall, monotonic: () => local.elapsed });
  const pass = (ms: number) => {
    local.wall += ms;
    local.elapsed += ms;
  };
  return { local, clock, pass };
}

test('reads Redis’s clock half-way between question and answer, and goes on by the monotonic clock', () => {
  const { local, clock, pass } = clocks();
  const askedAt = clock.monotonic();
  pass(20);
  clock.observe(1_000_000_000, askedAt);
  expect(clock.now()).toBe(1_000_000_010);
  pass(5000);
  local.wall += 86_400_000; // somebody sets the wall clock
  expect(clock.now()).toBe(1_000_005_010);
});

test('tells how long until an instant, and never a negative time', () => {
  const { clock } = clocks();
  clock.observe(1_000_000_000, clock.monotonic());
  expect(clock.msUntil(1_000_000_250)).toBe(250);
  expect(clock.msUntil(999_999_000)).toBe(0);
});

test('gives instants on this machine’s wall clock, however wrong that is', () => {
  const { local, clock } = clocks();
  for (const skewMs of [600_000, -600_000]) {
    local.wall = 1_000_000_000 + skewMs;
    clock.observe(1_000_000_000, clock.monotonic());
    expect(clock.toLocal(1_000_000_250)).toBe(local.wall + 250);
  }
});

test('while it is farther off than any that dials may be, for others no later than they would have it', () => {
  const { local, clock } = clocks();
  clock.observe(1_000_000_000, clock.monotonic());
  expect(clock.toLocal(1_000_000_250)).toBe(1_000_000_250);
  local.wall = 1_000_000_000 - 3_600_000;
  expect(clock.toLocal(1_000_000_250)).toBe(local.wall + 250);
});

test('believes the quicker answer, until it is too old', () => {
  const { clock, pass } = clocks();
  clock.observe(1_000_000_000, clock.monotonic());
  let askedAt = clock.monotonic();
  pass(2000);
  clock.observe(1_000_001_500, askedAt);
  expect(clock.now()).toBe(1_000_002_000);
  pass(10_000);
  askedAt = clock.monotonic();
  pass(100);
  clock.observe(1_000_020_000, askedAt);
  expect(clock.now()).toBe(1_000_020_050);
});

test.each([10_000, -10_000, -5 * 3_600_000])(
  'believes any answer that shows that Redis’s clock was set (by %d ms)',
  (stepMs) => {
    const { clock, pass } = clocks();
    clock.observe(1_000_000_000, clock.monotonic());
    const askedAt = clock.monotonic();
    pass(100);
    clock.observe(1_000_000_050 + stepMs, askedAt);
    expect(clock.now()).toBe(1_000_000_100 + stepMs);
  },
);

test('takes no instant that came with an answer for later than it was told, though Redis’s clock was set unseen', () => {
  const { clock, pass } = clocks();
  clock.observe(1_000_000_000, clock.monotonic());
  pass(1000);
  expect(clock.monotonicAt(1_000_011_060, 1_000_011_000)).toBe(clock.monotonic() + 60);
  expect(clock.monotonicAt(1_000_001_040, 1_000_000_980)).toBe(clock.monotonic() + 40);
});

test('tells by the last round trips how long an answer takes to arrive', () => {
  const { clock, pass } = clocks();
  const ask = (ms: number) => {
    const askedAt = clock.monotonic();
    pass(ms);
    clock.observe(1_000_000_000, askedAt);
  };
  for (let count = 0; count < 100; count += 1) ask(160);
  expect(clock.roundTripMs).toBe(160);
  expect(clock.leadMs).toBeGreaterThanOrEqual(160);
  expect(clock.leadMs).toBeLessThan(200);
  for (let count = 0; count < 20; count += 1) ask(count % 2 === 0 ? 100 : 400);
  expect(clock.leadMs).toBeGreaterThan(500);
});

test.each([5, 20, 50, 100, 500])(
  'however two workers take Redis’s clock, at %d calls a second no second has too many',
  (rate) => {
    const intervalMs = 1000 / rate;
    const slots = Array.from({ length: 2 * rate }, (_, index) => 1000 + index * intervalMs);
    /**
     * A worker whose questions and answers took so long; when Redis’s clock read 0 its own read 0,
     * too.
     */
    const spansOf = (toRedisMs: number, backMs: number) => {
      const local = { elapsed: 0 };
      const clock = new RedisClock({ now: () => local.elapsed, monotonic: () => local.elapsed });
      local.elapsed = toRedisMs + backMs;
      clock.observe(Math.floor(toRedisMs), 0);
      return slots.map((sendFrom) =>
        clock.slotSpan({ sendFrom, slotEnds: sendFrom + 14 + intervalMs / 2 }, toRedisMs),
      );
    };
    const early = spansOf(0.4, 5.6);
    const late = spansOf(5.6, 0.4);
    for (const spans of [early, late]) {
      for (const [index, { opensAt, closesAt }] of spans.entries()) {
        const slot = slots[index] ?? 0;
        // A call that is let out is, by Redis’s clock, within its slot.
        expect(opensAt).toBeGreaterThanOrEqual(slot - 1e-6);
        expect(closesAt).toBeLessThanOrEqual(slot + 14 + intervalMs / 2 + 1e-6);
        expect(closesAt).toBeGreaterThan(opensAt);
      }
    }
    // The first as late as it may be, the others as early; and 5 ms less on their way to the
    // provider.
    const first = Math.max(...[early[0], late[0]].map((span) => span?.closesAt ?? 0));
    const others = slots
      .slice(1)
      .map(
        (_, index) => Math.min(early[index + 1]?.opensAt ?? 0, late[index + 1]?.opensAt ?? 0) - 5,
      );
    expect(1 + others.filter((time) => time < first + 1000).length).toBeLessThanOrEqual(
      rate * 1.02 + 1,
    );
  },
);

test('a slow answer is better than none', () => {
  const { clock, pass } = clocks();
  const askedAt = clock.monotonic();
  pass(4000);
  clock.observe(1_000_000_000, askedAt);
  expect(clock.now()).toBe(1_000_002_000);
});

test('knows that a time is up by whichever clock went on', () => {
  const { local, clock, pass } = clocks();
  const asked = clock.moment();
  pass(20);
  const isOver = clock.timeIsUp(asked, 1000);
  pass(979);
  expect(isOver()).toBe(false);
  pass(1);
  expect(isOver()).toBe(true);

  const isOverAfterSuspension = clock.timeIsUp(clock.moment(), 1000);
  local.wall += 1000; // the machine slept, and its monotonic clock with it
  expect(isOverAfterSuspension()).toBe(true);
});

test('knows it also when the machine slept before it could read the answer', () => {
  const { local, clock } = clocks();
  const asked = clock.moment();
  local.wall += 1000;
  expect(clock.timeIsUp(asked, 1000)()).toBe(true);
});
