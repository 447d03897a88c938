/** The first comes at once; whoever asks for more of a long list asks for much. */
const FIRST_PAGE = 100;
const FURTHER_PAGE = 1000;

/** Which page of a long list to ask for. @param cursor undefined: the first */
export function pageAt(cursor: string | undefined, first = FIRST_PAGE) {
  return { cursor, limit: cursor === undefined ? first : FURTHER_PAGE };
}
