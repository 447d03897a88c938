import type { CallAnswer } from './call-answer.ts';

/**
 * Could the phone have rung? `accepted`: the provider took the call. `refused`: it said no. `not_sent`: not one byte
 * of the request went out. `unknown`: it may have rung, and nothing will ever tell.
 */
export type Delivery = 'accepted' | 'refused' | 'not_sent' | 'unknown';

export type VerdictCode =
  | 'accepted'
  // refused
  | 'bad_request'
  | 'payload_too_large'
  | 'unprocessable'
  | 'forbidden'
  | 'agent_not_found'
  | 'endpoint'
  | 'rate_limited'
  // not sent
  | 'connect_failed'
  | 'dns_failed'
  | 'tls_failed'
  | 'not_sent'
  // unknown
  | 'no_response'
  | 'connection_lost'
  | 'bad_response'
  | 'server_error'
  | 'conflict';

export interface Verdict {
  delivery: Delivery;
  code: VerdictCode;
  retryAfterMs?: number;
}

/** From what was seen to what is certain. Total: what nobody has heard of is `unknown` once the request has begun. */
export function verdictOf(answer: CallAnswer): Verdict {
  if (answer.kind === 'failed') return answer.begun ? lost(answer.trouble) : neverSent(answer.trouble);
  const verdict = verdictOfStatus(answer.status, answer.providerMessage);
  return answer.retryAfterMs === undefined ? verdict : { ...verdict, retryAfterMs: answer.retryAfterMs };
}

function verdictOfStatus(status: number, providerMessage: string | undefined): Verdict {
  if (status >= 200 && status <= 299) return { delivery: 'accepted', code: 'accepted' };
  switch (status) {
    case 400:
      return refused('bad_request');
    case 401:
    case 403:
      return refused('forbidden');
    case 404:
      return refused(isAboutAgent(providerMessage) ? 'agent_not_found' : 'endpoint');
    case 408:
      return unknown('no_response');
    case 409:
      return unknown('conflict');
    case 413:
      return refused('payload_too_large');
    case 422:
      return refused('unprocessable');
    case 425:
    case 429:
      return refused('rate_limited');
    default:
      if (status >= 300 && status <= 499) return refused('endpoint');
      return unknown(status >= 500 && status <= 599 ? 'server_error' : 'bad_response');
  }
}

/** `{"message":"Not Found"}` is how the gateway before such services speaks of a path that is not there. */
function isAboutAgent(providerMessage: string | undefined): boolean {
  return providerMessage !== undefined && !/^not found\.?$/i.test(providerMessage.trim());
}

const DNS = /^(ENOTFOUND|ENODATA|ENONAME|ESERVFAIL|ETIMEOUT|EBADNAME|EBADRESP|EAI_\w+)$/;
const TLS =
  /^(EPROTO|ERR_SSL_\w+|ERR_TLS_\w+|ERR_OSSL_\w+|CERT_\w+|CRL_\w+|\w*SELF_SIGNED_CERT\w*|UNABLE_TO_\w+|ERROR_IN_\w+|HOSTNAME_MISMATCH|INVALID_(CA|PURPOSE)|PATH_LENGTH_EXCEEDED)$/;
const CONNECT = /^(CONNECT_TIMEOUT|UND_ERR_CONNECT_TIMEOUT|UND_ERR_SOCKET|E[A-Z]+)$/;

function neverSent(trouble: string): Verdict {
  if (DNS.test(trouble)) return { delivery: 'not_sent', code: 'dns_failed' };
  if (TLS.test(trouble)) return { delivery: 'not_sent', code: 'tls_failed' };
  if (CONNECT.test(trouble)) return { delivery: 'not_sent', code: 'connect_failed' };
  return { delivery: 'not_sent', code: 'not_sent' };
}

const GAVE_UP = /^(RESPONSE_TIMEOUT|ABORTED|UND_ERR_HEADERS_TIMEOUT|UND_ERR_BODY_TIMEOUT)$/;
const GARBAGE = /^(HTTPParserError|HPE_\w+|UND_ERR_HEADERS_OVERFLOW|UND_ERR_RES_\w+)$/;

function lost(trouble: string): Verdict {
  if (GAVE_UP.test(trouble)) return unknown('no_response');
  return unknown(GARBAGE.test(trouble) ? 'bad_response' : 'connection_lost');
}

function refused(code: VerdictCode): Verdict {
  return { delivery: 'refused', code };
}

function unknown(code: VerdictCode): Verdict {
  return { delivery: 'unknown', code };
}
