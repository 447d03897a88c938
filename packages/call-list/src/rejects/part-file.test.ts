import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rename, rm, stat, utimes } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { PartFile } from './part-file.ts';

const HOURS_MS = 3_600_000;
let folder: string;
let path: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'part-'));
  path = join(folder, 'list.csv.rejected.csv');
});
afterEach(() => rm(folder, { recursive: true }));

/** The part file of a process that was killed while it wrote. */
async function leftByKilled(): Promise<string> {
  const module = JSON.stringify(new URL('part-file.ts', import.meta.url).href);
  const program = `const { PartFile } = await import(${module});
    await (await PartFile.open(${JSON.stringify(path)})).write('Ann');
    process.stdout.write('.');
    setInterval(() => {}, 1000);`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', program], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await once(child.stdout, 'data');
  child.kill('SIGKILL');
  await once(child, 'exit');
  const [left = ''] = await readdir(folder);
  expect(await readFile(join(folder, left), 'utf8')).toBe('Ann');
  return left;
}

const writeNothing = async () => (await PartFile.open(path))[Symbol.asyncDispose]();

it('appears when it is complete, for its owner only; of one that is not nothing is left', async () => {
  {
    await using part = await PartFile.open(path);
    await part.write('Ann');
  }
  expect(await readdir(folder)).toEqual([]);
  await using part = await PartFile.open(path);
  await part.write('Ben');
  await part.complete();
  expect(await readFile(path, 'utf8')).toBe('Ben');
  expect((await stat(path)).mode & 0o777).toBe(0o600);
});

it('what a killed process has left is removed by whoever writes the file next', async () => {
  await leftByKilled();
  await using part = await PartFile.open(path);
  await part.complete();
  expect(await readdir(folder)).toEqual(['list.csv.rejected.csv']);
});

it('leaves alone what a living process writes, and what is of other files', async () => {
  const other = join(folder, 'list.csv.rejected.csv.old');
  await using first = await PartFile.open(path);
  await using another = await PartFile.open(other);
  await using second = await PartFile.open(path);
  expect(await readdir(folder)).toHaveLength(3);
  for (const each of [first, another, second]) await each.complete();
});

it('of another machine it is removed once it was untouched for an hour', async () => {
  const left = await leftByKilled();
  const [, ofOurs = ''] = /\.([0-9a-f]{8})-/.exec(left) ?? [];
  const foreign = join(folder, left.replace(ofOurs, '0'.repeat(8)));
  await rename(join(folder, left), foreign);
  await writeNothing();
  expect(await readdir(folder)).toHaveLength(1);
  const longAgo = new Date(Date.now() - 2 * HOURS_MS);
  await utimes(foreign, longAgo, longAgo);
  await writeNothing();
  expect(await readdir(folder)).toEqual([]);
});
