import { describe, expect, it } from 'vitest';
import { wrappedIn } from './wrapped-list.ts';

describe('wrappedIn', () => {
  it.each([
    ['{"data":[{"name":"Ada"}],"meta":{"total":1}}', 'data'],
    [
      '\n{ "meta": {"ids": [1, "]"], "a\\"b": "{"}, "result": {"people": [ {"name": "Ada"',
      'result.people',
    ],
  ])('names the keys that lead to the records: %s', (text, keys) => {
    expect(wrappedIn(text)).toBe(keys);
  });

  it.each([
    '[{"name":"Ada"}]',
    '{"name":"Ada","toPhoneNumber":"+15055550123","formInfo":[{"City":"Taos"}]}',
    '{"name":"Ada","tags":[{"id":1}]}',
    '{"data":["Ada"]} {"data":[{}]}',
    '{"data":',
    '{"da',
    '',
  ])('finds none in %j', (text) => {
    expect(wrappedIn(text)).toBeUndefined();
  });
});
