import { describe, expect, test } from 'vitest';
import { type CommandBench, eachTest } from '../../testing/command-bench.ts';

let bench: CommandBench;
eachTest((each) => {
  bench = each;
});

describe('hold', () => {
  test('list, status and release', async () => {
    await bench.loaded('spring', 1);
    expect((await bench.run(['hold', 'list'])).stdout).toBe('Nothing is held.\n');
    await bench.openHold();
    expect((await bench.run(['hold', 'list'])).stdout).toMatch(
      /^line:\+15055550100 +agent_not_found +for \d+ s +in /m,
    );
    expect(await bench.json(['status', 'spring', '--json'])).toMatchObject({
      state: 'held',
      holds: [
        {
          scope: 'line:+15055550100',
          reason: 'agent_not_found',
          until: expect.stringMatching(/^20.*Z$/),
        },
      ],
    });
    expect((await bench.run(['status', 'spring'])).stdout).toContain('agent_not_found');
    const cause = {
      cause: 'agent_not_found',
      status: 404,
      url: 'https://phone.example/outbound',
      message: 'Agent not found for this number',
    };
    expect(await bench.json(['status', 'spring', '--json'])).toMatchObject({ holds: [cause] });
    expect(await bench.json(['hold', 'list', '--json'])).toMatchObject({ holds: [cause] });
    for (const command of [['hold', 'list'], ['status'], ['status', 'spring']]) {
      expect((await bench.run(command)).stdout).toContain(
        'line:+15055550100: 404 from https://phone.example/outbound: Agent not found for this number\n',
      );
    }
    const released = await bench.run(['hold', 'release', 'line:+15055550100', '--by', 'Ada']);
    expect(released).toMatchObject({ code: 0, stdout: 'line:+15055550100 is released.\n' });
    const details = { scope: 'line:+15055550100', reason: 'agent_not_found' };
    expect((await bench.decisions()).at(-1)).toMatchObject({
      action: 'hold.release',
      by: 'Ada',
      details,
    });
  });

  test('that a person has asked for says why, and who is kept', async () => {
    await bench.loaded('spring', 1);
    const added = await bench.run(['hold', 'add', 'all', '--note', 'wrong texts', '--by', 'Ada']);
    expect(added).toMatchObject({
      code: 0,
      stdout:
        'all is held; 0 calls went out meanwhile. No call begins there until "enqueuer hold release all".\n',
    });
    expect((await bench.decisions()).at(-1)).toMatchObject({ action: 'hold.add', by: 'Ada' });
    for (const command of [
      ['hold', 'list'],
      ['status', 'spring'],
    ])
      expect((await bench.run(command)).stdout).toContain('all: note: wrong texts\n');
  });

  test.each(['campaign:spring', 'line:505', 'everything'])(
    'cannot be asked for %s',
    async (what) => {
      expect(await bench.run(['hold', 'add', what])).toMatchObject({
        code: 2,
        stderr: expect.stringContaining('It must be "all", or "line:" and a number'),
      });
    },
  );

  test('of everything because Redis has lost claims says what to do', async () => {
    await bench.loaded('spring', 1);
    await bench.queue.evidence.compare(new Map([['a server of before', 3]]), true);
    for (const command of [['hold', 'list'], ['status'], ['status', 'spring']]) {
      const { stdout } = await bench.run(command);
      expect(stdout).toMatch(/^all +evidence_lost +for \d+ s +when a person releases it$/m);
      expect(stdout).toContain('enqueuer hold release all --by');
    }
    expect(await bench.json(['status', 'spring', '--json'])).toMatchObject({
      holds: [{ until: null }],
    });
    await bench.run(['hold', 'release', 'all', '--by', 'Ada']);
    expect((await bench.run(['hold', 'list'])).stdout).toBe('Nothing is held.\n');
  });

  test('release needs a hold', async () => {
    expect(await bench.run(['hold', 'release', 'all', '--by', 'Ada'])).toMatchObject({ code: 1 });
  });
});
