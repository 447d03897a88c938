import { createHmac, randomBytes } from 'node:crypto';
import { assert, property, string, uint8Array } from 'fast-check';
import { expect, it } from 'vitest';
import { Identity } from './identity.ts';

const bytes = (minLength: number, maxLength: number) =>
  uint8Array({ minLength, maxLength }).map((array) => Buffer.from(array));

it('is HMAC-SHA-256 whatever the key and the text', () => {
  assert(
    property(bytes(1, 100), string({ unit: 'grapheme' }), string(), (key, campaign, dedupeKey) => {
      const mac = createHmac('sha256', key).update(`call\0${campaign}\0${dedupeKey}`).digest();
      expect(new Identity(key).callId(campaign, dedupeKey)).toBe(`c${mac.toString('base64url', 0, 15)}`);
    }),
  );
});

it('makes ids that BullMQ takes: never all digits, no colon', () => {
  const identity = new Identity(randomBytes(32));
  assert(
    property(string(), (text) => {
      expect(identity.callId('spring', text)).toMatch(/^c[\w-]{20}$/);
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

it('spreads people over buckets of integers that Redis keeps compact', () => {
  const { bucket, member } = new Identity(Buffer.alloc(32, 1)).person('+15055550123');
  expect(bucket).toMatch(/^[\da-f]{4}$/);
  expect(BigInt.asIntN(64, BigInt(member)).toString()).toBe(member);
});
