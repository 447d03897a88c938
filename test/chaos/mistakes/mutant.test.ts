import { access, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { programOf, ROOT, sourceOf } from '../root.ts';
import { Copies } from './mutant.ts';
import { CONTROLS } from './mutants.ts';

const FILE = 'packages/dialing/src/calls/decide.ts';

const copies = new Copies();
afterAll(() => copies[Symbol.asyncDispose]());

const CHANGE = {
  file: FILE,
  from: 'const FAULT_AFTER = 2;',
  to: 'const FAULT_AFTER = 3;',
};

test('a mutant is a copy with its changes, which the next one does not have', async () => {
  const original = await readFile(join(ROOT, FILE), 'utf8');
  const changed = original.replace(CHANGE.from, CHANGE.to);
  const first = await copies.mutant([CHANGE, { file: FILE, from: CHANGE.to, to: CHANGE.to }]);
  expect(await readFile(join(first.root, FILE), 'utf8')).toBe(changed);
  expect(await readFile(join(ROOT, FILE), 'utf8')).toBe(original);
  await first[Symbol.asyncDispose]();
  await using second = await copies.mutant([]);
  expect(second.root).toBe(first.root);
  expect(await readFile(join(second.root, FILE), 'utf8')).toBe(original);
});

test('a mutant runs as it was built until its sources have changed', async () => {
  const file = 'packages/dial-queue/src/gate/settle.lua';
  const script = { file, from: '-- Records a call', to: '-- Writes down a call' };
  const scriptsChanged = await copies.mutant([script]);
  expect(programOf(scriptsChanged.root, 'worker')).toBe(
    join(scriptsChanged.root, 'dist/worker.js'),
  );
  await scriptsChanged[Symbol.asyncDispose]();
  await using changed = await copies.mutant([script, CHANGE]);
  expect(programOf(changed.root, 'worker')).toBe(sourceOf(changed.root, 'worker'));
});

test('mutants at the same time have copies of their own', async () => {
  await using one = await copies.mutant([CHANGE]);
  await using other = await copies.mutant([CHANGE]);
  expect(one.root).not.toBe(other.root);
});

test.each([
  ['is not there', 'no such line'],
  ['is there more than once', 'return'],
])('a mutation whose text %s is refused', async (_, from) => {
  await expect(copies.mutant([CHANGE, { file: FILE, from, to: '' }])).rejects.toThrow(
    `a mutation must fit ${FILE} once`,
  );
  await using next = await copies.mutant([]);
  expect(await readFile(join(next.root, FILE), 'utf8')).toContain(CHANGE.from);
});

test.each(Object.entries(CONTROLS))(
  'the code still has the place for this mistake: %s',
  async (_, { mutations, killedBy = '.' }) => {
    await using mutant = await copies.mutant(mutations);
    expect(mutant.root).not.toBe(ROOT);
    await access(join(ROOT, killedBy));
  },
);
