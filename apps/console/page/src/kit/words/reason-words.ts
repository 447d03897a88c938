import type { CallJson } from '@libby-dialer/http-api';

type Reason = NonNullable<CallJson['reason']>;

/** Why a call has its outcome, in a few words. The outcome stands beside it. */
export const REASON_WORDS: Readonly<Record<Reason, string>> = {
  accepted: 'Libby took it',
  bad_request: 'Libby does not accept what was sent',
  payload_too_large: 'too long for Libby',
  unprocessable: 'Libby cannot make sense of what was sent',
  agent_not_found: 'no agent for the row’s own line',
  forbidden: 'Libby forbids this call',
  refused: 'Libby refuses this call',
  connect_failed: 'no connection to Libby',
  dns_failed: 'Libby’s name is not found',
  tls_failed: 'no secure connection to Libby',
  token_unavailable: 'no access token',
  not_sent: 'not sent in time',
  no_response: 'no answer in time',
  connection_lost: 'connection broke',
  bad_response: 'unclear answer',
  server_error: 'Libby failed',
  conflict: 'Libby may have it',
  worker_lost: 'worker ended',
  do_not_call: 'on the do-not-call list',
  frequency_cap: 'called often enough recently',
  deadline: 'its time ran out',
  campaign_canceled: 'its campaign was canceled',
  resolved_by_person: 'a person decided it',
};
