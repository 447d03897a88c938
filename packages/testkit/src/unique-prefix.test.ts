import { expect, test } from 'vitest';
import { uniquePrefix } from './unique-prefix.ts';

test('is one hash tag, never the same', () => {
  const prefixes = new Set(Array.from({ length: 1000 }, uniquePrefix));
  expect(prefixes.size).toBe(1000);
  for (const prefix of prefixes) expect(prefix).toMatch(/^\{t-[0-9a-f]{12}\}$/);
});
