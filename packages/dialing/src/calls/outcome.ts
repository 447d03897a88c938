/**
 * Every loaded call ends in exactly one of these. Which of them may have rung a phone is the point
 * of the whole system.
 */
export const OUTCOMES = [
  'accepted',
  'rejected',
  'exhausted',
  'unknown',
  'suppressed',
  'expired',
  'canceled',
] as const;
export type Outcome = (typeof OUTCOMES)[number];

/**
 * Outcomes of calls that provably never rang: only these may be queued again without a person's
 * decision.
 */
export const RETRYABLE_OUTCOMES = [
  'rejected',
  'exhausted',
  'expired',
  'canceled',
] as const satisfies readonly Outcome[];
export type RetryableOutcome = (typeof RETRYABLE_OUTCOMES)[number];

/** Why a call has its outcome. Stable: people script against these. */
export const REASONS = [
  'accepted',
  'bad_request',
  'payload_too_large',
  'unprocessable',
  'agent_not_found',
  'forbidden',
  'refused',
  'connect_failed',
  'dns_failed',
  'tls_failed',
  'token_unavailable',
  'not_sent',
  'no_response',
  'connection_lost',
  'bad_response',
  'server_error',
  'conflict',
  'worker_lost',
  'do_not_call',
  'frequency_cap',
  'deadline',
  'campaign_canceled',
  'resolved_by_person',
] as const;
export type Reason = (typeof REASONS)[number];
