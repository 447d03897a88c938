import { expect, it } from 'vitest';
import { DialQueue } from '../dial-queue.ts';
import { eachTest, type Fixture, PERSON } from '../testing/fixture.ts';

let fixture: Fixture;
eachTest((each) => {
  fixture = each;
});

const openList = () => fixture.queue.doNotCall;
const people = (count: number, from = 0) =>
  Array.from({ length: count }, (_, index) => `person ${from + index}`);

it('knows who is on it', async () => {
  const list = openList();
  const other = '+15055550124';
  expect(await list.add([PERSON, PERSON])).toBe(1);
  expect(await list.check([PERSON, other])).toEqual([true, false]);
  expect(await list.remove([PERSON, other])).toBe(1);
  expect(await list.check([PERSON])).toEqual([false]);
});

it('goes by the key that Redis has now, also in a process that knew another', async () => {
  const list = openList();
  await list.add([PERSON]);
  await fixture.redis.del(fixture.keys.identityKey);
  expect(await list.add([PERSON])).toBe(1);
  const fresh = DialQueue.open(fixture.redis, fixture.keys.prefix);
  expect(await fresh.doNotCall.check([PERSON])).toEqual([true]);
});

it('holds no number, and keeps each in the compact form', async () => {
  const list = openList();
  await list.add([PERSON]);
  const { bucket, member } = fixture.identity.person(PERSON);
  const key = fixture.keys.doNotCall(bucket);
  expect(await fixture.redis.smembers(key)).toEqual([member]);
  expect(await fixture.redis.object('ENCODING', key)).toBe('intset');
});

it('takes any number at a time, each once, and counts them', async () => {
  const list = openList();
  expect(await list.add(people(2500))).toBe(2500);
  expect(await list.add(people(2500, 1000))).toBe(1000);
  expect(await list.count()).toBe(3500);
  expect(await list.remove(people(3000))).toBe(3000);
  expect(await list.count()).toBe(500);
});

it('has another version after each change, and only then', async () => {
  const list = openList();
  expect(await list.version()).toBe(0);
  await list.add([PERSON]);
  expect(await list.version()).toBe(1);
  await list.add([PERSON]);
  await list.remove(['another']);
  expect(await list.version()).toBe(1);
  await list.remove([PERSON]);
  expect(await list.version()).toBe(2);
});

it('has another version also after a change that failed half-way', async () => {
  const list = openList();
  const { bucket } = fixture.identity.person('unwritable');
  await fixture.redis.set(fixture.keys.doNotCall(bucket), 'no set');
  await expect(list.add([PERSON, 'unwritable', 'behind it'])).rejects.toThrow('WRONGTYPE');
  expect(await list.check([PERSON, 'behind it'])).toEqual([true, false]);
  expect(await list.version()).toBe(1);
});

it('waits for the claims of every campaign that were made before, and for no later one', async () => {
  await fixture.campaign();
  await fixture.campaign({ id: 'autumn' });
  const gate = fixture.gate();
  const spring = { campaign: 'spring', callId: 'call-1', owner: 'owner-1' };
  const autumn = { campaign: 'autumn', callId: 'call-2', owner: 'owner-2' };
  await gate.claim(fixture.request(spring));
  await gate.claim(fixture.request(autumn));
  const list = openList();
  await list.add([PERSON]);
  let isOver = false;
  const waiting = list.outlastEarlierClaims().finally(() => {
    isOver = true;
  });
  await gate.settle(fixture.settling(spring));
  // Each reply lets the waiting go on by a step: by then it has looked at the claims that stand.
  for (let step = 0; step < 20; step += 1) await fixture.redis.ping();
  const other = fixture.identity.person('somebody else');
  await gate.claim(fixture.request({ ...spring, callId: 'call-3', person: other }));
  expect(isOver).toBe(false);
  await gate.release(fixture.releasing({ ...autumn, attempts: 0 }));
  await waiting;
});

it('waits for no claim that may not be sent any more', async () => {
  await fixture.campaign();
  await fixture.gate({ sendWithinMs: -1 }).claim(fixture.request());
  await expect(openList().outlastEarlierClaims()).resolves.toBeUndefined();
});

it('can be given up waiting', async () => {
  await fixture.campaign();
  await fixture.gate().claim(fixture.request());
  await expect(openList().outlastEarlierClaims(AbortSignal.abort())).rejects.toThrow(/abort/i);
});

it('is no reason to wait for other workers on a new server', async () => {
  await openList().add([PERSON]);
  expect((await fixture.queue.evidence.compare(new Map(), true)).opensAt).toBe(0);
});
