import type { Delivery, VerdictCode } from './answers/verdict.ts';

export type LibbyErrorCode = Exclude<VerdictCode, 'accepted'> | 'token_unavailable';

const SENTENCES: Record<LibbyErrorCode, string> = {
  bad_request: 'Libby finds the call malformed; check its fields.',
  payload_too_large: 'The call is larger than Libby takes; shorten its texts.',
  unprocessable: 'Libby understands the call and will not place it; check its fields.',
  forbidden: 'Libby refuses the token; check client id, client secret and scope.',
  agent_not_found:
    'Libby has no agent for the number the call was to come from; check fromPhoneNumber.',
  endpoint: 'This is not the Libby endpoint; check the API URL.',
  rate_limited: 'Libby asks for fewer calls; try again later.',
  connect_failed: 'No connection to Libby; nothing was sent.',
  dns_failed: "Libby's name cannot be resolved; nothing was sent.",
  tls_failed: 'No trusted connection to Libby; nothing was sent.',
  not_sent: 'The call was stopped before anything was sent.',
  token_unavailable: 'There is no token to place the call with; nothing was sent.',
  no_response: 'Libby did not answer in time; the phone may have rung.',
  connection_lost: 'The connection broke before Libby answered; the phone may have rung.',
  bad_response: 'Libby answered something that says nothing of the call; the phone may have rung.',
  server_error: 'Libby reports a fault of its own; the phone may have rung.',
  conflict: 'Libby reports a conflict; the phone may have rung.',
};

/** A call that was not accepted. `delivery` says whether the phone may have rung all the same. */
export class LibbyError extends Error {
  override readonly name = 'LibbyError';
  readonly code: LibbyErrorCode;
  readonly delivery: Exclude<Delivery, 'accepted'>;
  /** HTTP status, if there was an answer. */
  readonly status?: number;
  readonly retryAfterMs?: number;
  /** The provider's own words, with the token and what is personal blanked. */
  readonly providerMessage?: string;

  constructor(
    code: LibbyErrorCode,
    delivery: Exclude<Delivery, 'accepted'>,
    seen: {
      status?: number;
      retryAfterMs?: number;
      providerMessage?: string;
      cause?: unknown;
    } = {},
  ) {
    super(SENTENCES[code], seen.cause === undefined ? undefined : { cause: seen.cause });
    this.code = code;
    this.delivery = delivery;
    if (seen.status !== undefined) this.status = seen.status;
    if (seen.retryAfterMs !== undefined) this.retryAfterMs = seen.retryAfterMs;
    if (seen.providerMessage !== undefined) this.providerMessage = seen.providerMessage;
  }
}
