import type { AuditPage, AuditQuery } from '@libby-dialer/dial-queue';
import { DialerError } from '@libby-dialer/runtime';
import type { Context } from '../context.ts';

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
  if (query.cursor !== undefined && !/^\d{1,20}-\d{1,20}$/.test(query.cursor))
    throw new DialerError('bad_cursor', 'The cursor is none of this list.', { kind: 'invalid' });
  if (number === undefined) return await queue.audit.read(query);
  const identity = await queue.peekIdentity();
  if (identity === undefined) return { entries: [], cursor: undefined };
  return await queue.audit.read({ ...query, person: identity.person(number).member });
}
