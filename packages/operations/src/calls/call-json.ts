import type { CallRecord, OpenCall } from '@libby-dialer/dial-queue';
import { readCall } from '@libby-dialer/dial-queue';
import {
  type CallSource,
  instantOrNull,
  isoInstant,
  type Outcome,
  type ResultRecord,
} from '@libby-dialer/dialing';

/** A call as programs read it, whatever its state. */
export type CallJson =
  | ReturnType<typeof settledCallJson>
  | ReturnType<typeof openCallJson>
  | ReturnType<typeof unreadCallJson>;

export function settledCallJson(result: ResultRecord) {
  return {
    callId: result.callId,
    campaign: result.campaign,
    state: 'settled' as const,
    toPhoneNumber: result.toPhoneNumber,
    phoneColumn: result.phoneColumn ?? null,
    name: result.name,
    externalId: result.externalId ?? null,
    row: result.row ?? null,
    sheetRow: result.sheetRow ?? null,
    list: result.list ?? null,
    fromPhoneNumber: result.fromPhoneNumber === '' ? null : result.fromPhoneNumber,
    outcome: result.outcome,
    reason: result.reason,
    httpStatus: result.httpStatus ?? null,
    providerMessage: result.providerMessage ?? null,
    attempts: result.attempts,
    queuedAt: result.queuedAt,
    dialedAt: result.dialedAt ?? null,
    settledAt: result.settledAt,
    earliestAt: null,
    revision: result.revision,
  };
}

type CallEntry = NonNullable<CallRecord['entry']>;

/** A settled call whose result cannot be found any more. */
export function unreadCallJson(
  campaign: string,
  callId: string,
  {
    state: outcome,
    attempts,
    revision,
  }: Pick<CallEntry, 'attempts' | 'revision'> & { readonly state: Outcome },
) {
  return {
    callId,
    campaign,
    state: 'settled' as const,
    toPhoneNumber: '',
    phoneColumn: null,
    name: '',
    externalId: null,
    row: null,
    sheetRow: null,
    list: null,
    fromPhoneNumber: null,
    outcome,
    reason: null,
    httpStatus: null,
    providerMessage: null,
    attempts,
    queuedAt: null,
    dialedAt: null,
    settledAt: null,
    earliestAt: null,
    revision,
  };
}

/** @param source from which row of which list it came */
export function openCallJson(
  campaign: string,
  { job, notBefore, entry }: OpenCall,
  source: CallSource,
) {
  const call = readCall(job.data);
  const isClaimed = entry?.state === 'claimed';
  return {
    callId: job.callId,
    campaign,
    state: isClaimed ? ('in_flight' as const) : ('queued' as const),
    toPhoneNumber: call?.to ?? '',
    phoneColumn: call?.phoneColumn ?? null,
    name: call?.name ?? '',
    externalId: call?.externalId ?? null,
    row: source.row ?? null,
    sheetRow: source.sheetRow ?? null,
    list: source.list ?? null,
    fromPhoneNumber: entry?.line ?? call?.from ?? null,
    outcome: null,
    reason: null,
    httpStatus: null,
    providerMessage: null,
    attempts: entry?.attempts ?? 0,
    queuedAt: job.queuedAt === 0 ? null : isoInstant(job.queuedAt),
    dialedAt: isClaimed ? instantOrNull(entry.claimedAt) : null,
    settledAt: null,
    earliestAt: instantOrNull(notBefore),
    revision: null,
  };
}
