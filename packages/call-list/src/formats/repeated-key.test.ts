import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { repeatedKey } from './repeated-key.ts';

describe('repeatedKey', () => {
  it.each([
    ['{"a":1,"a":2}', 'a'],
    [String.raw`{"a":1,"\u0061":2}`, 'a'],
    ['{"formInfo":[{"City":"x","City":"y"}]}', 'City'],
    ['{"a":{"b":1},"b":{"a":{}}, "a" : 3}', 'a'],
    [String.raw`{"a\"":1,"a\"" :2}`, 'a"'],
    ['{"__proto__":1,"__proto__":2}', '__proto__'],
  ])('finds it in %s', (json, key) => {
    expect(repeatedKey(json)).toBe(key);
  });

  it('finds none in what JSON itself has written', () => {
    const property = fc.property(fc.json(), (json) => repeatedKey(json) === undefined);
    expect(() => fc.assert(property)).not.toThrow();
  });

  it('finds every key that is given once more', () => {
    const key = fc.string({ unit: 'binary' });
    const property = fc.property(
      fc.dictionary(key, fc.jsonValue(), { minKeys: 1 }),
      fc.nat(),
      (object, pick) => {
        const keys = Object.keys(object);
        const again = keys[pick % keys.length] ?? '';
        return (
          repeatedKey(`${JSON.stringify(object).slice(0, -1)},${JSON.stringify(again)}:0}`) ===
          again
        );
      },
    );
    expect(() => fc.assert(property)).not.toThrow();
  });
});
