import { describe, expect, it } from 'vitest';
import { findNumberColumns, nameNumberColumns, numberIn } from './number-columns.ts';

describe('nameNumberColumns', () => {
  it.each([
    [['+15055550123'], ['phone']],
    [['(505) 555-0123'], ['phone']],
    [['tel:+15055550123'], ['phone']],
    [['5055550123 ext. 4'], ['phone']],
    [['12'], ['phone']],
    [
      [' 505', '5550123 '],
      ['areaCode', 'number'],
    ],
    [
      ['505', '555-0123'],
      ['areaCode', 'number'],
    ],
  ])('knows that %j is no heading', (cells, names) => {
    expect(nameNumberColumns(cells)).toEqual(names);
  });

  it.each([
    [['Phone']],
    [['phone1']],
    [['']],
    [[]],
    [['area code', 'number']],
    [['Ada', '+15055550123']],
    [['505', '12']],
  ])('leaves %j to be headings', (cells) => {
    expect(nameNumberColumns(cells)).toBeUndefined();
  });
});

describe('findNumberColumns', () => {
  it.each([
    ['Name,Mobile', { number: 1, areaCode: undefined, countries: [] }],
    ['To Phone Number,Mobile', { number: 0, areaCode: undefined, countries: [] }],
    ['Area Code,Number', { number: 1, areaCode: 0, countries: [] }],
    // A rejects file that comes again: what was added to it is none of its columns.
    ['areaCode,number,line,code,reason', { number: 1, areaCode: 0, countries: [] }],
  ])('finds the numbers under %s', (headings, columns) => {
    expect(findNumberColumns(headings.split(','))).toMatchObject(columns);
  });

  it('goes by the heading that is named', () => {
    expect(findNumberColumns(['Mobile', 'Home  phone'], 'home phone')).toMatchObject({ number: 1 });
  });
});

describe('numberIn', () => {
  const columns = { number: 1, areaCode: 0 };

  it.each([
    [['505', '555-0123'], '505555-0123'],
    [['505', '55501'], '50555501'],
    [['505', '5055550123'], '5055550123'],
    [['', '+15055550123'], '+15055550123'],
    [['505', ''], ''],
    [[], ''],
  ])('reads %j', (cells, number) => {
    expect(numberIn(cells, columns)).toBe(number);
  });
});
