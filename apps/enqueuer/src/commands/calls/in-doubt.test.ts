import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import { describe, expect, test } from 'vitest';
import { type CommandBench, eachTest, phone } from '../../testing/command-bench.ts';

let bench: CommandBench;
eachTest((each) => {
  bench = each;
});

/** A campaign of two calls, the first of which is in doubt. */
async function doubted(id = 'spring', settings = {}): Promise<string> {
  const [first = ''] = await bench.loaded(id, 2, settings);
  const seen = { reason: 'no_response', dialedAt: '2026-11-22T10:00:00.000Z' } as const;
  await bench.placed(id, first, 'unknown', { ...seen, providerMessage: 'the agent is busy' });
  return first;
}

/** What was decided about calls in doubt. */
const audit = () => bench.decisions('in_doubt.resolve');
const redial = (callId: string) =>
  bench.run(['in-doubt', 'resolve', callId, '--as', 'redial', '--by', 'Ada']);

describe('in-doubt list', () => {
  test('shows what is needed to ask the provider, of one campaign or of all', async () => {
    expect((await bench.run(['in-doubt', 'list'])).stdout).toBe('No call is in doubt.\n');
    const spring = await doubted('spring');
    const autumn = await doubted('autumn');
    const { stdout } = await bench.run(['in-doubt', 'list', 'spring']);
    const columns = [
      spring,
      'spring',
      '1',
      '2026-11-22T10:00:00.000Z',
      '\\+15055550100',
      'no_response',
      '1',
    ];
    expect(stdout).toMatch(new RegExp(`^${[...columns, '\\+15055550123', 'Ada'].join(' +')}`, 'm'));
    expect(stdout).toMatch(/ PROVIDER SAID$[^]* the agent is busy$/m);
    expect(stdout).toMatch(/\n1 call in doubt\.\n$/);
    const all = (await bench.json(['in-doubt', 'list', '--json'])) as {
      calls: { callId: string }[];
    };
    expect(all.calls.map(({ callId }) => callId)).toEqual([autumn, spring]);
    expect(await bench.run(['in-doubt', 'list', 'winter'])).toMatchObject({ code: 2, stdout: '' });
  });
});

test('in-doubt list fits a terminal of 80 columns, and breaks no word', async () => {
  const [first = ''] = await bench.loaded('spring', 1);
  await bench.claim('spring', first);
  const providerMessage =
    'the agent is busy with another call, and will be so until the end of the day';
  await bench.settle('spring', first, 'unknown', {
    reason: 'no_response',
    providerMessage,
    list: 'lists/may.csv',
  });
  const stdout = Object.assign(new PassThrough(), { isTTY: true, columns: 80, rows: 50 });
  const [shown] = await Promise.all([text(stdout), bench.run(['in-doubt', 'list'], { stdout })]);
  const lines = shown.split('\n');
  expect(lines.filter((line) => line.length > 80)).toEqual([]);
  expect(lines.filter((line) => line.startsWith(first)).length).toBeGreaterThan(1);
  const words = new Set(shown.split(/\s+/));
  for (const word of [...providerMessage.split(' '), 'lists/may.csv', '+15055550123'])
    expect(words).toContain(word);
});

describe('in-doubt resolve --as accepted', () => {
  test('gives the call its outcome, as a further revision, and keeps who said so', async () => {
    const callId = await doubted();
    const resolved = await bench.run([
      'in-doubt',
      'resolve',
      callId,
      '--as',
      'accepted',
      '--by',
      'Ada',
    ]);
    expect(resolved).toEqual({ code: 0, stdout: `${callId} of spring is accepted.\n`, stderr: '' });
    const status = await bench.json(['status', 'spring', '--json']);
    expect(status).toMatchObject({ pending: 1, outcomes: { accepted: 1, unknown: 0 } });
    const { stdout } = await bench.run(['results', 'spring', '--format', 'ndjson']);
    expect(JSON.parse(stdout)).toMatchObject({
      callId,
      toPhoneNumber: '+15055550123',
      outcome: 'accepted',
      reason: 'resolved_by_person',
      dialedAt: '2026-11-22T10:00:00.000Z',
      worker: 'enqueuer',
      revision: 2,
    });
    expect((await bench.run(['in-doubt', 'list'])).stdout).toBe('No call is in doubt.\n');
    expect(await bench.redis.exists(bench.keys.campaign('spring').kept)).toBe(0);
    expect(await audit()).toMatchObject([
      { by: 'Ada', campaign: 'spring', details: { callId, as: 'accepted' }, end: { effect: {} } },
    ]);
  });

  test('a call that is not in doubt stays as it is', async () => {
    const callId = await doubted();
    const [waiting = ''] = await bench.queued('spring');
    const resolve = (id: string) =>
      bench.run(['in-doubt', 'resolve', id, '--as', 'accepted', '--by', 'Ada']);
    expect(await resolve('nosuch')).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('No call nosuch'),
    });
    expect(await resolve(waiting)).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('No call'),
    });
    await bench.claim('spring', waiting);
    expect(await resolve(waiting)).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('no outcome yet'),
    });
    await resolve(callId);
    expect(await resolve(callId)).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('outcome is accepted'),
    });
    const ends = (await audit()).map(({ end }) => end?.failure);
    expect(ends).toEqual(['not_in_doubt', undefined, 'not_in_doubt']);
  });

  test('needs a decision, and a name if one is given', async () => {
    expect(
      await bench.run(['in-doubt', 'resolve', 'call-1', '--as', 'accepted', '--by', ' ']),
    ).toMatchObject({
      code: 2,
    });
    expect(await bench.run(['in-doubt', 'resolve', 'call-1', '--by', 'Ada'])).toMatchObject({
      code: 2,
    });
    expect(
      await bench.run(['in-doubt', 'resolve', 'call-1', '--as', 'rang', '--by', 'Ada']),
    ).toMatchObject({
      code: 2,
    });
  });
});

describe('in-doubt resolve --as redial', () => {
  test('lets the call be dialed once more, no earlier than the first conversation may last, and keeps who said so', async () => {
    const callId = await doubted('spring', {
      lines: { maxConcurrentCalls: 5, assumedCallSeconds: 600 },
    });
    const { code, stdout } = await redial(callId);
    expect(code).toBe(0);
    expect(stdout).toMatch(
      new RegExp(`^${callId} of spring will be dialed once more, from 20\\S+Z on\\.\n$`),
    );
    expect(await bench.queued('spring')).toContain(callId);
    const status = await bench.json(['status', 'spring', '--json']);
    expect(status).toMatchObject({ pending: 1, outcomes: { unknown: 1 } });
    const redialAt = stdout.match(/20\S+Z/)?.[0];
    const { calls } = (await bench.json(['in-doubt', 'list', '--json'])) as { calls: object[] };
    expect(calls).toMatchObject([{ callId, redialAt, isRedialed: false }]);
    expect(await audit()).toMatchObject([
      { by: 'Ada', details: { callId, as: 'redial' }, end: { effect: { redialAt } } },
    ]);
    expect(await redial(callId)).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('once more already, from'),
    });
    expect((await audit()).map(({ end }) => end?.failure)).toEqual([undefined, 'waits']);
  });

  test('may still be taken back by saying that the call was accepted', async () => {
    const callId = await doubted();
    await redial(callId);
    await bench.run(['in-doubt', 'resolve', callId, '--as', 'accepted', '--by', 'Ada']);
    expect(await bench.queued('spring')).not.toContain(callId);
    const status = await bench.json(['status', 'spring', '--json']);
    expect(status).toMatchObject({ pending: 1, outcomes: { accepted: 1, unknown: 0 } });
  });

  test('is refused where it would come to nothing', async () => {
    const callId = await doubted();
    const own = bench.keys.campaign('spring');
    expect(await redial(`${callId}#1`)).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('No call'),
    });
    await bench.run(['suppress', 'add', phone(0)]);
    expect(await redial(callId)).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('do-not-call'),
    });
    await bench.run(['suppress', 'remove', phone(0)]);
    await bench.run(['cancel', 'spring']);
    expect(await redial(callId)).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('enqueuer resume spring'),
    });
    await bench.run(['resume', 'spring']);
    const payload = (await bench.redis.hget(own.kept, callId)) ?? '';
    await bench.redis.hset(
      own.kept,
      callId,
      JSON.stringify({ ...JSON.parse(payload), expiresAt: 1 }),
    );
    expect(await redial(callId)).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('its time is over'),
    });
    await bench.redis.hdel(own.kept, callId);
    expect(await redial(callId)).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('erased'),
    });
    const ends = (await audit()).map(({ end }) => end?.failure);
    expect(ends).toEqual(['canceled', 'expired', 'erased']);
  });
});
