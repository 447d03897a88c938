import { DialerError, type DialerErrorOptions, type ErrorKind } from '@libby-dialer/runtime';

export type ListErrorCode =
  | 'not_found'
  | 'not_a_file'
  | 'unreadable'
  | 'damaged_gzip'
  | 'damaged_workbook'
  | 'which_sheet'
  | 'empty'
  | 'binary'
  | 'other_format'
  | 'wrapped'
  | 'bad_encoding'
  | 'bad_headings'
  | 'header_row'
  | 'no_phone_column'
  | 'ambiguous_column'
  | 'unknown_column'
  | 'rejects_path';

/** Where the request or the campaign is to be mended, not the list. */
const KINDS: Partial<Record<ListErrorCode, ErrorKind>> = {
  not_found: 'not_found',
  not_a_file: 'invalid',
  header_row: 'invalid',
  no_phone_column: 'invalid',
  ambiguous_column: 'invalid',
  unknown_column: 'invalid',
  which_sheet: 'invalid',
};

/** A list that cannot be read at all. Its code is `list_empty` and the like. */
export class ListError extends DialerError {
  constructor(code: ListErrorCode, message: string, options?: DialerErrorOptions) {
    super(`list_${code}`, message, { ...options, kind: KINDS[code] ?? 'unprocessable' });
  }
}
