import type { HoldReason } from './hold.ts';
import type { Outcome, Reason } from './outcome.ts';

/**
 * What was seen of one request, as the client tells it. `begun` means that its first byte may have
 * been written.
 */
export interface Sighting {
  readonly delivery: 'accepted' | 'refused' | 'not_sent' | 'unknown';
  readonly code: string;
  readonly retryAfterMs?: number;
}

export interface Circumstances {
  /**
   * The record itself names the line, so nobody but this call is concerned when it has no agent.
   */
  readonly isOwnLine: boolean;
  /**
   * The request was sent a second time, after the token of the first was refused and replaced, or
   * found to be new.
   */
  readonly isRenewed: boolean;
  /** Provable failures to reach the API before this one. */
  readonly failures: number;
  /** The campaign's `retry.attempts`. */
  readonly maxFailures: number;
}

/** What to do about it: every way a request can end leads to exactly one of these. */
export type Decision =
  /** Its outcome stands. `run` names the kind of trouble of which several in a row stop dialing. */
  | {
      readonly kind: 'settle';
      readonly outcome: Outcome;
      readonly reason: Reason;
      readonly run?: 'doubts' | 'rejections';
    }
  /** The token was refused: once more with a new one. */
  | { readonly kind: 'renew' }
  /** It provably never went out: later again. */
  | { readonly kind: 'retry'; readonly reason: Reason }
  /** It was not sent because we stopped it ourselves: it keeps its place and nothing is spent. */
  | { readonly kind: 'put_back' }
  /**
   * Not taken, for a reason that concerns other calls too. Refused so `faultAfter` times while
   * others pass, it ends as `rejected`.
   */
  | {
      readonly kind: 'hold';
      readonly scope: 'all' | 'line';
      readonly hold: HoldReason;
      readonly retryAfterMs: number;
      readonly faultAfter: number;
      readonly reason: Reason;
    };

/** A call refused this often while others pass is itself at fault. */
const FAULT_AFTER = 2;
/** Being asked to slow down says little about the call that happened to be told. */
const RATE_LIMIT_FAULT_AFTER = 10;

/** That a campaign's line has no agent is never the fault of the call. */
const NEVER_AT_FAULT = Number.MAX_SAFE_INTEGER;

const LONGEST_RETRY_AFTER_MS = 3_600_000;

/** From what was seen to what to do. Total: what is not known to be safe is a doubt. */
export function decide(seen: Sighting, circumstances: Circumstances): Decision {
  switch (seen.delivery) {
    case 'accepted':
      return { kind: 'settle', outcome: 'accepted', reason: 'accepted' };
    case 'refused':
      return decideRefusal(seen, circumstances);
    case 'not_sent':
      return decideNotSent(seen.code, circumstances);
    case 'unknown':
      return { kind: 'settle', outcome: 'unknown', reason: doubtReason(seen.code), run: 'doubts' };
  }
}

function decideRefusal(seen: Sighting, { isOwnLine, isRenewed }: Circumstances): Decision {
  const retryAfterMs = Math.min(seen.retryAfterMs ?? 0, LONGEST_RETRY_AFTER_MS);
  const holdAll = { kind: 'hold', scope: 'all', retryAfterMs } as const;
  switch (seen.code) {
    case 'bad_request':
    case 'payload_too_large':
    case 'unprocessable':
      return { kind: 'settle', outcome: 'rejected', reason: seen.code, run: 'rejections' };
    case 'forbidden':
      if (!isRenewed) return { kind: 'renew' };
      return { ...holdAll, hold: 'forbidden', faultAfter: FAULT_AFTER, reason: 'forbidden' };
    case 'agent_not_found':
      if (isOwnLine) return { kind: 'settle', outcome: 'rejected', reason: 'agent_not_found' };
      return {
        ...holdAll,
        scope: 'line',
        hold: 'agent_not_found',
        faultAfter: NEVER_AT_FAULT,
        reason: 'agent_not_found',
      };
    case 'rate_limited':
      return {
        ...holdAll,
        hold: 'rate_limited',
        faultAfter: RATE_LIMIT_FAULT_AFTER,
        reason: 'refused',
      };
    default:
      return { ...holdAll, hold: 'endpoint', faultAfter: FAULT_AFTER, reason: 'refused' };
  }
}

function decideNotSent(code: string, { failures, maxFailures }: Circumstances): Decision {
  if (code !== 'connect_failed' && code !== 'dns_failed' && code !== 'tls_failed')
    return { kind: 'put_back' };
  if (failures + 1 >= maxFailures) return { kind: 'settle', outcome: 'exhausted', reason: code };
  return { kind: 'retry', reason: code };
}

function doubtReason(code: string): Reason {
  switch (code) {
    case 'no_response':
    case 'bad_response':
    case 'server_error':
    case 'conflict':
      return code;
    default:
      return 'connection_lost';
  }
}
