import { expect, test } from 'vitest';
import { widthOf, wrapSentences } from './line-width.ts';

test('sentences are broken between words, indented as they begin, and tables left alone', () => {
  const table = 'CAMPAIGN  ACCEPTED  UNKNOWN\n';
  expect(wrapSentences(`nothing goes out until then\n  name: "Ann" and others\n${table}`, 20)).toBe(
    `nothing goes out\nuntil then\n  name: "Ann" and\n    others\n${table}`,
  );
});

test('files and pipes have no width; a terminal that says it has none has the usual', () => {
  expect(widthOf({ columns: 40 })).toBe(Number.POSITIVE_INFINITY);
  expect([widthOf({ isTTY: true, columns: 40 }), widthOf({ isTTY: true, columns: 0 })]).toEqual([
    40, 80,
  ]);
});
