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
  | 'no_phone_column'
  | 'ambiguous_column'
  | 'unknown_column'
  | 'rejects_path';

/**
 * A list that cannot be read at all. The message is one sentence for the user: what is wrong, and
 * what to do.
 */
export class ListError extends Error {
  override readonly name = 'ListError';
  readonly code: ListErrorCode;

  constructor(code: ListErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
