import { expect, test } from 'vitest';
import { eventually } from './eventually.ts';

test('gives what the check gives once it neither throws nor returns false', async () => {
  let tries = 0;
  const result = await eventually(
    () => {
      tries += 1;
      if (tries === 1) throw new Error('not yet');
      return tries > 2 && `try ${tries}`;
    },
    { intervalMs: 1 },
  );
  expect(result).toBe('try 3');
});

test('a check that returns nothing is satisfied by not throwing', async () => {
  expect(await eventually(() => undefined)).toBeUndefined();
});

test('rejects with the last failure', async () => {
  let tries = 0;
  const failing = eventually(
    () => {
      tries += 1;
      throw new Error(`only ${Math.min(tries, 2)}`);
    },
    { timeoutMs: 50, intervalMs: 1 },
  );
  await expect(failing).rejects.toThrow('not within 50 ms: only 2');
});

test('is bounded over a check that hangs, and tells it so', async () => {
  let told: AbortSignal | undefined;
  const hanging = eventually(
    (signal) => {
      told = signal;
      return new Promise<never>(() => undefined);
    },
    { timeoutMs: 20 },
  );
  await expect(hanging).rejects.toThrow('not within 20 ms: the check did not finish once');
  expect(told?.aborted).toBe(true);
});
