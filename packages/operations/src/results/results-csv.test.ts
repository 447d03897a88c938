import type { ResultRecord } from '@libby-dialer/dialing';
import { parse } from 'csv-parse/sync';
import { assert, property, string } from 'fast-check';
import { expect, test } from 'vitest';
import { RESULTS_HEADING, resultToCsv } from './results-csv.ts';

function readBack(name: string): string | undefined {
  const csv = RESULTS_HEADING + resultToCsv({ name } as ResultRecord);
  const [record] = parse<Record<string, string>>(csv, { columns: true, record_delimiter: '\r\n' });
  return record?.['name'];
}

test('what the provider said stands before the list, and is safe to open', () => {
  expect(RESULTS_HEADING).toMatch(
    /,worker,revision,providerMessage,list,listHash,sheetRow,line,note,phoneColumn\r\n$/,
  );
  expect(resultToCsv({ providerMessage: '=1+1, "no"' } as ResultRecord)).toMatch(
    /,"'=1\+1, ""no""",,,,,,\r\n$/,
  );
});

test('any text comes back as it was, but for an apostrophe where a formula would start', () => {
  assert(
    property(string({ unit: 'binary' }), (name) => {
      const read = readBack(name) ?? '';
      expect(read === name || read === `'${name}`).toBe(true);
      expect(/^[=@\t\r-]/.test(read)).toBe(false);
      expect(read.startsWith('+')).toBe(/^\+\d+$/.test(name));
    }),
  );
});

test.each([
  ['=1+1', "'=1+1"],
  ['+15055550123', '+15055550123'],
  ['+1+1', "'+1+1"],
  ['+', "'+"],
  ['-7', "'-7"],
  ['@x', "'@x"],
  ['\tx', "'\tx"],
  ['a "b", c\nd', 'a "b", c\nd'],
])('%j becomes %j', (name, expected) => {
  expect(readBack(name)).toBe(expected);
});
