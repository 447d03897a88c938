import { expect, test } from 'vitest';
import { TestDaemon } from '../../../../../packages/daemon/src/testing/test-daemon.ts';
import { type CommandBench, eachTest, phone } from '../../testing/command-bench.ts';

let bench: CommandBench;
eachTest((each) => {
  bench = each;
});

const push = async (...fields: string[]) =>
  (await bench.redis.xadd(bench.keys.inbox, '*', ...fields)) ?? '';
const pushCall = (index: number) =>
  push('campaign', 'orders', 'call', JSON.stringify({ toPhoneNumber: phone(index), name: 'Ann' }));
const show = (id: string) => bench.json(['inbox', 'show', id, '--json']);

/** Starts a daemon, and stops it once it has taken everything in. */
async function takeIn(): Promise<void> {
  await bench.run(['campaign', 'put', await bench.campaign('orders')]);
  await using _ = await TestDaemon.start(bench.environment['REDIS_URL'] ?? '', bench.keys);
  await expect.poll(() => bench.redis.xlen(bench.keys.inbox)).toBe(0);
}

test('status: nothing was ever pushed', async () => {
  expect(await bench.json(['inbox', 'status', '--json'])).toEqual({
    waiting: 0,
    pending: 0,
    consumers: [],
    rejected: 0,
  });
  expect((await bench.run(['inbox', 'status'])).stdout).toBe(
    '0 waiting, 0 in hand.\nNo daemon takes them in; start one with "enqueuer serve".\n0 rejects kept.\n',
  );
});

test('status: what waits, who has what in hand, and how old the oldest is', async () => {
  for (let index = 0; index < 3; index += 1) await pushCall(index);
  const daemon = bench.queue.inboxConsumer(bench.redis, 'daemon-1');
  await daemon.join();
  await daemon.read();
  const status = await bench.json(['inbox', 'status', '--json']);
  expect(status).toEqual({
    waiting: 2,
    pending: 1,
    consumers: [{ name: 'daemon-1', pending: 1, idleMs: expect.any(Number) }],
    rejected: 0,
    oldestAgeMs: expect.any(Number),
  });
  const { stdout } = await bench.run(['inbox', 'status']);
  expect(stdout).toMatch(
    /^2 waiting, 1 in hand; the oldest is \d+ s old\.\ndaemon-1: 1 in hand, last seen \d+ s ago\./,
  );
});

test('show: from waiting to the outcome of the call', async () => {
  const id = await pushCall(1);
  expect(await show(id)).toEqual({ entry: id, fate: 'waiting' });
  await takeIn();
  const callId = await bench.callId('orders', `phone:${phone(1)}`);
  const fate = { entry: id, fate: 'queued', campaign: 'orders', callId };
  expect(await show(id)).toEqual({ ...fate, call: { state: 'queued' } });
  await bench.claim('orders', callId);
  expect(await show(id)).toEqual({ ...fate, call: { state: 'in_flight' } });
  await bench.settle('orders', callId, 'accepted');
  expect(await show(id)).toMatchObject({
    ...fate,
    call: { state: 'settled', outcome: 'accepted', result: { callId, reason: 'accepted' } },
  });
  const { stdout } = await bench.run(['inbox', 'show', id]);
  expect(stdout).toMatch(
    /was queued as c\S+ of orders\.\nThe call ended as accepted \(accepted\), settled \S+Z\.\n$/,
  );
  await bench.redis.hdel(bench.keys.campaign('orders').ledger, callId);
  expect(await show(id)).toEqual({ ...fate, call: { state: 'forgotten' } });
});

test.each(['1-1', 'nonsense', '99999999999999999999999999-1'])(
  'show: %s is unknown',
  async (id) => {
    const { code, stdout, stderr } = await bench.run(['inbox', 'show', id]);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toContain('is no entry of the inbox that is known');
  },
);

test('rejected: the latest first, the record only in JSON', async () => {
  const first = await push('campaign', 'orders', 'call', '{"name": "Ann"}');
  const second = await push('campaign', 'or\u001b[2Jders', 'call', '{}');
  await takeIn();
  const { stdout } = await bench.run(['inbox', 'rejected']);
  expect(stdout.split('\n').map((line) => line.split(/ {2,}/)[0])).toEqual([
    'ENTRY',
    second,
    first,
    '',
  ]);
  expect(stdout).toContain('missing_phone');
  expect(['Ann', '\u001b'].filter((each) => stdout.includes(each))).toEqual([]);
  expect(await bench.json(['inbox', 'rejected', '--limit', '1', '--json'])).toEqual({
    rejected: [
      {
        entry: second,
        campaign: 'or\u001b[2Jders',
        code: 'unknown_campaign',
        reason: 'There is no such campaign; store it with "enqueuer campaign put".',
        call: '{}',
        rejectedAt: expect.stringMatching(/Z$/),
      },
    ],
  });
  expect((await bench.run(['inbox', 'show', first])).stdout).toContain(
    'was rejected (missing_phone)',
  );
  expect((await bench.run(['inbox', 'rejected', '--limit', '0'])).code).toBe(2);
});
