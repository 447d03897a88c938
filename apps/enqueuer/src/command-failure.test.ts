import { ListError } from '@libby-dialer/call-list';
import { archiveCampaign, NoSuchCampaignError, readCountry } from '@libby-dialer/operations';
import { DialerError } from '@libby-dialer/runtime';
import { expect, test } from 'vitest';
import { exitCodeFor, failureText } from './command-failure.ts';
import { type CommandBench, eachTest } from './testing/command-bench.ts';

let bench: CommandBench;
eachTest((each) => {
  bench = each;
});

test.each([
  [
    new NoSuchCampaignError('spring'),
    2,
    'spring is no campaign; "enqueuer campaign list" shows those there are.',
  ],
  [
    thrown(() => readCountry('XX')),
    2,
    '--country: no country has this code; give two letters, such as US.',
  ],
  [
    new ListError('rejects_path', 'It exists: name another.'),
    1,
    'It exists: name another with --rejects.',
  ],
  [
    new DialerError('no_such_hold', 'No hold.', { kind: 'not_found' }),
    1,
    'No hold; see "enqueuer hold list".',
  ],
  [new DialerError('other', 'Another; as it is.'), 1, 'Another; as it is.'],
])('%s', (error, code, text) => {
  expect([exitCodeFor(error), failureText(error)]).toEqual([code, text]);
});

test('names the campaign in the command that helps, where the operation names no command', async () => {
  await bench.loaded('spring', 1);
  const error = await archiveCampaign(bench.context, 'spring').catch(
    (reason: DialerError) => reason,
  );
  expect(error).toMatchObject({
    code: 'unfinished',
    kind: 'conflict',
    message: 'Campaign spring is not finished; wait until it is, or cancel it first.',
  });
  expect(failureText(error as DialerError)).toBe(
    'Campaign spring is not finished; see "enqueuer status spring", or cancel it first.',
  );
});

function thrown(work: () => unknown): DialerError {
  try {
    work();
  } catch (error) {
    return error as DialerError;
  }
  throw new Error('nothing was thrown');
}
