import { describe, expect, test } from 'vitest';
import { type CommandBench, eachTest } from '../../testing/command-bench.ts';

let bench: CommandBench;
eachTest((each) => {
  bench = each;
});

describe('retry', () => {
  test('queues again what never rang, and only that', async () => {
    const [first = '', second = '', third = ''] = await bench.loaded('spring', 3);
    for (const callId of [first, second, third]) await bench.claim('spring', callId);
    await bench.settle('spring', first, 'exhausted', { reason: 'connect_failed' });
    await bench.settle('spring', second, 'accepted');
    await bench.settle('spring', third, 'unknown', { reason: 'no_response' });
    expect((await bench.run(['retry', 'spring', '--outcome', 'rejected'])).stdout).toBe(
      '0 calls queued again.\n',
    );
    const exhausted = ['retry', 'spring', '--outcome', 'exhausted'];
    expect((await bench.run([...exhausted, '--call', second, third])).stdout).toBe(
      '0 calls queued again.\n',
    );
    expect((await bench.run(exhausted)).stdout).toBe('1 call queued again.\n');
    expect(await bench.queued('spring')).toEqual([first]);
    const status = await bench.json(['status', 'spring', '--json']);
    expect(status).toMatchObject({
      pending: 1,
      outcomes: { exhausted: 0, accepted: 1, unknown: 1 },
    });
  });

  test.each(['accepted', 'unknown', 'suppressed'])('%s is refused', async (outcome) => {
    await bench.loaded('spring', 1);
    expect(await bench.run(['retry', 'spring', '--outcome', outcome])).toMatchObject({
      code: 2,
      stdout: '',
    });
  });

  test('is refused where it would end the same way', async () => {
    await bench.loaded('spring', 1);
    await bench.run(['cancel', 'spring']);
    const canceled = await bench.run(['retry', 'spring', '--outcome', 'canceled']);
    expect(canceled).toMatchObject({ code: 1, stderr: expect.stringContaining('resume') });
    await bench.run(['resume', 'spring']);
    await bench.run([
      'campaign',
      'put',
      await bench.campaign('spring', { expiresAt: '2020-01-01T00:00:00Z' }),
    ]);
    const expired = await bench.run(['retry', 'spring', '--outcome', 'expired']);
    expect(expired).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('expired at 2020-01-01T00:00:00.000Z'),
    });
    expect(await bench.run(['retry', 'nosuch', '--outcome', 'expired'])).toMatchObject({ code: 2 });
  });
});
