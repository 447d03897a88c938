import { Keys } from '@libby-dialer/dial-queue';
import {
  type Clock,
  checkRedisDurability,
  createRedis,
  DialerError,
  type Durability,
  type DurabilityFinding,
  explainRedisError,
  measureClockSkew,
  misspelledVariables,
  type RedisConnection,
  systemClock,
  writeRefusal,
} from '@libby-dialer/runtime';
import type { CommandSlot } from '../command-slot.ts';
import { type DoctorConfig, doctorConfig } from '../config.ts';
import { openLogger, readConfig } from '../context.ts';
import { formatDuration } from '../format.ts';
import { type Io, print } from '../io.ts';

/** Delays are counted from the local clock; beyond this somebody will wonder about times in logs and results. */
const SKEW_WORTH_A_WORD_MS = 1000;

/** One thing examined: in order, not in order, or to be known. */
interface Finding {
  readonly verdict: 'good' | 'bad' | 'note';
  /** What is so; of what is bad also what to do. */
  readonly sentence: string;
}

const SIGNS = { good: '✓', bad: '✗', note: '!' } as const satisfies Record<Finding['verdict'], string>;

export function addDoctorCommand({ program, io, run }: CommandSlot): void {
  program
    .command('doctor')
    .description('Check Redis (version, eviction, persistence, clock) and the credentials, and say what to mend.')
    .action(() => run(doctor(io)));
}

/** Examines everything, whatever is found on the way. Exit code 1 if something must be mended. */
async function doctor(io: Io): Promise<number> {
  const config = readConfig(io, doctorConfig);
  let exitCode = 0;
  const tell = async (findings: readonly Finding[]) => {
    for (const { verdict, sentence } of findings) {
      if (verdict === 'bad') exitCode = 1;
      await print(io.stdout, `${SIGNS[verdict]} ${sentence}\n`);
    }
  };
  await tell(misspelledVariables(doctorConfig, io.environment()).map(note));
  await tell(await examineRedis(io, config));
  await tell(proxyFindings(config));
  await tell(await examineCredentials(config, io.signal));
  return exitCode;
}

async function examineRedis(io: Io, config: DoctorConfig): Promise<Finding[]> {
  // Its errors are findings here, not log lines.
  const logger = openLogger(io, { ...config, log: { level: 'silent' } });
  await using connection = createRedis(config.redis.connection, { role: 'producer', name: 'enqueuer', logger });
  try {
    await connection.connect({ signal: io.signal });
    const durability = await checkRedisDurability(connection.client, { allowVolatile: config.redis.allowVolatile });
    const keys = new Keys(config.redis.prefix);
    return [
      good(`Redis at ${connection.description} answers.`),
      ...durabilityFindings(durability),
      ...(durability.problems.some(({ code }) => REFUSES.has(code)) ? [] : [await examineWriting(connection, keys)]),
      await examineClock(connection, keys.claimCounts, systemClock),
    ];
  } catch (error) {
    io.signal.throwIfAborted();
    if (error instanceof DialerError) return [bad(error.message)];
    return [bad(explainRedisError(error, connection.description))];
  }
}

/** What is in order, by the codes of the findings that would say otherwise. */
const IN_ORDER: readonly (readonly [sentence: string, ...codes: DurabilityFinding['code'][]])[] = [
  ['Its version is 7.0 or later.', 'version'],
  ['It evicts nothing (maxmemory-policy noeviction).', 'eviction', 'hidden'],
  ['It keeps every acknowledged write (appendonly yes, appendfsync always).', 'append_only', 'append_fsync', 'hidden'],
];

/** Findings that say already that it takes no writes, and what to do. */
const REFUSES: ReadonlySet<DurabilityFinding['code']> = new Set(['read_only', 'full']);

/** Only a write tells: there are more reasons to refuse one than a server shows of itself. */
async function examineWriting({ client, description }: RedisConnection, { writeCheck }: Keys): Promise<Finding> {
  const objection = await writeRefusal(client, writeCheck);
  return objection === undefined ? good('It takes writes.') : bad(explainRedisError(objection, description));
}

function durabilityFindings({ problems, warnings }: Durability): Finding[] {
  const found = new Set([...problems, ...warnings].map(({ code }) => code));
  const inOrder = IN_ORDER.filter(([, ...codes]) => !codes.some((code) => found.has(code)));
  return [
    ...inOrder.map(([sentence]) => good(sentence)),
    ...warnings.map(({ message }) => note(message)),
    ...problems.map(({ message }) => bad(message)),
  ];
}

/** @param key names the node that judges claims, by its hash tag */
export async function examineClock({ client }: RedisConnection, key: string, clock: Clock): Promise<Finding> {
  const { offsetMs } = await measureClockSkew(client, { key, clock });
  const skewMs = Math.abs(offsetMs);
  if (skewMs < SKEW_WORTH_A_WORD_MS) return good("Its clock agrees with this machine's.");
  const where = offsetMs > 0 ? 'ahead of' : 'behind';
  return note(`Its clock is ${formatDuration(skewMs)} ${where} this machine's; have both follow a time server (NTP).`);
}

function proxyFindings({ libby: { apiProxy, tokenProxy } }: DoctorConfig): Finding[] {
  const hosts = [apiProxy, tokenProxy].flatMap((proxy) => (proxy === undefined ? [] : [new URL(proxy.reveal()).host]));
  return [...new Set(hosts)].map((host) => note(`The provider is reached through the proxy at ${host}.`));
}

async function examineCredentials({ libby }: DoctorConfig, signal: AbortSignal): Promise<Finding[]> {
  const { clientId, clientSecret, xsrfToken, tokenUrl, scope, connectTimeoutMs, responseTimeoutMs } = libby;
  if (clientId === undefined && clientSecret === undefined) {
    return [note('LIBBY_CLIENT_ID and LIBBY_CLIENT_SECRET are not set here; the workers need them.')];
  }
  if (clientId === undefined) return [bad('LIBBY_CLIENT_ID is not set, but LIBBY_CLIENT_SECRET is; set it too.')];
  if (clientSecret === undefined) return [bad('LIBBY_CLIENT_SECRET is not set, but LIBBY_CLIENT_ID is; set it too.')];
  // With its HTTP client, a good part of what a start takes; no other command needs it.
  const { TokenError, TokenSource } = await import('@libby-dialer/libby-client');
  await using tokens = new TokenSource({
    tokenUrl,
    proxy: libby.tokenProxy?.reveal(),
    clientId,
    clientSecret: clientSecret.reveal(),
    scope,
    xsrfToken: xsrfToken?.reveal(),
    connectTimeoutMs,
    responseTimeoutMs,
    allowInsecureHttp: libby.allowInsecureHttp,
  });
  try {
    await tokens.get(signal);
    return [good(`The credentials are good: ${new URL(tokenUrl).host} gave a token.`)];
  } catch (error) {
    if (!(error instanceof TokenError)) throw error;
    return [bad(error.message)];
  }
}

function good(sentence: string): Finding {
  return { verdict: 'good', sentence };
}

function bad(sentence: string): Finding {
  return { verdict: 'bad', sentence };
}

function note(sentence: string): Finding {
  return { verdict: 'note', sentence };
}
