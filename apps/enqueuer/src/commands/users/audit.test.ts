import { hostname } from 'node:os';
import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import { expect, test } from 'vitest';
import { type CommandBench, eachTest, phone } from '../../testing/command-bench.ts';

let bench: CommandBench;
eachTest((each) => {
  bench = each;
});

interface Entry {
  readonly action: string;
  readonly end: { readonly effect: object };
}

async function actions(...options: string[]): Promise<string[]> {
  const { entries } = (await bench.json(['audit', '--json', ...options])) as { entries: Entry[] };
  return entries.map(({ action }) => action);
}

test('shows who decided what, from where, and what it did, the newest last', async () => {
  await bench.loaded('spring', 2);
  await bench.run(['pause', 'spring', '--by', 'Ada']);
  await bench.run(['retry', 'none', '--outcome', 'exhausted']);
  const { stdout } = await bench.run(['audit']);
  const [heading, load, pause, ...more] = stdout.trimEnd().split('\n');
  expect(heading).toMatch(/^AT +BY +WHAT$/);
  expect(load).toMatch(
    /^20\S+Z +\S+ +list\.load spring list=\S+ → rows=2 queued=2 .*\(cli, \S+\)$/,
  );
  expect(pause).toMatch(/^20\S+Z +Ada +campaign\.pause spring calls=2 → wentOut=0 \(cli, \S+\)$/);
  expect(more).toEqual([]);
  expect(await bench.json(['audit', '--by', 'Ada', '--json'])).toEqual({
    entries: [
      {
        id: expect.stringMatching(/^\d+-\d+$/),
        at: expect.stringMatching(/^20\S+Z$/),
        action: 'campaign.pause',
        by: 'Ada',
        via: 'cli',
        from: hostname(),
        campaign: 'spring',
        details: { calls: 2 },
        end: { at: expect.stringMatching(/^20\S+Z$/), failure: null, effect: { wentOut: 0 } },
      },
    ],
  });
});

test('shows only what is asked for', async () => {
  expect((await bench.run(['audit'])).stdout).toBe('Nothing of that kind is kept.\n');
  await bench.run(['suppress', 'add', phone(0)]);
  await bench.loaded('spring', 1);
  await bench.run(['cancel', '--all']);
  expect(await actions('--limit', '2')).toEqual(['list.load', 'campaign.cancel']);
  expect(await actions('--campaign', 'spring', '--action', 'list.load')).toEqual(['list.load']);
  expect(await actions('--number', phone(0))).toEqual(['do_not_call.add']);
  expect(await actions('--since', '1h')).toHaveLength(3);
  expect(await actions('--since', '2999-01-01')).toEqual([]);
  for (const wrong of [
    ['--since', 'monday'],
    ['--action', 'dial'],
  ])
    expect((await bench.run(['audit', ...wrong])).code).toBe(2);
});

test('fits a terminal of 80 columns', async () => {
  const path = await bench.campaign(`a-campaign-${'x'.repeat(50)}`);
  await bench.run(['campaign', 'put', path, '--by', 'somebody.with.a.longer.name']);
  const stdout = Object.assign(new PassThrough(), { isTTY: true, columns: 80 });
  const [shown] = await Promise.all([text(stdout), bench.run(['audit'], { stdout })]);
  const lines = shown.trimEnd().split('\n');
  expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(80);
  expect(lines.length).toBeGreaterThan(2);
});
