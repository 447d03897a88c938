import type { ResultRecord } from '@libby-dialer/dialing';
import { openRecord } from '../results/open-record.ts';

/** In place of a number, a name or an owner. */
export const ERASED = 'erased';

/**
 * What a result keeps when its person is erased. Everything not listed here is removed, and so is
 * any field added later.
 */
const KEPT: ReadonlySet<string> = new Set([
  'callId',
  'campaign',
  'row',
  'fromPhoneNumber',
  'outcome',
  'reason',
  'httpStatus',
  'attempts',
  'queuedAt',
  'dialedAt',
  'settledAt',
  'worker',
  'listHash',
  'sheetRow',
  'line',
  'permission',
] satisfies (keyof ResultRecord)[]);
const BLANKED: ReadonlySet<string> = new Set([
  'toPhoneNumber',
  'name',
] satisfies (keyof ResultRecord)[]);

/** A result that names nobody, without the closing brace. */
export function erasedHead(record: Partial<ResultRecord>): string {
  const fields = Object.entries(record).flatMap(([field, value]) => {
    if (BLANKED.has(field)) return [[field, ERASED]];
    return KEPT.has(field) ? [[field, value]] : [];
  });
  return openRecord(Object.fromEntries(fields));
}

/** The same for a result that has no closing brace yet. */
export function eraseHead(head: string): string {
  return erasedHead(JSON.parse(`${head}}`) as Partial<ResultRecord>);
}
