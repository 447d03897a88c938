import { ORIGIN_HEADINGS } from '../columns/headings.ts';
import { type ListIdentity, type ListRow, placeOf, type RowOrigin } from '../list-row.ts';

/** What has more is no path. */
const LIST_LENGTH = 4096;
const SHORT_HASH = /^sha256:[0-9a-f]{16}$/;

/**
 * Where a row that is rejected stands, and from which list it comes: the list at hand, unless that
 * is a rejects file itself.
 */
export function originOf(row: ListRow, list: ListIdentity): RowOrigin {
  return row.origin ?? { ...placeOf(row), ...list };
}

/**
 * Reads from the cells of a rejects file where a row stood in its list; undefined where that is not
 * said, or makes no sense any more.
 */
export function originReader(
  headings: readonly string[],
): (cells: readonly string[]) => RowOrigin | undefined {
  const at = (wanted: string) => headings.findLastIndex((heading) => heading.trim() === wanted);
  const line = at('line');
  const [row = -1, sheetRow = -1, list = -1, listHash = -1] = ORIGIN_HEADINGS.map(at);
  if (row < line || list < line) return () => undefined;
  return (cells) => {
    // Of a row whose cells have moved nothing is believed.
    if (cells.length <= list || cells.length > headings.length) return undefined;
    const text = (position: number) => (cells[position] ?? '').trim();
    const [ownRow, ownLine] = [countIn(text(row)), countIn(text(line))];
    const path = text(list);
    if (ownRow === undefined || ownLine === undefined) return undefined;
    if (path === '' || path.length > LIST_LENGTH) return undefined;
    const hash = text(listHash);
    return {
      row: ownRow,
      line: ownLine,
      sheetRow: countIn(text(sheetRow)),
      list: path,
      listHash: SHORT_HASH.test(hash) ? hash : undefined,
    };
  };
}

function countIn(text: string): number | undefined {
  return /^[1-9]\d{0,14}$/.test(text) ? Number(text) : undefined;
}
