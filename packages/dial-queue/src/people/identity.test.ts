import { createHmac, randomBytes } from 'node:crypto';
import { dedupeKey } from '@libby-dialer/dialing';
import { assert, constantFrom, nat, property, record, string, uint8Array } from 'fast-check';
import { expect, it } from 'vitest';
import { Identity, personBuckets } from './identity.ts';

const bytes = (minLength: number, maxLength: number) =>
  uint8Array({ minLength, maxLength }).map((array) => Buffer.from(array));

it('is HMAC-SHA-256 whatever the key and the text', () => {
  assert(
    property(bytes(1, 100), string({ unit: 'grapheme' }), string(), (key, campaign, dedupeKey) => {
      const mac = createHmac('sha256', key).update(`call\0${campaign}\0${dedupeKey}`).digest();
      expect(new Identity(key).callId(campaign, dedupeKey)).toBe(
        `c${mac.toString('base64url', 0, 15)}`,
      );
    }),
  );
});

it.each([0, 2_700, 2_730, 2_731, 100_000])('is so of a text of %d units as well', (length) => {
  const key = Buffer.alloc(32, 1);
  for (const text of ['a'.repeat(length), 'ü€'.repeat(length / 2), '\ud800'.repeat(length)]) {
    const mac = createHmac('sha256', key).update(`job\0spring\0c1\0${text}`).digest();
    expect(new Identity(key).seal('spring', 'c1', text)).toBe(mac.toString('base64url', 0, 10));
  }
});

it('makes ids that BullMQ takes: never all digits, no colon', () => {
  const identity = new Identity(randomBytes(32));
  assert(
    property(string(), string({ unit: 'binary-ascii' }), (campaign, text) => {
      expect(identity.callId(campaign, text)).toMatch(/^c[\w-]{20}$/);
    }),
  );
});

it('tells calls of different campaigns and keys apart', () => {
  const identity = new Identity(Buffer.alloc(32, 1));
  const ids = [
    identity.callId('a', 'phone:+15055550123'),
    identity.callId('b', 'phone:+15055550123'),
    identity.callId('a', 'phone:+15055550124'),
    new Identity(Buffer.alloc(32, 2)).callId('a', 'phone:+15055550123'),
  ];
  expect(new Set(ids).size).toBe(4);
});

/** Made of what separates the parts of an id, so that parts cut elsewhere come often. */
const treacherous = (maxLength: number) =>
  string({ unit: constantFrom('a', 'b', ':', '0', '-', ' ', '+'), maxLength });

it('is one id per campaign and key, wherever the two could be cut', () => {
  const identity = new Identity(Buffer.alloc(32, 1));
  expect(identity.callId('a', 'b:c')).not.toBe(identity.callId('a:b', 'c'));
  expect(identity.callId('a', ':b')).not.toBe(identity.callId('a:', 'b'));
  assert(
    property(treacherous(3), treacherous(4), nat({ max: 7 }), (campaign, key, cut) => {
      const text = campaign + key;
      const [otherCampaign, otherKey] = [text.slice(0, cut), text.slice(cut)];
      const id = identity.callId(campaign, key);
      expect(identity.callId(otherCampaign, otherKey) === id).toBe(
        otherCampaign === campaign && otherKey === key,
      );
      expect(new Identity(Buffer.alloc(32, 1)).callId(campaign, key)).toBe(id);
    }),
  );
});

it('is another id for every row that differs in what its campaign dedupes by, and the same for one that does not', () => {
  const identity = new Identity(Buffer.alloc(32, 1));
  const row = record({
    toPhoneNumber: treacherous(4),
    externalId: treacherous(4),
    row: nat({ max: 12 }),
  });
  const dedupeBys = constantFrom('phone' as const, 'externalId' as const, 'row' as const);
  assert(
    property(
      row,
      row,
      treacherous(3),
      treacherous(3),
      dedupeBys,
      (one, two, listOfOne, listOfTwo, dedupeBy) => {
        const ids = [dedupeKey(dedupeBy, one, listOfOne), dedupeKey(dedupeBy, two, listOfTwo)].map(
          (key) => identity.callId('spring', key ?? ''),
        );
        const isSame = {
          phone: one.toPhoneNumber === two.toPhoneNumber,
          externalId: one.externalId === two.externalId,
          row: one.row === two.row && listOfOne === listOfTwo,
        }[dedupeBy];
        expect(ids[0] === ids[1]).toBe(isSame);
      },
    ),
    { numRuns: 1000 },
  );
});

it('is never one id for keys of different kinds, though a campaign’s externalIds look like numbers or rows', () => {
  const call = { toPhoneNumber: '+15055550123', externalId: '+15055550123', row: 7 };
  const keys = [
    dedupeKey('phone', call, 'h'),
    dedupeKey('externalId', call, 'h'),
    dedupeKey('row', call, 'h'),
  ];
  expect(
    new Set([...keys, dedupeKey('externalId', { ...call, externalId: 'row:h:7' }, 'h')]).size,
  ).toBe(4);
});

it('spreads people over buckets of integers that Redis keeps compact', () => {
  const identity = new Identity(Buffer.alloc(32, 1));
  const buckets = new Set(personBuckets());
  expect(buckets.size).toBe(2 ** 18);
  assert(
    property(string(), (text) => {
      const { bucket, member } = identity.person(text);
      expect(buckets.has(bucket)).toBe(true);
      expect(BigInt.asIntN(64, BigInt(member)).toString()).toBe(member);
    }),
  );
});
