import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { Caller } from './caller.ts';
import { whileLetIn } from './while-let-in.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const ada: Caller = { name: 'ada', role: 'operator', by: 'session' };

it.each([
  ['is let in no more', async () => undefined, true],
  ['may do something else now', async () => ({ ...ada, role: 'viewer' as const }), true],
  ['is still let in', async () => ada, false],
  ['cannot be told, as Redis is away', () => Promise.reject(new Error('away')), false],
])('who %s', async (_, identify, isOver) => {
  const whole = new AbortController();
  const signal = whileLetIn(ada, identify, whole.signal);
  await vi.advanceTimersByTimeAsync(20_000);
  expect(signal.aborted).toBe(isOver);
  whole.abort();
  expect(vi.getTimerCount()).toBe(0);
});
