import { expect, test } from 'vitest';
import { patiently } from './patience.ts';

test('what does not come is given up, and said', async () => {
  let asked = 0;
  const never = () => {
    asked += 1;
    throw new Error('not yet');
  };
  await expect(patiently(never, { idleMs: 5, intervalMs: 1 })).rejects.toThrow('not yet');
  expect(asked).toBeGreaterThan(1);
});

test('as long as there is progress, nothing is given up', async () => {
  let progress = 0;
  await patiently(() => progress > 20, {
    idleMs: 5,
    intervalMs: 1,
    progress: () => (progress += 1),
  });
  expect(progress).toBe(21);
});
