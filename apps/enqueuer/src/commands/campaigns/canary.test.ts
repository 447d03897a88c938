import { describe, expect, test } from 'vitest';
import { type CommandBench, eachTest } from '../../testing/command-bench.ts';

let bench: CommandBench;
eachTest((each) => {
  bench = each;
});

const outputOf = async (argv: readonly string[]) => (await bench.run(argv)).stdout;
const asPerson = ['hold', 'release', 'campaign:spring', '--by', 'Ada'];

async function loadArguments(count: number, ...options: string[]): Promise<string[]> {
  const list = await bench.list('list.csv', count);
  return ['load', list, '--campaign', await bench.campaign('spring'), ...options];
}

describe('load --canary', () => {
  test('holds the rest, and says how far the first are and what lifts it', async () => {
    const argv = await loadArguments(4, '--canary', '2', '--canary-pass', '0.8');
    expect(await outputOf(argv)).toContain(
      '2 calls of the campaign go first, the rest is held until 2 of them are accepted; "enqueuer hold release campaign:spring --by <you>" lets it follow.\n',
    );
    const [first = '', second = ''] = await bench.queued('spring');
    expect(await outputOf(['status', 'spring'])).toContain('spring: running\n');
    await bench.claim('spring', first);
    await bench.placed('spring', second, 'rejected', { reason: 'bad_request' });
    for (const command of [['hold', 'list'], ['status'], ['status', 'spring']]) {
      const stdout = await outputOf(command);
      expect(stdout).toMatch(/^campaign:spring +canary +for \d+ s +when 2 of 2 are accepted$/m);
      expect(stdout).toContain(
        'campaign:spring: 2 of 2 dialed, 0 accepted, 1 in flight: too few for the 2 it asks for, a person decides\n',
      );
    }
    await bench.settle('spring', first, 'accepted');
    expect(await bench.json(['status', 'spring', '--json'])).toMatchObject({
      state: 'held',
      holds: [
        {
          reason: 'canary',
          until: null,
          canary: { calls: 2, needed: 2, dialed: 2, accepted: 1, inFlight: 0 },
        },
      ],
    });
    await bench.run(asPerson);
    expect(await outputOf(['status', 'spring'])).toContain('spring: running\n');
  });

  test('is asked for with new calls only, and one that stands goes on', async () => {
    const some = await loadArguments(2, '--canary', '1');
    expect(await outputOf(some)).toMatch(/^1 call of the campaign goes first, the rest is held;/m);
    const more = await loadArguments(3, '--canary', '1');
    expect(await outputOf(more)).toContain('Its canary stands already and goes on: 1 call');
    await bench.run(asPerson);
    expect(await outputOf(more)).toContain('Nothing new is queued: no canary is asked for.\n');
    expect(await bench.json([...more, '--json'])).toMatchObject({ queued: 0, canary: null });
    expect(await outputOf(['hold', 'list'])).toBe('Nothing is held.\n');
  });

  test.each([
    ['--canary-pass', '0.8'],
    ['--canary', '0'],
    ['--canary', '1001'],
    ['--canary', '5', '--canary-pass', '0'],
    ['--canary', '5', '--canary-pass', '80'],
  ])('refuses %s %s in a sentence', async (...options) => {
    const { code, stderr } = await bench.run(await loadArguments(1, ...options));
    expect({ code, lines: stderr.trimEnd().split('\n').length }).toEqual({ code: 2, lines: 1 });
    expect(await bench.redis.keys(`${bench.keys.prefix}*`)).toEqual([]);
  });
});

describe('a schedule with --canary', () => {
  test('has one in each run, and is carried out only by who knows of canaries', async () => {
    const list = await bench.list('list.csv', 3);
    const campaign = await bench.campaign('template');
    const cron = ['--cron', '0 0 * * *', '--timezone', 'America/Denver'];
    const add = ['schedule', 'add', 'nightly', ...cron, '--list', list, '--campaign', campaign];
    await bench.run([...add, '--canary', '2', '--canary-pass', '0.5']);
    const [schedule] = await bench.queue.schedules.list();
    expect(schedule?.campaign).toMatchObject({ requires: ['schedule.canary'] });
    expect(await bench.json(['schedule', 'list', '--json'])).toMatchObject([
      { canary: { calls: 2, needed: 1 } },
    ]);
    expect(await outputOf(['schedule', 'list'])).toContain(`${list}, 2 calls first\n`);
    expect(await outputOf(['schedule', 'run', 'nightly'])).toContain('2 calls of the campaign go');
    const [hold] = await bench.queue.holds.list();
    expect(hold).toMatchObject({ reason: 'canary', canary: { calls: 2, needed: 1 } });
    // A worker that knows of no canaries dials none of it either, for the hold is a person's.
    const id = hold?.scope.slice('campaign:'.length) ?? '';
    expect(await bench.queue.campaigns.peek(id)).not.toHaveProperty('unknownRules');
    expect(await bench.redis.hget(bench.keys.campaigns, id)).not.toContain('requires');
  });
});
