import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { programFile, runProcess, type SpawnedProcess, spawnProcess } from '@libby-dialer/testkit';
import { afterEach, beforeEach, expect, test } from 'vitest';
import manifest from '../package.json' with { type: 'json' };
import { call, type SimulatorAccess, TO, tokenFrom } from './testing/test-caller.ts';

const MAIN = programFile('simulator');

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'simulator-'));
});
afterEach(() => rm(folder, { recursive: true }));

const run = (...args: string[]) => runProcess(process.execPath, [MAIN, ...args]);
const start = (...args: string[]) => spawnProcess(process.execPath, [MAIN, ...args]);
const readyLine = async (child: SpawnedProcess) =>
  JSON.parse(await child.waitForLine(/^\{/)) as SimulatorAccess;

test.each(['SIGTERM', 'SIGINT'] as const)(
  'says where it is, serves, and exits 0 on %s',
  async (signal) => {
    await using child = await start();
    const ready = await readyLine(child);
    expect(Object.keys(ready)).toEqual(['apiUrl', 'tokenUrl', 'clientId', 'clientSecret', 'scope']);
    expect((await call(ready, await tokenFrom(ready))).status).toBe(200);
    expect(await (await fetch(`${ready.apiUrl}/calls`)).json()).toMatchObject({
      byNumber: { [TO]: 1 },
    });
    expect(await child.stop(signal)).toEqual({ code: 0, signal: null });
    expect([child.stdout.length, child.stderr]).toEqual([1, []]);
  },
);

test('exits at once though calls hang or wait for their latency', async () => {
  const script = join(folder, 'script.json');
  await writeFile(
    script,
    JSON.stringify([
      { match: { nth: 1 }, do: { fault: 'hang' } },
      { match: {}, do: { latencyMs: 3_600_000 } },
    ]),
  );
  await using child = await start('--script', script);
  const ready = await readyLine(child);
  const token = await tokenFrom(ready);
  const calls = Promise.allSettled([call(ready, token), call(ready, token)]);
  const stats = async () => (await fetch(`${ready.apiUrl}/stats`)).json();
  await expect.poll(stats).toMatchObject({ requests: 2, inFlight: 2 });
  expect(await child.stop()).toEqual({ code: 0, signal: null });
  expect((await calls).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
});

test('what it answered is in the truth file though it is killed', async () => {
  const truth = join(folder, 'truth.ndjson');
  await using child = await start('--truth', truth);
  const ready = await readyLine(child);
  const token = await tokenFrom(ready);
  for (let i = 0; i < 10; i += 1) await call(ready, token);
  await child.stop('SIGKILL');
  const lines = (await readFile(truth, 'utf8')).trimEnd().split('\n');
  expect(lines.map((line) => (JSON.parse(line) as { nth: number }).nth)).toEqual([
    1, 2, 3, 4, 5, 6, 7, 8, 9, 10,
  ]);
});

test('has help and a version', async () => {
  const help = await run('--help');
  expect([help.code, help.stderr]).toEqual([0, '']);
  expect(help.stdout).toMatch(/^Usage: simulator/);
  expect(await run('--version')).toMatchObject({ code: 0, stdout: `${manifest.version}\n` });
});

test('says in one line what is wrong with its arguments, script or port', async () => {
  const script = join(folder, 'script.json');
  await writeFile(script, '[{"match": {}, "do": {"fault": "explode"}}]');
  await using taken = createServer().listen(0, '127.0.0.1');
  await once(taken, 'listening');
  const { port } = taken.address() as { port: number };

  expect(await run('--prot', '1')).toMatchObject({
    code: 2,
    stdout: '',
    stderr: expect.stringMatching(/^simulator: [^\n]*--prot[^\n]*\n$/),
  });
  expect(await run('--script', script)).toMatchObject({
    code: 2,
    stdout: '',
    stderr: expect.stringMatching(/^simulator: [^\n]*rule 1, do.fault[^\n]*\n$/),
  });
  expect(await run('--port', `${port}`)).toMatchObject({
    code: 1,
    stdout: '',
    stderr: expect.stringMatching(/^simulator: cannot listen[^\n]*\n$/),
  });
});
