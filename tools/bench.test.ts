import { globSync } from 'node:fs';
import { basename, join } from 'node:path';
import { expect, it } from 'vitest';
import { runQuietly } from './processes.mjs';

const names = globSync('*.ts', { cwd: join(import.meta.dirname, '../bench') }).map((file) =>
  basename(file, '.ts'),
);

const bench = (...args: string[]) =>
  runQuietly(process.execPath, [join(import.meta.dirname, 'bench.ts'), ...args]);

it('lists every bench with its options and what it measures', async () => {
  const { code, output } = await bench();
  expect(code).toBe(0);
  expect(names.length).toBeGreaterThan(5);
  for (const name of names)
    expect(output).toMatch(
      new RegExp(`^  npm run bench -- ${name} \\[--.*\\]\n      [A-Z].*\n`, 'm'),
    );
});

it('explains one of them', async () => {
  const { code, output } = await bench('fairness', '--help');
  expect(code).toBe(0);
  expect(output).toMatch(/^npm run bench -- fairness \[--tries 20\] .*\[--idle-s 20\]\n\nHow camp/);
  expect(output).toContain('\n3. As many campaigns at once');
});

it('names those there are where it is asked for another', async () => {
  const { code, output } = await bench('toString');
  expect(code).toBe(2);
  expect(output).toMatch(/^There is no bench called toString: choose of .*dial, /);
});
