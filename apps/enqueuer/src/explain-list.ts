import { DialerError, UsageError } from '@libby-dialer/runtime';
import type { ListError } from './list/list-error.ts';

/** What a list that cannot be read at all ends a command with. One that is not there is a mistake on the command line. */
export function explainList(error: ListError): DialerError {
  const { code, message } = error;
  if (code === 'not_found' || code === 'not_a_file') return new UsageError(message, { cause: error });
  return new DialerError(`list_${code}`, message, { cause: error });
}
