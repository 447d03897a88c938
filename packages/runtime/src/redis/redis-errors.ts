import { ReplyError } from 'ioredis';

/**
 * What went wrong with Redis and what to do, as one sentence. `description` says which Redis
 * (`describeRedis`). The error's own text is not repeated: it may hold arguments of the command,
 * and those may be anyone's phone number.
 */
export function explainRedisError(error: unknown, description: string): string {
  const causes = innermostFirst(error);
  for (const cause of causes) {
    const explanation = EXPLANATIONS.find(({ matches }) => matches.test(fingerprint(cause)));
    if (explanation === undefined) continue;
    const { sentence } = explanation;
    return `Redis at ${description} ${typeof sentence === 'string' ? sentence : sentence(commandOf(causes))}`;
  }
  return `Redis at ${description} failed (${label(causes[0])}); see the log of the Redis server.`;
}

/**
 * Whether trying again is no use until a person has changed something: wrong credentials,
 * certificates, addresses.
 */
export function isPermanentRedisError(error: unknown): boolean {
  return innermostFirst(error).some((cause) =>
    EXPLANATIONS.some(
      ({ matches, permanent }) => permanent === true && matches.test(fingerprint(cause)),
    ),
  );
}

/**
 * Whether Redis itself said it: the same question gets the same answer at once, until something has
 * changed.
 */
export function isRedisReply(error: unknown): boolean {
  return innermostFirst(error).some((cause) => cause instanceof ReplyError);
}

/**
 * Whether Redis answers, and refuses whatever it is asked: it is full, cannot save, is a replica,
 * is busy, denies a right.
 */
export function isRedisRefusal(error: unknown): boolean {
  return innermostFirst(error).some((cause) => REFUSAL.test(fingerprint(cause)));
}

const REFUSAL =
  /^ (?:OOM|MISCONF|READONLY|NOPERM|NOAUTH|WRONGPASS|LOADING|BUSY|MASTERDOWN|NOREPLICAS|CLUSTERDOWN)\b|user executing the script can't/;

/**
 * Whether Redis is away for a moment or has another master: what was asked is asked again, and
 * nobody need do anything.
 */
export function isRedisAway(error: unknown): boolean {
  return innermostFirst(error).some((cause) => AWAY.test(fingerprint(cause)));
}

const AWAY =
  /^(?:ECONNREFUSED|ECONNRESET|ECONNABORTED|EPIPE|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|EAI_AGAIN) |^ (?:MOVED |TRYAGAIN |Too many Cluster redirections|Connection is closed|Command aborted due to connection close|Socket timeout|None of startup nodes|Failed to refresh slots cache|All sentinels are unreachable)/;

interface Explanation {
  /** Against `CODE message`; Redis's own errors begin with their code. */
  readonly matches: RegExp;
  /** Or what makes it of the command that it is about: ` (GET)`, or nothing. */
  readonly sentence: string | ((command: string) => string);
  readonly permanent?: true;
}

const EXPLANATIONS: readonly Explanation[] = [
  {
    // Its text ends with the last redirection, which says that another node is meant.
    matches: /Too many Cluster redirections/,
    sentence:
      'is a cluster that is choosing another master for a part of its keys; it goes on by itself, else see CLUSTER NODES.',
  },
  {
    matches: /\bWRONGPASS\b|invalid (?:username-password pair|password)/i,
    sentence: 'does not accept this user and password; correct them in REDIS_URL.',
    permanent: true,
  },
  {
    matches: /\bNOAUTH\b|without any password/i,
    sentence: 'asks for a password; put it in REDIS_URL, as :password@ before the host.',
    permanent: true,
  },
  {
    matches: /\bNOPERM\b|user executing the script can't/,
    sentence: (command) =>
      `does not let this user do what is needed${command}; put another into REDIS_URL, or extend its rights with ACL SETUSER.`,
    permanent: true,
  },
  {
    matches: /\bLOADING\b|loading the dataset/i,
    sentence: 'is still loading its data; it will be ready by itself, wait and try again.',
  },
  {
    matches: /\bREADONLY\b/,
    sentence:
      'is a read-only replica; point REDIS_URL at the master, or use REDIS_SENTINELS to follow it.',
  },
  {
    matches: /\bOOM\b/,
    sentence:
      'is out of memory and refuses to write; raise maxmemory or remove what is not needed.',
  },
  {
    matches: /\bMISCONF\b/,
    sentence: 'cannot save to disk and refuses to write; free its disk and see its log.',
  },
  {
    matches: /\b(?:MASTERDOWN|NOREPLICAS)\b/,
    sentence: 'has lost the connection between master and replicas; restore it.',
  },
  {
    matches: /\bBUSY\b .*script/i,
    sentence: 'is blocked by a long-running script; end it with SCRIPT KILL.',
  },
  {
    matches: /\bMOVED\b|\bASK \d/,
    sentence:
      'is a node of a cluster; list several of its nodes in REDIS_URL, separated by commas, or set REDIS_CLUSTER=1.',
    permanent: true,
  },
  {
    matches: /\bCROSSSLOT\b/,
    sentence:
      'is a cluster and was given keys of several slots; give DIALER_PREFIX a hash tag such as {libby}.',
    permanent: true,
  },
  {
    matches: /cluster support disabled/i,
    sentence: 'is not a cluster; give REDIS_URL a single URL, and unset REDIS_CLUSTER.',
    permanent: true,
  },
  {
    matches: /\bCLUSTERDOWN\b|Failed to refresh slots cache/i,
    sentence: 'is a cluster that is not working as a whole; see CLUSTER INFO.',
  },
  {
    matches: /DB index is out of range|SELECT is not allowed/i,
    sentence: 'has no database of that number; correct the number at the end of REDIS_URL.',
    permanent: true,
  },
  {
    matches: /max number of clients reached/i,
    sentence: 'has no connection left for another client; raise its maxclients.',
  },
  {
    matches: /unknown command|unsupported command/i,
    sentence: (command) =>
      `does not know a command that is needed${command}; it must be Redis 7.0 or later with no command renamed.`,
    permanent: true,
  },
  {
    matches: /All sentinels are unreachable/i,
    sentence:
      'cannot be found: none of the Sentinels in REDIS_SENTINELS knows a working master of that name.',
  },
  {
    matches: /CERTIFICATE_REQUIRED|HANDSHAKE_FAILURE/i,
    sentence:
      'asks for a client certificate; name it and its key in REDIS_TLS_CERT_FILE and REDIS_TLS_KEY_FILE.',
    permanent: true,
  },
  {
    matches:
      /ALERT_(?:UNKNOWN_CA|(?:BAD|UNSUPPORTED)_CERTIFICATE|CERTIFICATE_(?:REVOKED|EXPIRED|UNKNOWN))/i,
    sentence:
      'does not accept the client certificate; show one that it trusts (REDIS_TLS_CERT_FILE).',
    permanent: true,
  },
  {
    matches:
      /ERR_SSL|EPROTO|wrong version number|packet length too long|before secure TLS connection/i,
    sentence:
      'does not speak TLS on this port; use redis:// instead of rediss://, or the TLS port.',
    permanent: true,
  },
  {
    matches: /CERT_HAS_EXPIRED/,
    sentence: 'shows a TLS certificate that has expired; renew it.',
    permanent: true,
  },
  {
    matches: /SELF_SIGNED|UNABLE_TO_(?:VERIFY|GET_ISSUER)/,
    sentence:
      'shows a TLS certificate that is not trusted here; name its authority in REDIS_TLS_CA_FILE.',
    permanent: true,
  },
  {
    matches: /ERR_TLS_CERT_ALTNAME_INVALID/,
    sentence: 'shows a TLS certificate for another host; use the host name in the certificate.',
    permanent: true,
  },
  {
    matches: /Protocol error|Unknown RESP type/i,
    sentence:
      'does not answer in the Redis protocol; check host and port, and whether it wants TLS (rediss://).',
    permanent: true,
  },
  {
    matches: /\bENOENT\b/,
    sentence:
      'cannot be reached: there is no such socket; start it, or correct the path in REDIS_URL.',
  },
  {
    matches: /\bEACCES\b/,
    sentence: 'cannot be reached: this user may not open its socket; add the user to its group.',
    permanent: true,
  },
  {
    matches: /\bECONNREFUSED\b/,
    sentence: 'refuses the connection; start it, or correct REDIS_URL.',
  },
  {
    matches: /\b(?:ENOTFOUND|EAI_AGAIN|EAI_NODATA)\b/,
    sentence:
      'cannot be found: its host name does not resolve; correct REDIS_URL or the name service.',
  },
  {
    matches: /\b(?:ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|EHOSTDOWN)\b|timed? ?out|Socket timeout/i,
    sentence:
      'does not answer in time; check its load, the network on the way, and whether it wants TLS (rediss://) or not.',
  },
  {
    matches:
      /\b(?:ECONNRESET|EPIPE)\b|connection is closed|connection close|isn't writeable|max retries per request/i,
    // Also by TLS: where a command has come before Redis misses a certificate, what it says of that
    // is lost with the connection.
    sentence:
      'closed the connection; check that it runs, whether it wants TLS (rediss://), and whether it asks for a client certificate (REDIS_TLS_CERT_FILE).',
  },
];

const MAX_CAUSES = 10;

/**
 * The error and what lies beneath it; the deepest says most, as those above only tell that there
 * was one.
 */
function innermostFirst(error: unknown): unknown[] {
  const found: unknown[] = [error];
  for (const outer of found) {
    if (found.length > MAX_CAUSES) break;
    if (typeof outer !== 'object' || outer === null) continue;
    const { cause, lastNodeError, previousErrors, errors } = outer as Record<string, unknown>;
    const inner = [cause, lastNodeError, ...asList(previousErrors), ...asList(errors)];
    found.push(...inner.filter((part) => part instanceof Error && !found.includes(part)));
  }
  return found.toReversed();
}

function asList(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function fingerprint(error: unknown): string {
  if (!(error instanceof Error)) return '';
  const { code } = error as NodeJS.ErrnoException;
  return `${code ?? ''} ${error.message}`;
}

/** Which command Redis would not run, in brackets. Only its name is safe to tell. */
function commandOf(causes: readonly unknown[]): string {
  for (const cause of causes) {
    const quoted = /(?:command|the) ['`"]([\w|.-]{1,32})['`"]/.exec(fingerprint(cause))?.[1];
    const { command } = (cause ?? {}) as { command?: { name?: unknown } };
    const name = quoted ?? command?.name;
    if (typeof name === 'string') return ` (${name.toUpperCase().replace('|', ' ')})`;
  }
  return '';
}

/**
 * A name for an error nobody foresaw: its code, or the upper-case word that Redis begins its errors
 * with.
 */
function label(error: unknown): string {
  if (!(error instanceof Error)) return 'no reason given';
  const { code } = error as NodeJS.ErrnoException;
  return code ?? /^[A-Z]{3,}\b/.exec(error.message)?.[0] ?? error.name;
}
