/** Excel has as many, XFD being the last. */
export const MOST_COLUMNS = 16_384;

/** Of a place such as `AB12`, from 0; -1 for what is none. */
export function columnOf(place: string): number {
  let column = 0;
  for (let at = 0; at < place.length; at += 1) {
    const letter = place.charCodeAt(at) - 64;
    if (letter < 1 || letter > 26) break;
    column = 26 * column + letter;
    if (column > MOST_COLUMNS) return -1;
  }
  return column - 1;
}

export function columnName(column: number): string {
  const letter = String.fromCharCode(65 + (column % 26));
  return column < 26 ? letter : columnName(Math.floor(column / 26) - 1) + letter;
}
