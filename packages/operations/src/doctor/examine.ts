import { Keys } from '@libby-dialer/dial-queue';
import type { TokenError } from '@libby-dialer/libby-client';
import {
  type Clock,
  checkRedisDurability,
  createLogger,
  createRedis,
  DEFAULT_SCOPE,
  DialerError,
  type Durability,
  type DurabilityFinding,
  explainRedisError,
  formatDuration,
  measureClockSkew,
  type RedisConnection,
  type Secret,
  systemClock,
  writeRefusal,
} from '@libby-dialer/runtime';
import { apiFindings } from './api-findings.ts';
import { type Destination, explainConnection } from './connection-trouble.ts';
import type { DoctorConfig } from './doctor-config.ts';
import { bad, type Finding, good, note } from './finding.ts';

/**
 * Delays are counted from the local clock; beyond this somebody will wonder about times in logs and
 * results.
 */
const SKEW_WORTH_A_WORD_MS = 1000;

/**
 * Examines Redis (version, eviction, persistence, clock), the credentials and the API, whatever is
 * found on the way. Calls nobody.
 */
export async function* examine(
  config: DoctorConfig,
  signal: AbortSignal,
): AsyncGenerator<readonly Finding[]> {
  yield await examineRedis(config, signal);
  yield proxyFindings(config);
  yield await examineProvider(config, signal);
}

async function examineRedis(config: DoctorConfig, signal: AbortSignal): Promise<Finding[]> {
  // Its errors are findings here, not log lines.
  const logger = createLogger({ level: 'silent', name: 'doctor' });
  await using connection = createRedis(config.redis.connection, {
    role: 'producer',
    name: 'enqueuer',
    logger,
  });
  try {
    await connection.connect({ signal });
    const durability = await checkRedisDurability(connection.client, {
      allowVolatile: config.redis.allowVolatile,
    });
    const keys = new Keys(config.redis.prefix);
    return [
      good('redis', `Redis at ${connection.description} answers.`),
      ...durabilityFindings(durability),
      ...(durability.problems.some(({ code }) => REFUSES.has(code))
        ? []
        : [await examineWriting(connection, keys)]),
      await examineClock(connection, keys.claimCounts, systemClock),
    ];
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof DialerError) return [bad(error.code, error.message)];
    return [bad('redis_failed', explainRedisError(error, connection.description))];
  }
}

/** What is in order, by the codes of the findings that would say otherwise. */
const IN_ORDER: readonly (readonly [
  sentence: string,
  code: DurabilityFinding['code'],
  ...others: DurabilityFinding['code'][],
])[] = [
  ['Its version is 7.0 or later.', 'version'],
  ['It evicts nothing (maxmemory-policy noeviction).', 'eviction', 'hidden'],
  [
    'It keeps every acknowledged write (appendonly yes, appendfsync always).',
    'append_only',
    'append_fsync',
    'hidden',
  ],
];

/** Findings that say already that it takes no writes, and what to do. */
const REFUSES: ReadonlySet<DurabilityFinding['code']> = new Set(['read_only', 'full']);

/** Only a write tells: there are more reasons to refuse one than a server shows of itself. */
async function examineWriting(
  { client, description }: RedisConnection,
  { writeCheck }: Keys,
): Promise<Finding> {
  const objection = await writeRefusal(client, writeCheck);
  return objection === undefined
    ? good('redis_writes', 'It takes writes.')
    : bad('redis_writes', explainRedisError(objection, description));
}

function durabilityFindings({ problems, warnings }: Durability): Finding[] {
  const found = new Set([...problems, ...warnings].map(({ code }) => code));
  const inOrder = IN_ORDER.filter(([, ...codes]) => !codes.some((code) => found.has(code)));
  return [
    ...inOrder.map(([sentence, code]) => good(`redis_${code}`, sentence)),
    ...warnings.map(({ code, message }) => note(`redis_${code}`, message)),
    ...problems.map(({ code, message }) => bad(`redis_${code}`, message)),
  ];
}

/** @param key names the node that judges claims, by its hash tag */
export async function examineClock(
  { client }: RedisConnection,
  key: string,
  clock: Clock,
): Promise<Finding> {
  const { offsetMs } = await measureClockSkew(client, { key, clock });
  const skewMs = Math.abs(offsetMs);
  if (skewMs < SKEW_WORTH_A_WORD_MS)
    return good('redis_clock', "Its clock agrees with this machine's.");
  const where = offsetMs > 0 ? 'ahead of' : 'behind';
  return note(
    'redis_clock',
    `Its clock is ${formatDuration(skewMs)} ${where} this machine's; have both follow a time server (NTP).`,
  );
}

function proxyFindings({ libby: { apiProxy, tokenProxy } }: DoctorConfig): Finding[] {
  const hosts = new Set([apiProxy, tokenProxy].flatMap((proxy) => hostOf(proxy) ?? []));
  return [...hosts].map((host) =>
    note('proxy', `The provider is reached through the proxy at ${host}.`),
  );
}

/** Without the password. */
function hostOf(proxy: Secret | undefined): string | undefined {
  return proxy && new URL(proxy.reveal()).host;
}

/** With a token from the one, and a request that cannot place a call to the other. */
async function examineProvider({ libby }: DoctorConfig, signal: AbortSignal): Promise<Finding[]> {
  const { clientId, clientSecret, xsrfToken, apiUrl, tokenUrl, scope } = libby;
  if (clientId === undefined && clientSecret === undefined) {
    return [
      note(
        'credentials_missing',
        'LIBBY_CLIENT_ID and LIBBY_CLIENT_SECRET are not set here; the workers need them.',
      ),
    ];
  }
  if (clientId === undefined)
    return [
      bad(
        'client_id_missing',
        'LIBBY_CLIENT_ID is not set, but LIBBY_CLIENT_SECRET is; set it too.',
      ),
    ];
  if (clientSecret === undefined)
    return [
      bad(
        'client_secret_missing',
        'LIBBY_CLIENT_SECRET is not set, but LIBBY_CLIENT_ID is; set it too.',
      ),
    ];
  // With its HTTP client, a good part of what a start takes; no other command needs it.
  const { LibbyClient, TokenError, TokenSource } = await import('@libby-dialer/libby-client');
  const { connectTimeoutMs, responseTimeoutMs, allowInsecureHttp } = libby;
  const endpoint = { connectTimeoutMs, responseTimeoutMs, allowInsecureHttp };
  await using tokens = new TokenSource({
    ...endpoint,
    tokenUrl,
    proxy: libby.tokenProxy?.reveal(),
    clientId,
    clientSecret: clientSecret.reveal(),
    scope,
    xsrfToken: xsrfToken?.reveal(),
  });
  await using client = new LibbyClient({
    ...endpoint,
    apiUrl,
    proxy: libby.apiProxy?.reveal(),
    tokens,
  });
  const token = tokens.get(signal).then(
    () => good('credentials', `The credentials are good: ${new URL(tokenUrl).host} gave a token.`),
    (error: unknown) => {
      if (!(error instanceof TokenError)) throw error;
      return bad(
        'credentials',
        explainTokenError(error, { url: tokenUrl, proxy: hostOf(libby.tokenProxy) }),
      );
    },
  );
  const asked = { url: client.url, proxy: hostOf(libby.apiProxy) };
  const [credentials, api] = await Promise.all([token, client.examine(signal)]);
  return [credentials, ...scopeFindings(scope), ...apiFindings(api, asked, systemClock.now())];
}

function explainTokenError(
  { message, status, cause }: TokenError,
  asked: Omit<Destination, 'variable'>,
): string {
  const code = cause instanceof Error && 'code' in cause ? cause.code : undefined;
  if (typeof code === 'string') {
    return `No token can be had. ${explainConnection(code, { ...asked, variable: 'LIBBY_TOKEN_URL' })}`;
  }
  return status === undefined || status === 400 ? message : `${message} It answered ${status}.`;
}

function scopeFindings(scope: string): Finding[] {
  if (scope === DEFAULT_SCOPE) return [];
  return [
    note(
      'scope',
      `LIBBY_SCOPE is not ${DEFAULT_SCOPE}: the API may refuse the tokens that it gets.`,
    ),
  ];
}
