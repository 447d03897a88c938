import type { ListEncoding } from './formats/encodings.ts';
import type { ListFormat } from './formats/list-format.ts';

/** How a list is to be read, where it does not tell by itself. */
export interface ListReading {
  /** Left out: told by the name, then by the content. */
  readonly format?: ListFormat | undefined;
  /** Of a workbook in which several sheets hold something. */
  readonly sheet?: string | undefined;
  /** Of its text. A byte order mark counts before it. Left out: UTF-8. */
  readonly encoding?: ListEncoding | undefined;
  /** The row of its headings, from 1, as a spreadsheet numbers it. Left out: its first. */
  readonly headerRow?: number | undefined;
}

/** Just that of what was asked. */
export function readingOf({ format, sheet, encoding, headerRow }: ListReading): ListReading {
  return { format, sheet, encoding, headerRow };
}
