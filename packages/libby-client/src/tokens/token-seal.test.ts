import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { Secret } from '../secret.ts';
import { TokenSeal } from './token-seal.ts';

const seal = new TokenSeal(new Secret('client secret'), ['cache', 'client', 'scope']);
const token = { value: 'a-token', expiresAt: 1_800_000_000_000, lifetimeMs: 3_600_000 };

test('opens what it sealed', () => {
  fc.assert(
    fc.property(fc.string(), fc.nat(), fc.nat(), (value, expiresAt, lifetimeMs) => {
      expect(seal.open(seal.seal({ value, expiresAt, lifetimeMs }))).toEqual({
        value,
        expiresAt,
        lifetimeMs,
      });
    }),
  );
});

test('shows nothing of the token, and never the same twice', () => {
  expect(seal.seal(token)).not.toContain(token.value);
  expect(seal.seal(token)).not.toBe(seal.seal(token));
});

test.each([
  ['another secret', new TokenSeal(new Secret('other'), ['cache', 'client', 'scope'])],
  ['another context', new TokenSeal(new Secret('client secret'), ['cache', 'client', 'scope2'])],
  [
    'the same words, divided otherwise',
    new TokenSeal(new Secret('client secret'), ['cache', 'clients', 'cope']),
  ],
])('does not open under %s', (_, other) => {
  expect(other.open(seal.seal(token))).toBeUndefined();
});

test('does not open with its end moved', () => {
  const sealed = seal.seal(token);
  expect(seal.open(sealed.replace('.1800000000000.', '.1900000000000.'))).toBeUndefined();
  expect(seal.open(sealed.replace('.3600000.', '.36000000.'))).toBeUndefined();
});

test('does not open with any byte of its box changed', () => {
  const sealed = seal.seal(token);
  const start = sealed.lastIndexOf('.') + 1;
  const box = Buffer.from(sealed.slice(start), 'base64url');
  for (let i = 0; i < box.length; i++) {
    const changed = Buffer.from(box);
    changed.writeUInt8(changed.readUInt8(i) ^ 1, i);
    expect(seal.open(sealed.slice(0, start) + changed.toString('base64url'))).toBeUndefined();
  }
});

test('opens nothing else', () => {
  const forgery = fc.oneof(
    fc.string(),
    fc.base64String({ maxLength: 60 }).map((box) => `1.1.1.${box.replaceAll('=', '')}`),
  );
  fc.assert(
    fc.property(forgery, (text) => {
      expect(seal.open(text)).toBeUndefined();
    }),
  );
});
