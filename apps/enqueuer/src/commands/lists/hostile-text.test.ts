import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import { expect, test } from 'vitest';
import { type CommandBench, eachTest } from '../../testing/command-bench.ts';

const HOSTILE = 'Ada\u001b]0;x\u0007\u009b2J\u202e';
const SHOWN = String.raw`Ada\u001b]0;x\u0007\u009b2J\u202e`;
/** What a terminal obeys, but for tabs and line breaks. */
const OBEYED = /[^\P{Cc}\t\r\n]|\r(?!\n)|[\u202a-\u202e\u2066-\u2069]/u;

let bench: CommandBench;
eachTest((each) => {
  bench = each;
});

/** A command's output on a terminal, and in a pipe. */
async function shownBy(...argv: string[]): Promise<{ terminal: string; pipe: string }> {
  const stdout = Object.assign(new PassThrough(), { isTTY: true, columns: 200, rows: 50 });
  const [terminal, { stderr }] = await Promise.all([
    text(stdout),
    bench.run(argv, { stdout, isTerminal: true }),
  ]);
  expect(stderr).not.toMatch(OBEYED);
  return { terminal, pipe: (await bench.run(argv)).stdout };
}

async function loaded(): Promise<string> {
  const list = await bench.file('list.csv', `Name,Phone\n${HOSTILE},+15055550123\n`);
  await bench.run(['load', list, '--campaign', await bench.campaign('spring')]);
  const [callId = ''] = await bench.queued('spring');
  await bench.placed('spring', callId, 'unknown', { reason: 'no_response', name: HOSTILE });
  return callId;
}

test.each([
  ['in-doubt list'],
  ['in-doubt list --json'],
  ['results spring'],
  ['results spring --format ndjson'],
])('a name is shown by %s, not obeyed; a pipe gets it exactly', async (command) => {
  await loaded();
  const { terminal, pipe } = await shownBy(...command.split(' '));
  expect(terminal).not.toMatch(OBEYED);
  expect(terminal).toContain(SHOWN);
  expect(pipe).toMatch(OBEYED);
});

test('so are campaigns and fields that other services name', async () => {
  await bench.redis.xadd(
    bench.keys.inboxRejected,
    '*',
    'entry',
    '1-1',
    'campaign',
    HOSTILE,
    'code',
    'invalid_field',
    'reason',
    `${HOSTILE}\nfield`,
    'call',
    '{}',
  );
  const { terminal } = await shownBy('inbox', 'rejected');
  expect(terminal).not.toMatch(OBEYED);
  expect(terminal.split('\n')).toHaveLength(3);
  expect(terminal).toContain(`${SHOWN} field`);
});

test('so are the payloads of a dry run, and what stands on the command line', async () => {
  const list = await bench.file('list.csv', `Name,Phone\n${HOSTILE},+15055550123\n`);
  const { terminal } = await shownBy(
    'load',
    list,
    '--campaign',
    await bench.campaign('spring'),
    '--dry-run',
  );
  expect(terminal).not.toMatch(OBEYED);
  expect(terminal).toContain(SHOWN);
  expect((await shownBy(`lo\u001b[2J`)).terminal).toBe('');
});
