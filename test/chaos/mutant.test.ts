import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { Mutant } from './mutant.ts';
import { ROOT } from './root.ts';

const FILE = 'packages/dialing/src/decide.ts';

test('a mutant is a copy with one change', async () => {
  const original = await readFile(join(ROOT, FILE), 'utf8');
  await using mutant = await Mutant.make([
    { file: FILE, from: 'const FAULT_AFTER = 2;', to: 'const FAULT_AFTER = 3;' },
  ]);
  expect(await readFile(join(mutant.root, FILE), 'utf8')).toBe(
    original.replace('const FAULT_AFTER = 2;', 'const FAULT_AFTER = 3;'),
  );
  expect(await readFile(join(ROOT, FILE), 'utf8')).toBe(original);
});

test.each([
  ['is not there', 'no such line'],
  ['is there more than once', 'return'],
])('a mutation whose text %s is refused', async (_, from) => {
  await expect(Mutant.make([{ file: FILE, from, to: '' }])).rejects.toThrow(
    `a mutation must fit ${FILE} once`,
  );
});
