import { join } from 'node:path';
import { runProcess, spawnProcess, startRedis, type TestRedis } from '@libby-dialer/testkit';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import manifest from '../package.json' with { type: 'json' };
import { phone, TestBench } from './test-bench.ts';

const MAIN = join(import.meta.dirname, 'main.ts');

let redis: TestRedis;
let bench: TestBench;

beforeAll(async () => {
  redis = await startRedis();
});
afterAll(() => redis.stop());
beforeEach(async () => {
  bench = await TestBench.start(redis.url);
});
afterEach(() => bench[Symbol.asyncDispose]());

function enqueuer(argv: readonly string[], options: { input?: string } = {}) {
  return runProcess(process.execPath, [MAIN, ...argv], { env: bench.environment, cwd: bench.directory, ...options });
}

describe('the program', () => {
  test('--version and --help need no configuration', async () => {
    const broken = { env: { ...bench.environment, REDIS_URL: 'nonsense' }, cwd: bench.directory };
    const version = await runProcess(process.execPath, [MAIN, '--version'], broken);
    expect(version).toMatchObject({ code: 0, stdout: `${manifest.version}\n`, stderr: '' });
    const help = await runProcess(process.execPath, [MAIN, 'load', '--help'], broken);
    expect(help).toMatchObject({ code: 0, stdout: expect.stringContaining('--dry-run'), stderr: '' });
    expect(await runProcess(process.execPath, [MAIN, 'status'], broken)).toMatchObject({
      code: 2,
      stdout: '',
      stderr: expect.stringMatching(/^REDIS_URL: .*\n$/),
    });
  });

  test('loads from standard input, prints one JSON object, and ends with 3 for rejected rows', async () => {
    const argv = ['load', '-', '--campaign', await bench.campaign('spring'), '--json'];
    const input = `Name,Phone\nAda,${phone(0)}\nBob,\n`;
    const { code, stdout } = await enqueuer(argv, { input });
    expect({ code, result: JSON.parse(stdout) }).toMatchObject({
      code: 3,
      result: { campaign: 'spring', rows: 2, queued: 1, rejected: 1, rejectsFile: 'stdin.rejected.csv' },
    });
  });

  test('says what is wrong in plain lines and ends with 1 or 2', async () => {
    const nothing = await enqueuer([]);
    expect(nothing).toMatchObject({ code: 2, stdout: '', stderr: expect.stringContaining('Usage: enqueuer') });
    expect(await enqueuer(['dial'])).toMatchObject({ code: 2, stderr: "Unknown command 'dial'; see --help.\n" });
    expect(await enqueuer(['hold', 'release', 'all', '--by', 'Ada'])).toMatchObject({
      code: 1,
      stderr: 'Nothing is held by the name all; see "enqueuer hold list".\n',
    });
  });

  test('SIGINT ends a watch with 130', async () => {
    await bench.run(['campaign', 'put', await bench.campaign('spring')]);
    await using watch = await spawnProcess(process.execPath, [MAIN, 'status', '--watch'], {
      env: bench.environment,
      cwd: bench.directory,
    });
    await watch.waitForLine(/^spring/);
    expect(await watch.stop('SIGINT')).toEqual({ code: 130, signal: null });
  });

  test('a reader that has enough ends it quietly', async () => {
    await bench.run(['campaign', 'put', await bench.campaign('spring')]);
    for (let index = 0; index < 3000; index += 1) await addResult(`call ${index}`);
    const script = `"$0" "$1" results spring | head -n 1`;
    const { stdout, stderr } = await runProcess('sh', ['-c', script, process.execPath, MAIN], {
      env: bench.environment,
      cwd: bench.directory,
    });
    expect({ lines: stdout.trimEnd().split('\n').length, stderr }).toEqual({ lines: 1, stderr: '' });
  });
});

/** As a worker would, but for the claim. */
async function addResult(callId: string): Promise<void> {
  const result = JSON.stringify({
    callId,
    campaign: 'spring',
    name: 'Ada '.repeat(50),
    outcome: 'accepted',
    revision: 1,
  });
  const id = (await bench.redis.xadd(bench.keys.results, '*', 'campaign', 'spring', 'result', result)) ?? '';
  const { state } = bench.keys.campaign('spring');
  await bench.redis.multi().hsetnx(state, 'firstResult', id).hset(state, 'lastResult', id).exec();
}
