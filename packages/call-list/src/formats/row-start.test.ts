import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { rowStart } from './row-start.ts';

describe('rowStart', () => {
  it.each([
    ['a,b\nc,d\n', 1, { at: 0, line: 1, row: 1 }],
    ['a,b\nc,d\n', 2, { at: 4, line: 2, row: 2 }],
    ['a\n\nc\n', 3, { at: 3, line: 3, row: 3 }],
    ['"one\ntwo",x\nc\n', 2, { at: 12, line: 3, row: 2 }],
    ['a; "one\ntwo ""three"""\r\nc\n', 2, { at: 24, line: 3, row: 2 }],
    ['5" pipes\nc\n', 2, { at: 9, line: 2, row: 2 }],
    ['a\n', 2, undefined],
    ['"never closed\nc\n', 2, undefined],
    ['', 1, undefined],
  ])('of %j, row %i', (text, row, start) => {
    expect(rowStart(text, row)).toEqual(start);
  });

  it('begins a line, whatever the text', () => {
    const text = fc.string({
      unit: fc.constantFrom('a', ',', '"', '\n', '\r', ' '),
      maxLength: 60,
    });
    fc.assert(
      fc.property(text, fc.integer({ min: 1, max: 9 }), (given, row) => {
        const start = rowStart(given, row);
        if (start === undefined) return;
        expect(start.at === 0 || given[start.at - 1] === '\n').toBe(true);
        expect(given.slice(0, start.at).split('\n')).toHaveLength(start.line);
        expect(start.line).toBeGreaterThanOrEqual(row);
      }),
    );
  });
});
