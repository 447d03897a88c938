import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseScript } from './script.ts';

describe('parseScript', () => {
  test.each([
    [{}, 'at its top: it must be an array of rules'],
    [[{ match: {} }], 'rule 1, do'],
    [
      [
        { match: {}, do: {} },
        { match: {}, do: { status: 42 } },
      ],
      'rule 2, do.status',
    ],
    [[{ match: {}, do: { statuss: 500 } }], 'statuss'],
    [[{ match: { number: '+15055550123' }, do: {} }], 'number'],
    [[{ match: { rate: 1.5 }, do: {} }], 'rule 1, match.rate'],
    [[{ match: { nth: 0 }, do: {} }], 'rule 1, match.nth'],
    [
      [{ match: { endpoint: 'token', toPhoneNumber: '+15055550123' }, do: {} }],
      'a token request has no toPhoneNumber',
    ],
    [[{ match: {}, do: { fault: 'explode' } }], 'rule 1, do.fault'],
    [[{ match: {}, do: { fault: 'hang', status: 200 } }], 'a fault goes without status'],
    [[{ match: {}, do: { fault: 'reset_after', taken: false } }], 'reset_before is never'],
    [[{ match: {}, do: { headers: { 'content-length': '3' } } }], 'set by the simulator itself'],
    [[{ match: {}, do: { headers: { 'bad name': 'x' } } }], 'not a valid HTTP header'],
    [[{ match: {}, do: { headers: { 'x-line': 'a\r\nb' } } }], 'not a valid HTTP header'],
  ])('%j is refused with a sentence', (script, sentence) => {
    expect(() => parseScript(script, 1)).toThrow(
      expect.objectContaining({ code: 'bad_script', message: expect.stringContaining(sentence) }),
    );
  });
});

describe('rate', () => {
  test('strikes about its share, each rule by its own draw', () => {
    fc.assert(
      fc.property(fc.double({ min: 0, max: 1, noNaN: true }), fc.nat(), (rate, seed) => {
        const [first = 0, second = 0] = struckShare([rate, rate], seed);
        expect(Math.abs(first - rate)).toBeLessThan(0.03);
        expect(Math.abs(second - rate * (1 - rate))).toBeLessThan(0.03);
      }),
      { numRuns: 20 },
    );
  });

  test('0 strikes never, 1 always', () => {
    expect(struckShare([0, 1], 1)).toEqual([0, 1]);
  });
});

/** Which share of 20,000 requests each of the rules strikes. */
function struckShare(rates: readonly number[], seed: number): number[] {
  const rules = rates.map((rate, index) => ({ match: { rate }, do: { status: 500 + index } }));
  const script = parseScript(rules, seed);
  const counts = rates.map(() => 0);
  for (let i = 0; i < 20_000; i += 1) {
    const action = script.actionFor({
      endpoint: 'outbound',
      toPhoneNumber: `+1505555${i % 5000}`,
      nth: 1 + Math.floor(i / 5000),
    });
    if (action?.status !== undefined)
      counts[action.status - 500] = (counts[action.status - 500] ?? 0) + 1;
  }
  return counts.map((count) => count / 20_000);
}
