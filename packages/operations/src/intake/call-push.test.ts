import { describe, expect, it } from 'vitest';
import { eachTest, phone, type TestBench } from '../testing/test-bench.ts';
import { CallPush, type PushedCall } from './call-push.ts';

let bench: TestBench;
eachTest((each) => {
  bench = each;
});

const person = (index: number, more = {}) => ({
  toPhoneNumber: phone(index),
  name: `Person ${index}`,
  ...more,
});

async function pushing<T>(work: (push: Push) => Promise<T>): Promise<T> {
  await using calls = new CallPush(bench.context);
  return await work((campaign, records, idempotencyKey) => {
    const text = typeof records === 'string' ? records : JSON.stringify(records);
    return calls.push({ campaign, records: text, most: 1000, idempotencyKey });
  });
}
type Push = (
  campaign: string,
  records: object | string,
  idempotencyKey?: string,
) => Promise<PushedCall[]>;

const recordOf = (id: string) => `{"toPhoneNumber":"${phone(1)}","name":"Ada","externalId":${id}}`;
const statuses = (pushed: readonly PushedCall[]) => pushed.map(({ status }) => status);

describe('CallPush', () => {
  it('queues what is new, and says of each record what became of it, in order', async () => {
    await bench.put('orders');
    const { first, again } = await pushing(async (push) => ({
      first: await push('orders', [
        person(1),
        { toPhoneNumber: 'nonsense', name: 'Ada' },
        person(2),
        person(1, { name: 'Another name' }),
        { ...person(3), colour: 'red' },
      ]),
      again: await push('orders', person(2)),
    }));
    expect(statuses(first)).toEqual(['queued', 'rejected', 'queued', 'duplicate', 'rejected']);
    expect(first[1]).toMatchObject({ code: 'invalid_phone' });
    expect(first[4]).toMatchObject({ code: 'invalid_field' });
    expect(statuses(again)).toEqual(['already_queued']);
    expect(await bench.queued('orders')).toEqual(
      [first[0], first[2]].map((pushed) => pushed && 'callId' in pushed && pushed.callId),
    );
  });

  it('knows the calls of lists, and those that are settled', async () => {
    const campaign = await bench.put('orders');
    await bench.load(await bench.list('people.csv', 2), campaign);
    const [callId = ''] = await bench.queued('orders');
    await bench.claim('orders', callId);
    await bench.settle('orders', callId, 'accepted');
    const pushed = await pushing((push) => push('orders', [person(0), person(1)]));
    expect(statuses(pushed)).toEqual(['already_settled', 'already_queued']);
  });

  it('gives one call one place, however many ask for it at once', async () => {
    await bench.put('orders');
    const all = await pushing((push) =>
      Promise.all(Array.from({ length: 20 }, (_, index) => push('orders', person(index % 2)))),
    );
    const counts = Map.groupBy(all.flatMap(statuses), (status) => status);
    expect(counts.get('queued')).toHaveLength(2);
    expect(counts.get('already_queued')).toHaveLength(18);
    expect(await bench.queued('orders')).toHaveLength(2);
  });

  it('tells a repeat by its key where each record is a call of its own', async () => {
    await bench.put('orders', { dedupeBy: 'row' });
    await pushing(async (push) => {
      await expect(push('orders', person(1))).rejects.toMatchObject({
        code: 'idempotency_key_needed',
        kind: 'invalid',
      });
      const records = [person(1), person(1)];
      expect(statuses(await push('orders', records, 'a'))).toEqual(['queued', 'queued']);
      expect(statuses(await push('orders', records, 'a'))).toEqual([
        'already_queued',
        'already_queued',
      ]);
      expect(statuses(await push('orders', records, 'b'))).toEqual(['queued', 'queued']);
      const renamed = [person(1, { name: 'Ada' }), person(2), person(3)];
      expect(await push('orders', renamed, 'a')).toMatchObject([
        { status: 'already_queued' },
        { status: 'rejected', code: 'idempotency_key_reused' },
        { status: 'queued' },
      ]);
      const atOnce = await Promise.all([
        push('orders', person(4), 'c'),
        push('orders', person(5), 'c'),
      ]);
      expect(atOnce.flatMap(statuses)).toEqual(['queued', 'rejected']);
    });
  });

  it('gives a new key to one number alone, however many processes push by it at once', async () => {
    await bench.put('orders', { dedupeBy: 'row' });
    await using one = new CallPush(bench.context);
    await using other = new CallPush(bench.anotherProcess());
    const keys = ['a', 'b', 'c', 'd'];
    const numberOf = new Map<string, string>();
    const pushes = [one, other].flatMap((push, nth) =>
      keys.map(async (idempotencyKey) => {
        const people = Array.from({ length: 25 }, (_, index) => person(nth * 100 + index));
        const records = JSON.stringify(people);
        const pushed = await push.push({ campaign: 'orders', most: 25, idempotencyKey, records });
        pushed.forEach((each, index) => {
          if (each.status === 'queued') numberOf.set(each.callId, phone(nth * 100 + index));
        });
        return pushed.filter((each) => each.status === 'rejected').map(({ code }) => code);
      }),
    );
    const refused = (await Promise.all(pushes)).flat();
    expect(refused).toEqual(Array.from({ length: 100 }, () => 'idempotency_key_reused'));
    expect(await bench.numbersQueued('orders')).toEqual(numberOf);
    expect(numberOf.size).toBe(100);
  });

  it('keeps numbers that are too large for JavaScript as they are written', async () => {
    await bench.put('orders', { dedupeBy: 'externalId' });
    const pushed = await pushing((push) =>
      push('orders', `[${recordOf('9007199254740993')},${recordOf('9007199254740992')}]`),
    );
    expect(statuses(pushed)).toEqual(['queued', 'queued']);
  });

  it.each([
    ['no campaign', 'no_such_campaign', 'not_found'],
    ['canceled', 'campaign_canceled', 'conflict'],
  ])('refuses all where it can take none: %s', async (campaign, code, kind) => {
    if (campaign === 'canceled') {
      await bench.put(campaign);
      await bench.queue.control.apply('cancel', campaign);
    }
    const refused = pushing((push) => push(campaign, [person(1)]));
    await expect(refused).rejects.toMatchObject({ code, kind });
  });

  it.each(['', '[{"toPhoneNumber":', 'nonsense'])(
    'takes nothing of what is no JSON: %j',
    async (text) => {
      await bench.put('orders');
      await expect(pushing((push) => push('orders', text))).rejects.toMatchObject({
        code: 'bad_json',
        kind: 'invalid',
      });
    },
  );

  it('checks by a changed definition at once', async () => {
    await bench.put('orders');
    await pushing(async (push) => {
      const local = { toPhoneNumber: '(505) 555-0123', name: 'Ada' };
      expect(statuses(await push('orders', local))).toEqual(['rejected']);
      await bench.put('orders', { defaultCountry: 'US' });
      expect(statuses(await push('orders', local))).toEqual(['queued']);
    });
  });
});
