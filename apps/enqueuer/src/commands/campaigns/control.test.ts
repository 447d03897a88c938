import { Interrupted } from '@libby-dialer/runtime';
import { eventually } from '@libby-dialer/testkit';
import { describe, expect, test } from 'vitest';
import { type CommandBench, eachTest } from '../../testing/command-bench.ts';

let bench: CommandBench;
eachTest((each) => {
  bench = each;
});

async function stateOf(id: string): Promise<string> {
  return ((await bench.json(['status', id, '--json'])) as { state: string }).state;
}

describe('pause, resume, cancel', () => {
  test('pause returns once each earlier claim is settled, and counts what went out', async () => {
    const [first = '', second = ''] = await bench.loaded('spring', 3);
    await bench.claim('spring', first);
    await bench.claim('spring', second);
    let isDone = false;
    const pausing = bench.run(['pause', 'spring']).finally(() => {
      isDone = true;
    });
    await eventually(async () => (await stateOf('spring')) === 'paused');
    await bench.settle('spring', first, 'accepted');
    expect(isDone).toBe(false);
    await bench.settle('spring', second, 'accepted');
    expect(await pausing).toEqual({
      code: 0,
      stdout: 'spring is paused; 2 calls went out meanwhile.\n',
      stderr: '',
    });
  });

  test('an interrupted pause holds, and says what it did not wait for', async () => {
    const [first = ''] = await bench.loaded('spring', 1);
    await bench.claim('spring', first);
    const interruption = new AbortController();
    const pausing = bench
      .run(['pause', 'spring'], { signal: interruption.signal })
      .catch((error: unknown) => error);
    await eventually(async () => (await stateOf('spring')) === 'paused');
    interruption.abort(new Interrupted('SIGINT'));
    expect(await pausing).toMatchObject({
      code: 130,
      stderr: expect.stringContaining('spring is paused, but calls'),
    });
    expect(await stateOf('spring')).toBe('paused');
  });

  test('--all pauses and resumes every campaign, and brings no canceled one back', async () => {
    await bench.loaded('autumn', 1);
    await bench.loaded('spring', 1);
    await bench.loaded('winter', 1);
    await bench.run(['cancel', 'autumn']);
    const { stdout } = await bench.run(['pause', '--all']);
    expect(stdout.split('\n').toSorted()).toEqual([
      '',
      'spring is paused; 0 calls went out meanwhile.',
      'winter is paused; 0 calls went out meanwhile.',
    ]);
    await bench.run(['resume', '--all']);
    expect(await Promise.all(['autumn', 'spring', 'winter'].map(stateOf))).toEqual([
      'canceled',
      'running',
      'running',
    ]);
    expect((await bench.run(['resume', 'autumn'])).stdout).toBe('autumn is resumed.\n');
    expect(await stateOf('autumn')).toBe('running');
  });

  test.each([[['pause']], [['cancel', 'spring', '--all']], [['resume', 'nosuch']]])(
    '%j is bad usage and does nothing',
    async (argv) => {
      const { code, stdout, stderr } = await bench.run(argv);
      expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
      expect(stderr.trim().split('\n')).toHaveLength(1);
      expect(await bench.redis.keys(`${bench.keys.prefix}*`)).toEqual([]);
    },
  );
});
