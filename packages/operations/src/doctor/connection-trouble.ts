/** Who was to be reached, and by which variable. */
export interface Destination {
  readonly url: string;
  readonly variable: string;
  /** Host and port of the proxy in between. */
  readonly proxy?: string | undefined;
}

const UNTRUSTED =
  /^(\w*SELF_SIGNED_CERT\w*|UNABLE_TO_\w+|CERT_(UNTRUSTED|REJECTED|CHAIN_TOO_LONG)|INVALID_(CA|PURPOSE))$/;
const NO_NAME = /^(ENOTFOUND|ENODATA|ENONAME|EBADNAME|EAI_(NONAME|NODATA|FAIL))$/;
const NO_NAME_SERVER = /^(EAI_\w+|ESERVFAIL|ETIMEOUT|EBADRESP)$/;
const NO_TLS = /^(EPROTO|ERR_SSL_\w+|ERR_TLS_\w+)$/;
const NO_HTTP = /^(HTTPParserError|HPE_\w+|UND_ERR_HEADERS_OVERFLOW)$/;
const UNREACHED = /^(ECONNREFUSED|EHOSTUNREACH|ENETUNREACH|ETIMEDOUT)$/;
const PROXIES = 'LIBBY_PROXY or HTTPS_PROXY';
const TOO_LATE = /^(CONNECT_TIMEOUT|UND_ERR_CONNECT_TIMEOUT|ETIMEDOUT)$/;

/** Why a service cannot be reached, by the error's code, and what to do: one sentence. */
export function explainConnection(code: string, { url, variable, proxy }: Destination): string {
  const { hostname, host, port, protocol } = new URL(url);
  const isSecure = protocol === 'https:';
  const place = port === '' ? `${hostname}:${isSecure ? 443 : 80}` : host;
  // Unencrypted requests go through no proxy.
  const ofProxy = isSecure && proxy !== undefined ? proxyTrouble(code, proxy, place) : undefined;
  return `${ofProxy ?? trouble(code, hostname, place, variable)}.`.replace('$', () => `(${code})`);
}

/** `$` stands for the code. Nothing where the trouble lies behind the proxy. */
function proxyTrouble(code: string, proxy: string, place: string): string | undefined {
  if (code === 'PROXY_AUTHENTICATION')
    return `The proxy at ${proxy} wants another user or password $; correct ${PROXIES}`;
  if (code === 'PROXY_REFUSED')
    return `The proxy at ${proxy} opens no way to ${place} $; ask those who run it, or name the host in NO_PROXY`;
  if (code === 'PROXY_BAD_ANSWER')
    return `What listens at ${proxy} is no proxy $; correct ${PROXIES}`;
  const isOnTheWay =
    code === 'PROXY_TIMEOUT' ||
    NO_NAME.test(code) ||
    NO_NAME_SERVER.test(code) ||
    UNREACHED.test(code);
  return isOnTheWay ? `The proxy at ${proxy} cannot be reached $; correct ${PROXIES}` : undefined;
}

/** `$` stands for the code. */
function trouble(code: string, name: string, place: string, variable: string): string {
  if (NO_NAME.test(code))
    return `There is no host ${name} $; correct ${variable}, or the name servers of this machine`;
  if (NO_NAME_SERVER.test(code))
    return `Nobody resolves the name ${name} $; check the name servers of this machine`;
  if (UNTRUSTED.test(code)) {
    return `Nobody trusted here vouches for the certificate of ${place} $; correct ${variable}, or, if a proxy reads along, name its authority in NODE_EXTRA_CA_CERTS`;
  }
  if (NO_TLS.test(code) && code !== 'ERR_TLS_CERT_ALTNAME_INVALID') {
    return `What listens at ${place} does not speak TLS as we do $; correct the port in ${variable}, or begin it with http:// if it is meant to be in the clear`;
  }
  if (NO_HTTP.test(code))
    return `What listens at ${place} does not speak HTTP $; correct the port or the https:// in ${variable}`;
  if (TOO_LATE.test(code)) {
    return `No connection to ${place} in time $; check ${variable}, whether a firewall is in the way, and whether this network asks for a proxy`;
  }
  switch (code) {
    case 'ECONNREFUSED':
      return `Nobody listens at ${place} $; correct the host or the port in ${variable}`;
    case 'EHOSTUNREACH':
    case 'ENETUNREACH':
      return `No way leads from this machine to ${place} $; check its network, and ${variable}`;
    case 'ERR_TLS_CERT_ALTNAME_INVALID':
      return `The certificate of ${place} is for another name $; correct the host in ${variable}`;
    case 'CERT_HAS_EXPIRED':
      return `The certificate of ${place} has run out $; if the clock of this machine is right, tell those who run it`;
    case 'CERT_NOT_YET_VALID':
      return `The certificate of ${place} is not valid yet $; the clock of this machine may be behind`;
    case 'RESPONSE_TIMEOUT':
      return `${place} takes a request and does not answer $; try again later, or tell those who run it`;
    default:
      return `The connection to ${place} breaks off $; check ${variable}, and whether a firewall or a proxy is in the way`;
  }
}
