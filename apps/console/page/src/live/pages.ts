/** The first comes at once; whoever asks for more of a long list asks for much. */
const FIRST_PAGE = 100;
const FURTHER_PAGE = 1000;

/** Which page of a long list to ask for. @param cursor undefined: the first */
export function pageAt(cursor: string | undefined, first = FIRST_PAGE) {
  return { cursor, limit: cursor === undefined ? first : FURTHER_PAGE };
}

/** How many are decided on by one request. */
const DECIDED_AT_ONCE = 500;

/** Items in parts of as many as one request takes. */
export function* inParts<Item>(items: readonly Item[]): Generator<readonly Item[]> {
  for (let from = 0; from < items.length; from += DECIDED_AT_ONCE)
    yield items.slice(from, from + DECIDED_AT_ONCE);
}
