import { beforeEach, describe, expect, test } from 'vitest';
import { type CommandBench, eachTest } from '../../testing/command-bench.ts';

let bench: CommandBench;
eachTest((each) => {
  bench = each;
});

const ASKED = '[y/N]';
const onTerminal = (stdin = '') => ({ isTerminal: true, stdin });

let campaign: string;
beforeEach(async () => {
  campaign = await bench.campaign('spring', { pacing: { callsPerSecond: 2 } });
});

async function argumentsFor(rows: number, ...options: string[]): Promise<string[]> {
  return ['load', await bench.list('list.csv', rows), '--campaign', campaign, ...options];
}

describe('load on a terminal', () => {
  test('shows whom it would call, when and how many, and asks before many calls go out', async () => {
    const argv = await argumentsFor(60);
    const no = await bench.run(argv, onTerminal('n\n'));
    expect(no).toMatchObject({ code: 1, stdout: '' });
    expect(no.stderr).toMatch(
      /60 rows: 60 calls from \+15055550100\n +now +60\n +later +0\n +never +0\n\nAt most 2 calls a second \(pacing\.callsPerSecond\)\.\nThe last one would go out at about .* in 30 s\.\n/,
    );
    expect(no.stderr).toContain(
      `60 calls can go out at once, to the real API. Queue 60? ${ASKED} Nothing is queued.\n`,
    );
    expect(await bench.redis.exists(bench.keys.campaigns)).toBe(0);
    expect((await bench.run(argv, onTerminal('y\n'))).code).toBe(0);
    expect(await bench.queued('spring')).toHaveLength(60);
    // There is nothing left to go out.
    const again = await bench.run(argv, onTerminal());
    expect(again.code).toBe(0);
    expect(again.stderr).toMatch(/never +60\n +already_queued +60\n60 calls of the campaign wait/);
    expect(again.stderr).not.toContain(ASKED);
  });

  test.each([
    ['few calls', 50, [], {}],
    ['calls that go to this machine', 60, [], { LIBBY_API_URL: 'http://127.0.0.1:9/outbound' }],
    ['many of which few go first', 60, ['--canary', '5'], {}],
  ])('does not ask for %s', async (_, rows, options, env) => {
    const argv = await argumentsFor(rows, ...options);
    const { code, stderr } = await bench.run(argv, { ...onTerminal(), env });
    expect(code).toBe(0);
    expect(stderr).toContain(`${rows} rows: ${rows} calls from`);
    expect(stderr.includes('5 calls of the campaign go first, the rest is held.')).toBe(
      options.length > 0,
    );
    expect(stderr).not.toContain(ASKED);
  });

  test('does not ask for calls that may go out only later, and says from when', async () => {
    campaign = await bench.campaign('spring', { startsAt: '2099-06-06T15:00:00Z' });
    const { code, stderr } = await bench.run(await argumentsFor(60), onTerminal());
    expect(code).toBe(0);
    expect(stderr).toMatch(/now +0\n +later +60 +from Sat 2099-06-06 /);
    expect(stderr).toContain('As fast as the workers go: no pace and no lines limit it.');
  });

  test('asks once for all that there is to say', async () => {
    await bench.run(await argumentsFor(1));
    campaign = await bench.campaign('spring', {
      introNotes: 'Ask for {{name}}',
      pacing: { callsPerSecond: 2 },
    });
    const { code, stderr } = await bench.run(await argumentsFor(60), onTerminal('n\n'));
    expect(code).toBe(2);
    expect(stderr.split(ASKED)).toHaveLength(2);
    expect(stderr).toMatch(
      /The file changes campaign spring as it is stored, also for 1 call that waits:\n {2}introNotes: not set → "Ask for \{\{name\}\}"\n(.*\n)*59 calls can go out at once, to the real API\. Queue 59\?/,
    );
  });

  test.each([
    ['with --yes', ['--yes'], onTerminal()],
    ['without a terminal', [], {}],
  ])('asks nothing and plans nothing %s', async (_, options, io) => {
    const { code, stderr } = await bench.run(await argumentsFor(60, ...options), io);
    expect(code).toBe(0);
    expect(stderr).not.toMatch(/\[y\/N\]|60 rows: /);
  });
});
