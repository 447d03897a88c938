import { openRecord } from '@libby-dialer/dial-queue';
import {
  type CallSource,
  isoInstant,
  type Outcome,
  type Permission,
  type QueuedCall,
  type Reason,
} from '@libby-dialer/dialing';

/** What is known of a call when it is settled. Times are epoch ms of Redis's clock. */
export interface SettledFacts {
  readonly callId: string;
  readonly campaign: string;
  readonly call: QueuedCall;
  readonly line: string;
  readonly outcome: Outcome;
  readonly reason: Reason;
  readonly httpStatus?: number | undefined;
  readonly providerMessage?: string | undefined;
  readonly attempts: number;
  readonly queuedAt: number;
  readonly dialedAt?: number | undefined;
  readonly settledAt: number;
  readonly worker: string;
  readonly source: CallSource;
  readonly permission?: Permission | undefined;
}

/** The result, open at its end for the settle script. */
export function resultHead(facts: SettledFacts): string {
  const { call, source } = facts;
  const record = {
    callId: facts.callId,
    campaign: facts.campaign,
    externalId: call.externalId,
    row: source.row,
    toPhoneNumber: call.to,
    fromPhoneNumber: facts.line,
    name: call.name,
    outcome: facts.outcome,
    reason: facts.reason,
    httpStatus: facts.httpStatus,
    attempts: facts.attempts,
    queuedAt: isoInstant(facts.queuedAt),
    dialedAt: facts.dialedAt === undefined ? undefined : isoInstant(facts.dialedAt),
    settledAt: isoInstant(facts.settledAt),
    worker: facts.worker,
    providerMessage: facts.providerMessage,
    list: source.list,
    listHash: source.listHash,
    sheetRow: source.sheetRow,
    line: source.line,
    phoneColumn: source.phoneColumn,
    permission: facts.permission,
  };
  return openRecord(record);
}
