import {
  CAN_STOP_SAVING,
  doWithoutSaving,
  eventually,
  programFile,
  spawnProcess,
  startRedis,
  stopSaving,
} from '@libby-dialer/testkit';
import { describe, expect, test } from 'vitest';
import { CommandBench, eachTest } from './testing/command-bench.ts';

const MAIN = programFile('enqueuer');
const TRIES = 12;
const REASON = 'cannot save to disk and refuses to write';

test('a Redis that cannot save: status and doctor say so, and that it can again', async () => {
  await using redis = await startRedis({ own: true, args: CAN_STOP_SAVING });
  await using bench = await CommandBench.start(redis.url);
  await bench.run([
    'load',
    await bench.list('list.csv', 3),
    '--campaign',
    await bench.campaign('spring'),
  ]);
  await stopSaving(bench.redis);
  await eventually(async () =>
    (await bench.run(['doctor'])).stdout.includes(`✗ Redis at 127.0.0.1:${redis.port} ${REASON}`),
  );
  expect((await bench.run(['doctor'])).stdout).not.toContain('It takes writes.');
  expect((await bench.run(['status', 'spring'])).stdout).toContain(
    `nothing goes out: Redis at 127.0.0.1:${redis.port} ${REASON}`,
  );
  expect((await bench.run(['status'])).stdout).toContain(REASON);
  expect(await bench.json(['status', 'spring', '--json'])).toMatchObject({
    pending: 3,
    redisRefuses: expect.stringContaining(REASON),
  });
  await doWithoutSaving(bench.redis);
  expect((await bench.run(['doctor'])).stdout).toContain('✓ It takes writes.');
  expect(await bench.json(['status', 'spring', '--json'])).toMatchObject({ redisRefuses: null });
});

test('the daemon asks a Redis that cannot save seldom, and is not ready until it is over', async () => {
  await using redis = await startRedis({ own: true, args: CAN_STOP_SAVING });
  await using bench = await CommandBench.start(redis.url);
  await using daemon = await spawnProcess(process.execPath, [MAIN, 'serve'], {
    env: { ...bench.environment, ENQUEUER_HTTP_PORT: '0', LOG_LEVEL: 'info' },
    cwd: bench.directory,
  });
  const { http } = JSON.parse(await daemon.waitForLine(/the daemon serves/)) as { http: string };
  const readiness = async () => {
    const answer = await fetch(`${http}/readyz`);
    return { status: answer.status, text: await answer.text() };
  };
  await stopSaving(bench.redis);
  await daemon.waitForLine(/the inbox waits/);
  expect(await readiness()).toEqual({ status: 503, text: expect.stringContaining(REASON) });
  // The inbox tries again each second.
  await eventually(
    async () =>
      (await refused(bench, 'xreadgroup')) + (await refused(bench, 'xautoclaim')) >= TRIES,
  );
  expect(await refused(bench, 'bzpopmin')).toBeLessThan(TRIES);
  await doWithoutSaving(bench.redis);
  await daemon.waitForLine(/the inbox goes on/);
  await eventually(async () => (await readiness()).status === 200);
});

async function refused({ redis }: CommandBench, command: string): Promise<number> {
  const statistics = await redis.info('commandstats');
  const found = new RegExp(`cmdstat_${command}:.*rejected_calls=(\\d+),failed_calls=(\\d+)`).exec(
    statistics,
  );
  return Number(found?.[1] ?? 0) + Number(found?.[2] ?? 0);
}

describe('Redis in trouble', () => {
  let bench: CommandBench;
  eachTest((each) => {
    bench = each;
  });

  test.each([
    [
      'asks for a password',
      { requirepass: 'secret' },
      (url: string) => url.replace(/:secret@|:[^/@]*@/, ''),
    ],
    ['out of memory', { maxmemory: '400kb' }, (url: string) => url],
  ])('%s: one sentence, exit code 1', async (sentence, options, urlOf) => {
    await using troubled = await startRedis(options);
    const argv = ['campaign', 'put', await bench.campaign('spring')];
    const { code, stdout, stderr } = await bench.run(argv, {
      env: { REDIS_URL: urlOf(troubled.url) },
    });
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toContain(sentence);
    expect(stderr.trim().split('\n')).toHaveLength(1);
  });

  test('a replica takes no writes: one sentence, exit code 1', async () => {
    await using replica = await startRedis({
      args: ['--replicaof', '127.0.0.1', String(bench.redis.options.port)],
    });
    const argv = [
      'load',
      await bench.list('list.csv', 1),
      '--campaign',
      await bench.campaign('spring'),
    ];
    const { code, stderr } = await bench.run(argv, { env: { REDIS_URL: replica.url } });
    expect({ code, lines: stderr.trim().split('\n').length }).toEqual({ code: 1, lines: 1 });
    const pause = await bench.run(['campaign', 'put', await bench.campaign('spring')], {
      env: { REDIS_URL: replica.url },
    });
    expect(pause).toMatchObject({ code: 1, stderr: expect.stringContaining('replica') });
  });
});
