import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Secret } from '../config/secret.ts';
import { Redactor } from './redactor.ts';

const redactor = new Redactor();

describe('phone numbers', () => {
  test.each([
    ['+15055550123', '+1********23'],
    ['call +15055550123 now', 'call +1********23 now'],
    ['+442071838750', '+44********50'],
    ['+35312345678', '+353******78'],
    ['tel:%2B15055550123', 'tel:+1********23'],
    ['+1 (505) 555-0123', '+1********23'],
    ['(505) 555-0123', '********23'],
    ['505-555-0123', '********23'],
    ['505.555.0123', '********23'],
    ['sent 15055550123', 'sent *********23'],
    ['"toPhoneNumber":"5055550123"', '"toPhoneNumber":"********23"'],
  ])('%s', (text, masked) => expect(redactor.text(text)).toBe(masked));

  test.each([
    'took 1733000000000 ms',
    'at 1733000000',
    '2026-12-01T16:00:00+02:00',
    '1733000000000-0',
    '127.0.0.1:6379',
    'c2a4f7d2-5055-4501-8123-a5055550123f',
    'spring-events',
    'v7.0.15',
    '0.5055550123',
  ])('leaves %s', (text) => expect(redactor.text(text)).toBe(text));

  test('are masked by key, whatever their form', () => {
    expect(
      redactor.value({
        toPhoneNumber: 5_055_550_123,
        from_phone_number: '555',
        Mobile: '0505 555',
      }),
    ).toEqual({
      toPhoneNumber: '********23',
      from_phone_number: '[redacted]',
      Mobile: '*****55',
    });
  });

  test('are masked where they are the key', () => {
    expect(redactor.value({ byNumber: { '+15055550123': 2 } })).toEqual({
      byNumber: { '+1********23': 2 },
    });
  });
});

describe('registered secrets', () => {
  const secret = 's3cr€t/+ "quoted" \\ ?&=value';
  const knowing = new Redactor();
  knowing.registerSecret(new Secret(secret));

  test.each([
    ['as it is', secret],
    ['in JSON', JSON.stringify({ v: secret })],
    ['URL-encoded', encodeURIComponent(secret)],
    [
      'URL-encoded in lower case',
      encodeURIComponent(secret).replaceAll(/%../g, (hex) => hex.toLowerCase()),
    ],
    ['form-encoded', new URLSearchParams({ v: secret }).toString()],
    ['in base64', Buffer.from(secret).toString('base64')],
    ['in base64url', Buffer.from(secret).toString('base64url')],
  ])('%s', (_how, text) => {
    expect(knowing.text(`x ${text} y`)).toContain('[redacted]');
    expect(leaks(knowing.text(`x ${text} y`), text)).toBe(false);
  });

  test('in the middle of a longer base64 text, wherever they begin', () => {
    fc.assert(
      fc.property(
        fc.string({ maxLength: 9 }),
        fc.string({ maxLength: 9 }),
        fc.boolean(),
        (before, after, url) => {
          const encoded = Buffer.from(`${before}${secret}${after}`).toString(
            url ? 'base64url' : 'base64',
          );
          expect(leaks(knowing.text(encoded), encoded.slice(16, 40))).toBe(false);
        },
      ),
    );
  });

  test('of any kind, in any text', () => {
    const letters = fc.string({
      unit: fc.constantFrom('x', 'y', '$', '^', '*', '(', '+', '.', '\\', '|', '/', '"'),
      minLength: 4,
      maxLength: 20,
    });
    fc.assert(
      fc.property(letters, fc.string(), fc.string(), (value, before, after) => {
        const own = new Redactor();
        own.registerSecret(value);
        expect(own.text(`${before}${value}${after}`)).not.toContain(value);
      }),
    );
  });

  test('of which one begins like another', () => {
    const own = new Redactor();
    own.registerSecret('abcdef');
    own.registerSecret('abcdefghij');
    expect(own.text('abcdefghij')).toBe('[redacted]');
  });

  test('are forgotten when asked to', () => {
    const own = new Redactor();
    const forget = own.registerSecret('old-token');
    own.registerSecret('new-token');
    forget();
    expect(own.text('old-token new-token')).toBe('old-token [redacted]');
  });

  test('all forgotten leave the text as it is', () => {
    const own = new Redactor();
    own.registerSecret('old-token')();
    expect(own.text('an old-token')).toBe('an old-token');
  });

  test('too short to be told from ordinary text are left', () => {
    const own = new Redactor();
    own.registerSecret('');
    own.registerSecret('abc');
    expect(own.text('abc def')).toBe('abc def');
  });

  test('cut off by the limit on length do not show their beginning', () => {
    const own = new Redactor();
    own.registerSecret('S'.repeat(2000));
    expect(own.text(`${'x'.repeat(32_000)}${'S'.repeat(2000)}`)).not.toContain('S');
  });
});

describe('credentials told by their form', () => {
  test.each([
    ['Authorization: Bearer abc.def-ghi_jkl', 'abc'],
    [`token libby_${'aB3-_'.repeat(10)}`, 'aB3'],
    ['authorization: basic aWQ6c2VjcmV0', 'aWQ6'],
    ['token eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiIxIn0.c2ln', 'eyJ'],
    ['redis://ada:hunter22@host:6379', 'hunter22'],
    ['grant_type=x&client_secret=hunter22&y', 'hunter22'],
    ['Cookie: XSRF-TOKEN=hunter22; a=b', 'hunter22'],
  ])('%s', (text, hidden) => expect(redactor.text(text)).not.toContain(hidden));
});

describe('values', () => {
  test('by telling keys at any depth, in lists, maps and JSON forms', () => {
    const record = {
      name: 'Ada',
      formInfo: [{ Budget: 'low' }],
      campaign: 'spring',
      attempts: 2,
      ok: true,
      none: null,
    };
    const expected = {
      name: '[redacted]',
      formInfo: '[redacted]',
      campaign: 'spring',
      attempts: 2,
      ok: true,
      none: null,
    };
    const deep = { a: [{ b: new Map([['c', { toJSON: () => record }]]) }] };
    expect(redactor.value(deep)).toEqual({ a: [{ b: { c: expected } }] });
  });

  test.each([
    'authorization',
    'access_token',
    'clientSecret',
    'password',
    'Set-Cookie',
    'apiKey',
    'xsrfToken',
  ])('under %s', (key) =>
    expect(JSON.stringify(redactor.value({ headers: { [key]: 'canary' } }))).not.toContain(
      'canary',
    ),
  );

  test('in errors: message, stack, causes, details', () => {
    const cause = Object.assign(new Error('at +15055550123'), {
      command: { name: 'hset', args: ['k', 'Ada'] },
    });
    const error = new AggregateError([new Error('of +15055550124')], 'for +15055550125', { cause });
    const text = JSON.stringify(redactor.value({ error }));
    expect(text).not.toMatch(/5055550|Ada/);
    expect(text).toMatch(/"type":"AggregateError".*\+1\*{8}25/);
    expect(text).toMatch(/\+1\*{8}24/);
    expect(text).toMatch(/\+1\*{8}23/);
  });

  test('of any kind never make it throw, and become JSON', () => {
    const circular: Record<string, unknown> = {};
    circular['self'] = circular;
    const hostile = {
      get bad() {
        throw new Error('no');
      },
    };
    const odd = [
      circular,
      hostile,
      10n,
      Symbol('s'),
      () => 1,
      new Uint8Array(9),
      new Date(Number.NaN),
      Object.create(null),
    ];
    expect(() => JSON.stringify(redactor.value(odd))).not.toThrow();
    expect(redactor.record(hostile)).toEqual({ value: '[unreadable]' });
    fc.assert(fc.property(fc.anything(), (value) => void JSON.stringify(redactor.value(value))));
  });

  test('are bounded in depth and breadth', () => {
    const deep = Array.from({ length: 50 }).reduce<unknown>((inner) => ({ inner }), 'x');
    expect(JSON.stringify(redactor.value(deep))).toContain('[too deep]');
    expect(JSON.stringify(redactor.value(Array.from({ length: 1000 }, () => 1)))).toContain(
      '[800 more]',
    );
  });
});

/** Whether eight characters of the hidden text in a row are still there. */
function leaks(text: string, hidden: string): boolean {
  return Array.from({ length: Math.max(0, hidden.length - 8) }, (_, start) =>
    hidden.slice(start, start + 8),
  ).some((part) => text.includes(part) && !'{"v":"[redacted]"}'.includes(part));
}
