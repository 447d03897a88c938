import type { AuditPage, AuditQuery } from '@libby-dialer/dial-queue';
import type { Context } from '../context.ts';
import { requireStreamCursor } from '../stream-cursor.ts';

export interface AuditRequest extends Omit<AuditQuery, 'person'> {
  /** In E.164 form: only decisions that name this person. */
  readonly number?: string | undefined;
}

/**
 * What was decided, the newest first, a page at a time. Throws `DialerError` (`bad_cursor`).
 */
export async function listAudit(
  { queue }: Context,
  { number, ...query }: AuditRequest,
): Promise<AuditPage> {
  requireStreamCursor(query.cursor);
  if (number === undefined) return await queue.audit.read(query);
  const identity = await queue.peekIdentity();
  if (identity === undefined) return { entries: [], cursor: undefined };
  return await queue.audit.read({ ...query, person: identity.person(number).member });
}
