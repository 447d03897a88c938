import { ListError, type ListErrorCode } from '@libby-dialer/call-list';
import { DialerError, UsageError } from '@libby-dialer/runtime';

/** Where the command line or the campaign file is to be mended, not the list. */
const MISUSED: ReadonlySet<ListErrorCode> = new Set([
  'not_found',
  'not_a_file',
  'no_phone_column',
  'ambiguous_column',
  'unknown_column',
  'which_sheet',
]);

/** What a list that cannot be read at all ends a command with. */
export function listFailure(error: ListError): DialerError {
  const { code, message } = error;
  if (MISUSED.has(code)) return new UsageError(message, { cause: error });
  return new DialerError(`list_${code}`, message, { cause: error });
}

/** Runs what reads a list, and says of one that cannot be read why. */
export async function readingList<T>(signal: AbortSignal, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof ListError)) throw error;
    signal.throwIfAborted();
    throw listFailure(error);
  }
}
