import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

const checkout = join(import.meta.dirname, '..');

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'launch me-'));
  const sources = ['apps/worker/src', 'packages/dialing/src'];
  for (const folder of ['.toolchain/bin', 'node_modules', 'tools', 'dist', ...sources])
    mkdirSync(join(root, folder), { recursive: true });
  cpSync(join(checkout, 'bin'), join(root, 'bin'), { recursive: true });
  cpSync(join(checkout, 'tools/launch.sh'), join(root, 'tools/launch.sh'));
  symlinkSync(process.execPath, join(root, '.toolchain/bin/node'));
  writeFileSync(join(root, 'tools/run.mjs'), `console.log('set-up ran')`);
  writeFileSync(join(root, 'pnpm-lock.yaml'), '');
  writeFileSync(join(root, 'node_modules/.set-up'), '');
  writeFileSync(join(root, 'apps/worker/src/main.ts'), `console.log('from its sources')`);
  writeFileSync(join(root, 'tools/bundle.mjs'), '');
  writeFileSync(join(root, 'dist/package.json'), '{"type":"module"}');
  writeFileSync(join(root, 'dist/.built-from'), '');
  program(`console.log(JSON.stringify([process.pid, ...process.argv.slice(2)]))`);
});
afterEach(() => rmSync(root, { recursive: true }));

function program(source: string) {
  writeFileSync(join(root, 'dist/worker.js'), source);
}

async function launch(path: string, args: string[] = []) {
  const child = spawn(path, args, { cwd: tmpdir(), stdio: ['ignore', 'pipe', 'pipe'] });
  const [stdout, stderr, [code]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'close'),
  ]);
  return { pid: child.pid, stdout, stderr, code };
}

it('becomes the program, in the same process and with the same arguments', async () => {
  const { pid, stdout, stderr } = await launch(join(root, 'bin/worker'), [
    '--name',
    'two words',
    '',
  ]);
  expect(JSON.parse(stdout)).toEqual([pid, '--name', 'two words', '']);
  expect(stderr).toBe('');
});

it('asks of Node what the first line of the program says', async () => {
  const source = `console.log(JSON.stringify([process.execArgv, process.argv.slice(2)]))`;
  program(`#!/usr/bin/env -S node --max-semi-space-size=4 --no-warnings\n${source}`);
  const { stdout } = await launch(join(root, 'bin/worker'), ['load']);
  expect(JSON.parse(stdout)).toEqual([['--max-semi-space-size=4', '--no-warnings'], ['load']]);
  program(`#!/usr/bin/env node\n${source}`);
  expect((await launch(join(root, 'bin/worker'))).stdout).toBe('[[],[]]\n');
});

it('works through a symbolic link', async () => {
  symlinkSync(join(root, 'bin/worker'), join(root, 'link'));
  symlinkSync('link', join(root, 'link-to-link'));
  const { pid, stdout } = await launch(join(root, 'link-to-link'));
  expect(JSON.parse(stdout)).toEqual([pid]);
});

it("ends with the program's exit code", async () => {
  program('process.exitCode = 5');
  expect((await launch(join(root, 'bin/worker'))).code).toBe(5);
});

it.each([
  ['nothing was installed yet', () => rmSync(join(root, 'node_modules/.set-up'))],
  [
    'the lockfile is newer than what was installed',
    () => utimesSync(join(root, 'node_modules/.set-up'), 1, 1),
  ],
])('sets up first when %s, keeping stdout for the program', async (_, change) => {
  change();
  const { pid, stdout, stderr } = await launch(join(root, 'bin/worker'));
  expect(JSON.parse(stdout)).toEqual([pid]);
  expect(stderr).toBe('set-up ran\n');
});

it('stops when the set-up fails', async () => {
  rmSync(join(root, 'node_modules/.set-up'));
  writeFileSync(join(root, 'tools/run.mjs'), `console.error('no network'); process.exitCode = 1`);
  expect(await launch(join(root, 'bin/worker'))).toMatchObject({
    stdout: '',
    stderr: 'no network\n',
    code: 1,
  });
});

describe('the built program', () => {
  beforeEach(() =>
    writeFileSync(join(root, 'tools/run.mjs'), `console.log(process.argv[2], 'ran')`),
  );

  it.each([
    ['was never built', () => rmSync(join(root, 'dist/.built-from'))],
    [
      'is older than its sources',
      () => utimesSync(join(root, 'dist/.built-from'), new Date(1000), new Date(1000)),
    ],
  ])('is built first when it %s', async (_, change) => {
    change();
    const { pid, stdout, stderr } = await launch(join(root, 'bin/worker'));
    expect(JSON.parse(stdout)).toEqual([pid]);
    expect(stderr).toBe('programs ran\n');
  });

  it('gives way to its sources where it cannot be built', async () => {
    rmSync(join(root, 'dist/.built-from'));
    writeFileSync(join(root, 'tools/run.mjs'), `console.error('no'); process.exitCode = 1`);
    expect(await launch(join(root, 'bin/worker'))).toMatchObject({
      stdout: 'from its sources\n',
      stderr: 'no\n',
      code: 0,
    });
  });
});

async function launchConsole() {
  const { stdout, stderr, code } = await launch(join(root, 'bin/console'));
  return { stdout, stderr, code };
}

describe('the console', () => {
  const PAGE = 'apps/console/page';

  beforeEach(() => {
    for (const folder of ['apps/console/src', `${PAGE}/src`, `${PAGE}/public`, `${PAGE}/dist`])
      mkdirSync(join(root, folder), { recursive: true });
    mkdirSync(join(root, 'packages/api-client/src'), { recursive: true });
    for (const file of ['index.html', 'vite.config.ts', 'src/main.tsx', 'dist/.built-from'])
      writeFileSync(join(root, PAGE, file), '');
    writeFileSync(join(root, 'dist/console.js'), `console.log('it answers')`);
    writeFileSync(join(root, 'dist/.built-from'), '');
    writeFileSync(join(root, 'tools/run.mjs'), `console.log(process.argv[2], 'ran')`);
  });

  it('starts at once where its page is built', async () => {
    expect(await launchConsole()).toEqual({ stdout: 'it answers\n', stderr: '', code: 0 });
  });

  it.each([
    ['was never built', () => rmSync(join(root, PAGE, 'dist'), { recursive: true })],
    [
      'is older than what it is made of',
      () => utimesSync(join(root, PAGE, 'dist/.built-from'), 1, 1),
    ],
  ])('has its page built first when it %s', async (_, change) => {
    change();
    expect(await launchConsole()).toMatchObject({ stdout: 'it answers\n', stderr: 'page ran\n' });
  });

  it('answers without its page too, and says how to build it', async () => {
    rmSync(join(root, PAGE, 'dist'), { recursive: true });
    writeFileSync(join(root, 'tools/run.mjs'), 'process.exitCode = 1');
    const { stdout, stderr } = await launchConsole();
    expect(stdout).toBe('it answers\n');
    expect(stderr).toContain('node tools/run.mjs page');
  });
});
