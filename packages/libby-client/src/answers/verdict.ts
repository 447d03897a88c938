import type { CallAnswer } from './call-answer.ts';

/**
 * Could the phone have rung? `accepted`: the provider took the call. `refused`: it said no.
 * `not_sent`: not one byte of the request went out. `unknown`: it may have rung, and nothing will
 * ever tell.
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

/**
 * From what was seen to what is certain. Total: what nobody has heard of is `unknown` once the
 * request has begun.
 */
export function verdictOf(answer: CallAnswer): Verdict {
  if (answer.kind === 'failed')
    return answer.begun ? lost(answer.trouble) : neverSent(answer.trouble);
  const verdict = verdictOfStatus(answer.status, answer.providerMessage);
  return answer.retryAfterMs === undefined
    ? verdict
    : { ...verdict, retryAfterMs: answer.retryAfterMs };
}

/**
 * The statuses that prove that the call was not taken: by its definition each says that the request
 * was not carried out, and servers give it before they act. RFC 9110 unless another is named.
 *
 * Every other one is a doubt. Of those that look like a refusal:
 * - 301, 302, 303: the usual end of a POST that was carried out. 300, 304 to 306: no sense here.
 * - 406: frameworks find out only as they write the answer, when the work is done.
 * - 408, 499: somebody on the way gave up waiting; whoever stands behind may have gone on.
 * - 409, 412, 423, 424: there is something already, such as this call, sent on twice by a gateway.
 * - 416, 417, 418, and what is not registered: nobody can say what it means here.
 * - 5xx, each of them: it failed while it was being done. A gateway's 502 to 504, with Retry-After
 *   or not, and 520 to 526 also follow a request that came through, and whose answer was lost.
 */
const NOT_TAKEN: Readonly<Record<number, VerdictCode>> = {
  // The same request is to be made elsewhere: not even its method may change.
  307: 'endpoint',
  308: 'endpoint',
  // Not understood.
  400: 'bad_request',
  // Not allowed: also by a firewall before the service.
  401: 'forbidden',
  403: 'forbidden',
  // Not given without payment, an account at a proxy, or leave of the law (RFC 7725).
  402: 'endpoint',
  407: 'endpoint',
  451: 'endpoint',
  // There is nobody who could have carried it out. The provider's own 404 is told by its message.
  404: 'endpoint',
  405: 'endpoint',
  410: 'endpoint',
  421: 'endpoint',
  // Turned away by its form, before anybody looked at what it asks for. 428, 431: RFC 6585.
  411: 'endpoint',
  413: 'payload_too_large',
  414: 'endpoint',
  415: 'endpoint',
  426: 'endpoint',
  428: 'endpoint',
  431: 'endpoint',
  // Understood, and refused for what it says.
  422: 'unprocessable',
  // Not now: "unwilling to risk processing it" (RFC 8470), "too many" (RFC 6585).
  425: 'rate_limited',
  429: 'rate_limited',
};

function verdictOfStatus(status: number, providerMessage: string | undefined): Verdict {
  if (status >= 200 && status <= 299) return { delivery: 'accepted', code: 'accepted' };
  const refusal = NOT_TAKEN[status];
  if (refusal === undefined) return unknown(doubtOf(status));
  return refused(status === 404 && isAboutAgent(providerMessage) ? 'agent_not_found' : refusal);
}

function doubtOf(status: number): VerdictCode {
  if (status === 408) return 'no_response';
  if (status === 409) return 'conflict';
  return status >= 500 && status <= 599 ? 'server_error' : 'bad_response';
}

/**
 * `{"message":"Not Found"}` is how the gateway before such services speaks of a path that is not
 * there.
 */
function isAboutAgent(providerMessage: string | undefined): boolean {
  return providerMessage !== undefined && !/^not found\.?$/i.test(providerMessage.trim());
}

const DNS = /^(ENOTFOUND|ENODATA|ENONAME|ESERVFAIL|ETIMEOUT|EBADNAME|EBADRESP|EAI_\w+)$/;
const TLS =
  /^(EPROTO|ERR_SSL_\w+|ERR_TLS_\w+|ERR_OSSL_\w+|CERT_\w+|CRL_\w+|\w*SELF_SIGNED_CERT\w*|UNABLE_TO_\w+|ERROR_IN_\w+|HOSTNAME_MISMATCH|INVALID_(CA|PURPOSE)|PATH_LENGTH_EXCEEDED)$/;
const CONNECT = /^(CONNECT_TIMEOUT|UND_ERR_CONNECT_TIMEOUT|UND_ERR_SOCKET|PROXY_[A-Z_]+|E[A-Z]+)$/;

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
