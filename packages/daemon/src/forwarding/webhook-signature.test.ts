import { expect, test } from 'vitest';
import { keyOf, signatureHeaders } from './webhook-signature.ts';

/** From the test suites of the Standard Webhooks libraries. */
const EXAMPLE = {
  secret: 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw',
  id: 'msg_p5jXN8AQM9LWM0D4loKWxJek',
  timestamp: 1614265330,
  body: '{"test": 2432232314}',
  signature: 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
};

test('signs as the specification’s own libraries do', () => {
  const key = keyOf(EXAMPLE.secret);
  expect(signatureHeaders(EXAMPLE, key === undefined ? [] : [key])).toEqual({
    'webhook-id': EXAMPLE.id,
    'webhook-timestamp': '1614265330',
    'webhook-signature': EXAMPLE.signature,
  });
});

test('signs with each key while a secret is changed', () => {
  const keys = [Buffer.alloc(24, 1), Buffer.alloc(24, 2)];
  const signatures = signatureHeaders(EXAMPLE, keys)['webhook-signature'].split(' ');
  expect(new Set(signatures).size).toBe(2);
  expect(signatures[1]).toBe(signatureHeaders(EXAMPLE, keys.slice(1))['webhook-signature']);
});

test('a secret is text, or bytes in base64; never short, never something in between', () => {
  const text = 'x'.repeat(24);
  expect(keyOf(text)).toEqual(Buffer.from(text));
  expect(keyOf(`whsec_${Buffer.alloc(24).toString('base64')}`)).toEqual(Buffer.alloc(24));
  expect(keyOf(text.slice(1))).toBeUndefined();
  expect(keyOf(`whsec_${Buffer.alloc(23).toString('base64')}`)).toBeUndefined();
  expect(keyOf(`whsec_${'MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLa!!'.repeat(2)}`)).toBeUndefined();
});
