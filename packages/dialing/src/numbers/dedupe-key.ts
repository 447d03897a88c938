import type { DedupeBy } from '../campaigns/campaign.ts';

/**
 * What a call is the same by. `listHash` names the list's content: only with it is a row's number
 * an identity. Returns undefined when the record lacks what the campaign dedupes by.
 */
export function dedupeKey(
  dedupeBy: DedupeBy,
  call: { toPhoneNumber: string; externalId?: string | undefined; row?: number | undefined },
  listHash: string,
): string | undefined {
  switch (dedupeBy) {
    case 'phone':
      return `phone:${call.toPhoneNumber}`;
    case 'externalId':
      return call.externalId === undefined ? undefined : `externalId:${call.externalId}`;
    case 'row':
      return call.row === undefined ? undefined : `row:${listHash}:${call.row}`;
  }
}
