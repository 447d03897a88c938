import { DialerError } from '@libby-dialer/runtime';

/** The cursor of a list that is a stream in Redis. Throws `DialerError` (`bad_cursor`). */
export function requireStreamCursor(cursor: string | undefined): void {
  if (cursor === undefined || /^\d{1,20}-\d{1,20}$/.test(cursor)) return;
  throw new DialerError('bad_cursor', 'The cursor is none of this list.', { kind: 'invalid' });
}
