import { expect, it } from 'vitest';
import { DoNotCallList } from './do-not-call.ts';
import { eachTest, type Fixture, PERSON } from './testing/fixture.ts';

let fixture: Fixture;
eachTest((each) => {
  fixture = each;
});

it('knows who is on it', async () => {
  const list = new DoNotCallList(fixture.redis, fixture.keys, fixture.identity);
  const other = '+15055550124';
  expect(await list.add([PERSON, PERSON])).toBe(1);
  expect(await list.check([PERSON, other])).toEqual([true, false]);
  expect(await list.remove([PERSON, other])).toBe(1);
  expect(await list.check([PERSON])).toEqual([false]);
});

it('holds no number, and keeps each in the compact form', async () => {
  const list = new DoNotCallList(fixture.redis, fixture.keys, fixture.identity);
  await list.add([PERSON]);
  const { bucket, member } = fixture.identity.person(PERSON);
  const key = fixture.keys.doNotCall(bucket);
  expect(await fixture.redis.smembers(key)).toEqual([member]);
  expect(await fixture.redis.object('ENCODING', key)).toBe('intset');
});
