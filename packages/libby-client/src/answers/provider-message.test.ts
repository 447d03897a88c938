import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { AccessToken } from '../tokens/access-token.ts';
import type { OutboundCall } from './outbound-call.ts';
import { providerMessage } from './provider-message.ts';

const TOKEN = new AccessToken('a-token', 0);
const CALL: OutboundCall = {
  name: 'Ada Lovelace',
  toPhoneNumber: '+15055550123',
  fromPhoneNumber: '+15055550100',
  formInfo: [
    { Address: '12 Oak Street, Springfield' },
    { Budget: '100 per month' },
    { Colour: 'Blue' },
    { Answer: 'Y' },
  ],
  introNotes: 'Ask Ada about the mortgage that she asked for in May',
  customQuestions: ['Is there a time limit?'],
};

function said(message: unknown, call: OutboundCall = CALL, status = 400): string | undefined {
  return providerMessage({ status, body: JSON.stringify({ message }) }, TOKEN, call);
}

describe('the provider’s words', () => {
  test.each([
    ['customQuestions too long', 'customQuestions too long'],
    ['Ada Lovelace cannot be called', '[name] cannot be called'],
    ['name: expected text, got {"first":"ADA"}', 'name: expected text, got {"first":"[name]"}'],
    ['lovelace%2C%20Ada', '[name]%2C%20[name]'],
    ['adaptive rules', 'adaptive rules'],
    ['no such number: (505) 555-0123, or 15055550123', 'no such number: [number], or [number]'],
    ['formInfo has 100 per month, or blue', 'formInfo has [text], or [form]'],
    ['mail of ada@example.com is wrong', 'mail of [email] is wrong'],
    [
      "introNotes: input 'Ask Ada about the mortgage that she as...' is",
      "introNotes: input '[text]...' is",
    ],
    ["formInfo: input '12 Oak Street, Spr...'", "formInfo: input '[text]...'"],
    ['about the mortgage that she askedAdalbert', '[text]'],
    ['Bearer a-token expired', 'Bearer [token] expired'],
    ['two\nlines\u001b[31m and\u200b a colour', 'two lines [31m and a colour'],
    ['', ''],
  ])('%j', (message, expected) => {
    expect(said(message)).toBe(expected);
  });

  test('of a name without spaces between words, and of one that is a word of the answer', () => {
    expect(said('客户王伟的号码', { ...CALL, name: '王伟' })).toBe('客户[name]的号码');
    expect(said('Not Found', { ...CALL, name: 'Found' }, 404)).toBe('Not Found');
    expect(said('a (b) [c] *', { ...CALL, name: '(b) [c] *' })).toBe('a [name]');
  });

  test('are cut where they are long, and never in the middle of what is blanked', () => {
    expect(said('x'.repeat(600))).toHaveLength(500);
    expect(said(`${'is not '.repeat(90)}Ada`)).toHaveLength(500);
    expect(said('Ada Lovelace '.repeat(300))).toBe('[name] '.repeat(72).slice(0, 500).trim());
  });

  test.each(['', '<html>', '[]', '{"error":"x"}', '{"message":7}', 'null'])(
    '%s holds none',
    (body) => {
      expect(providerMessage({ status: 400, body }, TOKEN, CALL)).toBeUndefined();
    },
  );

  test('never hold the whole of what the call holds of a person, wherever it stands', () => {
    const word = fc.stringMatching(/^[A-Z][a-z]{2,12}( [A-Z][a-z]{2,12})?$/);
    fc.assert(
      fc.property(word, word, fc.stringMatching(/^[^A-Za-z]{0,6}$/), (name, value, between) => {
        const call = { ...CALL, name, formInfo: [{ Heading: value }] };
        const text = said(`${name}${between}:${between}${value}`, call) ?? '';
        expect(text).not.toContain(name);
        expect(text).not.toContain(value);
      }),
    );
  });
});
