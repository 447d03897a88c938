import { expect, test } from 'vitest';
import { type CommandBench, eachTest, phone } from '../../testing/command-bench.ts';

let bench: CommandBench;
eachTest((each) => {
  bench = each;
});

test('a call is found by its number and by its id, with what became of it', async () => {
  const [callId = ''] = await bench.loaded('spring', 2);
  await bench.placed('spring', callId, 'rejected', {
    reason: 'bad_request',
    toPhoneNumber: phone(0),
    dialedAt: '2026-12-01T18:00:00.000Z',
    settledAt: '2026-12-01T18:00:01.000Z',
    httpStatus: 400,
    providerMessage: 'no such agent',
  });
  const byNumber = await bench.run(['find', phone(0)]);
  expect(byNumber).toMatchObject({ code: 0 });
  expect(byNumber.stdout).toContain(`${callId} in spring: rejected`);
  expect(byNumber.stdout).toContain('2026-12-01T18:00:01Z  Libby answered 400: no such agent');
  expect(await bench.run(['find', callId])).toMatchObject({ stdout: byNumber.stdout });
});

test('JSON has each call in full', async () => {
  await bench.loaded('spring', 2);
  expect(await bench.json(['find', '(505) 555-0101', '--country', 'us', '--json'])).toMatchObject({
    calls: [
      { campaign: 'spring', state: 'queued', toPhoneNumber: phone(1), timeline: [{}, {}, {}] },
    ],
    isCut: false,
    unnamed: [],
  });
});

test('a call whose row has the number beside the dialed one says which is dialed', async () => {
  const campaign = await bench.campaign('spring', {
    columns: { toPhoneNumber: ['Mobile', 'Home'] },
  });
  const list = await bench.file('two.csv', `Name,Mobile,Home\nAda,${phone(1)},${phone(2)}\n`);
  await bench.run(['load', list, '--campaign', campaign]);
  expect((await bench.run(['find', phone(2)])).stdout).toContain(
    `Its row has the number as another one; only ${phone(1)} (Mobile) is dialed.\n`,
  );
});

test.each([[[]], [['+15055550123', '--external-id', 'crm-1']]])(
  'one thing at a time is looked for: %j',
  async (argv) => {
    expect(await bench.run(['find', ...argv])).toMatchObject({
      code: 2,
      stderr: 'Say what to look for: a number, a call id, or --external-id.\n',
    });
  },
);
