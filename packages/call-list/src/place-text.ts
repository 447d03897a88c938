import type { RowPlace } from './list-row.ts';

/** Where a row stands, for people: `row 5`, `row 5 (line 7)`, of a list of records `record 3`. */
export function placeText(place: RowPlace): string {
  return spanText(place, place);
}

/** Neighbours: `rows 5-9 (lines 7-12)`. */
export function spanText(from: RowPlace, to: RowPlace): string {
  const numbers = numbered(nounOf(from), numberOf(from), numberOf(to));
  const isElsewhere = from.line !== numberOf(from) || to.line !== numberOf(to);
  return isElsewhere ? `${numbers} (${numbered('line', from.line, to.line)})` : numbers;
}

/** Several, of which there may be more: `rows 5 (line 7), 9, 12`. */
export function placesText(places: readonly RowPlace[]): string {
  const [first] = places;
  if (first === undefined) return '';
  const numbers = places.map((place) => placeText(place).replace(/^\w+ /, ''));
  return `${nounOf(first)}${places.length === 1 ? '' : 's'} ${numbers.join(', ')}`;
}

function nounOf({ sheetRow }: RowPlace): string {
  return sheetRow === undefined ? 'record' : 'row';
}

function numberOf({ row, sheetRow = row }: RowPlace): number {
  return sheetRow;
}

function numbered(noun: string, from: number, to: number): string {
  return from === to ? `${noun} ${from}` : `${noun}s ${from}-${to}`;
}
