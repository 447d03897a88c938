import { DialerError } from '@libby-dialer/runtime';

/** Each half of a stream id has 64 bits (https://redis.io/docs/latest/commands/xadd/). */
const MOST = 2n ** 64n - 1n;

/** The cursor of a list that is a stream in Redis. Throws `DialerError` (`bad_cursor`). */
export function requireStreamCursor(cursor: string | undefined): void {
  if (cursor === undefined || isStreamId(cursor)) return;
  const message = 'The cursor is none of this list; begin again without it.';
  throw new DialerError('bad_cursor', message, { kind: 'invalid' });
}

export function isStreamId(text: string): boolean {
  return /^\d{1,20}-\d{1,20}$/.test(text) && text.split('-').every((half) => BigInt(half) <= MOST);
}
