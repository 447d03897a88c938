import { programFile, runProcess, spawnProcess } from '@libby-dialer/testkit';
import { describe, expect, test } from 'vitest';
import manifest from '../package.json' with { type: 'json' };
import { type CommandBench, eachTest, phone } from './testing/command-bench.ts';

const MAIN = programFile('enqueuer');

let bench: CommandBench;
eachTest((each) => {
  bench = each;
});

function enqueuer(argv: readonly string[], options: { input?: string } = {}) {
  return runProcess(process.execPath, [MAIN, ...argv], {
    env: bench.environment,
    cwd: bench.directory,
    ...options,
  });
}

describe('the program', () => {
  test('--help needs no configuration; what needs one names the variable and ends with 2', async () => {
    const broken = {
      env: { ...bench.environment, REDIS_URL: 'nonsense' },
      cwd: bench.directory,
    };
    const [version, help, status] = await Promise.all(
      [['--version'], ['load', '--help'], ['status']].map((argv) =>
        runProcess(process.execPath, [MAIN, ...argv], broken),
      ),
    );
    expect(version).toMatchObject({ code: 0, stdout: `${manifest.version}\n`, stderr: '' });
    expect(help).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('--dry-run'),
      stderr: '',
    });
    expect(status).toMatchObject({
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
      result: {
        campaign: 'spring',
        rows: 2,
        queued: 1,
        rejected: 1,
        rejectsFile: 'stdin.rejected.csv',
      },
    });
  });

  test('says what is wrong in a plain line and ends with 1', async () => {
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
    await watch.waitForLine(/ spring: waiting/);
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
    expect({ lines: stdout.trimEnd().split('\n').length, stderr }).toEqual({
      lines: 1,
      stderr: '',
    });
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
  const id =
    (await bench.redis.xadd(bench.keys.results, '*', 'campaign', 'spring', 'result', result)) ?? '';
  const { state } = bench.keys.campaign('spring');
  await bench.redis.multi().hsetnx(state, 'firstResult', id).hset(state, 'lastResult', id).exec();
}
