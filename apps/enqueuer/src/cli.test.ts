import { startRedis, type TestRedis } from '@libby-dialer/testkit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { CommandBench } from './testing/command-bench.ts';

let redis: TestRedis;

beforeAll(async () => {
  redis = await startRedis();
});
afterAll(() => redis.stop());

describe('usage', () => {
  test('no command at all shows the help and is bad usage', async () => {
    await using bench = await CommandBench.start(redis.url);
    const { code, stdout, stderr } = await bench.run([]);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain('Usage: enqueuer');
  });

  test.each([
    [['dial'], "Unknown command 'dial'; see --help.\n"],
    [['statsu'], "Unknown command 'statsu' (Did you mean status?); see --help.\n"],
    [
      ['status', 'a', 'b'],
      "Too many arguments for 'status'. Expected 1 argument but got 2: a, b; see --help.\n",
    ],
  ])('%j', async (argv, sentence) => {
    await using bench = await CommandBench.start(redis.url);
    expect(await bench.run(argv)).toEqual({ code: 2, stdout: '', stderr: sentence });
  });

  test('what was meant for another place is not repeated when it is a phone number', async () => {
    await using bench = await CommandBench.start(redis.url);
    const { code, stderr } = await bench.run(['doctor', '+15055550123']);
    expect({ code, said: stderr.includes('5550123') }).toEqual({ code: 2, said: false });
  });

  test('what a command cannot do without stands in its usage, and is marked', async () => {
    await using bench = await CommandBench.start(redis.url);
    const { stdout } = await bench.run(['retry', '--help']);
    expect(stdout).toMatch(/^Usage: enqueuer retry \[options\] --outcome <name> <campaign>\n/);
    expect(stdout.replaceAll(/\s+/g, ' ')).toContain('"canceled") (required)');
    expect((await bench.run(['in-doubt', 'resolve', '--help'])).stdout).toContain(
      'enqueuer in-doubt resolve [options] --as <what> <callId>\n',
    );
    expect((await bench.run(['load', '--help'])).stdout.split('(required)')).toHaveLength(2);
  });

  test('only commands that exist are offered', async () => {
    await using bench = await CommandBench.start(redis.url);
    const { code, stdout, stderr } = await bench.run(['--help']);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const offered = [...stdout.matchAll(/^ {2}([a-z-]+)(?: |$)/gm)]
      .map(([, name]) => name)
      .filter((name) => name !== 'enqueuer');
    const commands = [
      'load',
      'status',
      'results',
      'find',
      'pause',
      'resume',
      'cancel',
      'retry',
      'in-doubt',
      'set-aside',
      'hold',
      'suppress',
      'erase',
      'audit',
      'access',
      'campaign',
      'schedule',
      'serve',
      'inbox',
      'forward',
      'workers',
      'doctor',
    ];
    expect(offered).toEqual([...commands, 'help']);
  });

  test('a misspelled variable is pointed out', async () => {
    await using bench = await CommandBench.start(redis.url);
    const env = { REDIS_URI: 'redis://127.0.0.1:1', LOG_LEVEL: 'warn' };
    const { stderr } = await bench.run(['campaign', 'list'], { env });
    expect(stderr).toContain(
      'REDIS_URI is not a known variable and has no effect; did you mean REDIS_URL?',
    );
  });
});
