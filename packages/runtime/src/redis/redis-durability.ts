import { Cluster } from 'ioredis';
import { DialerError } from '../errors.ts';
import type { Logger } from '../logs/logger.ts';
import type { RedisClient } from './redis-connection.ts';

export interface DurabilityFinding {
  readonly code:
    | 'version'
    | 'read_only'
    | 'full'
    | 'eviction'
    | 'append_only'
    | 'append_fsync'
    | 'hidden';
  /** One sentence: what is wrong, and what to do. */
  readonly message: string;
}

export interface Durability {
  /** Reasons not to start. */
  readonly problems: readonly DurabilityFinding[];
  readonly warnings: readonly DurabilityFinding[];
}

type Setting = 'maxmemory-policy' | 'appendonly' | 'appendfsync';

interface ServerState {
  readonly info: ReadonlyMap<string, string>;
  /** Undefined where the service hides its configuration. */
  readonly settings: ReadonlyMap<Setting, string> | undefined;
}

const OLDEST_VERSION = 7;

/**
 * Whether what Redis has acknowledged survives its crash. Calls are dialed at most once only as
 * long as their claims are not lost. With `allowVolatile` eviction and persistence become warnings;
 * version, a read-only and a full server never do. A cluster is asked node by node. Rejects with
 * ioredis's error when Redis does not answer.
 */
export async function checkRedisDurability(
  client: RedisClient,
  { allowVolatile = false }: { allowVolatile?: boolean } = {},
): Promise<Durability> {
  const servers = client instanceof Cluster ? client.nodes('master') : [client];
  const states = await Promise.all(servers.map(readState));
  const fatal = unique(
    states.flatMap(({ info }) => [
      ...versionFindings(info),
      ...readOnlyFindings(info),
      ...fullFindings(info),
    ]),
  );
  const volatile = unique(
    states.flatMap((state) => [...evictionFindings(state), ...persistenceFindings(state)]),
  );
  const hidden = unique(states.flatMap(hiddenFindings));
  return allowVolatile
    ? { problems: fatal, warnings: [...volatile, ...hidden] }
    : { problems: [...fatal, ...volatile], warnings: hidden };
}

/**
 * Warns of what may be wrong. Rejects with a `DialerError` (`redis_unfit`) where Redis would not
 * keep what it acknowledges, or takes nothing.
 */
export async function requireDurableRedis(
  client: RedisClient,
  { allowVolatile }: { readonly allowVolatile: boolean },
  logger: Logger,
): Promise<void> {
  const { problems, warnings } = await checkRedisDurability(client, { allowVolatile });
  for (const { code, message } of warnings) logger.warn({ code }, message);
  if (problems.length > 0)
    throw new DialerError('redis_unfit', problems.map(({ message }) => message).join('\n'), {
      kind: 'unavailable',
    });
}

async function readState(server: RedisClient): Promise<ServerState> {
  const info = parseRedisInfo(await server.info());
  try {
    const settings = await Promise.all([
      readSetting(server, 'maxmemory-policy'),
      readSetting(server, 'appendonly'),
      readSetting(server, 'appendfsync'),
    ]);
    return { info, settings: new Map(settings) };
  } catch (error) {
    if (!isHidden(error)) throw error;
    return { info, settings: undefined };
  }
}

async function readSetting(server: RedisClient, name: Setting): Promise<[Setting, string]> {
  const reply = (await server.config('GET', name)) as readonly string[];
  if (reply[1] === undefined) throw new HiddenSetting();
  return [name, reply[1]];
}

class HiddenSetting extends Error {}

function isHidden(error: unknown): boolean {
  if (error instanceof HiddenSetting) return true;
  return (
    error instanceof Error &&
    /NOPERM|unknown command|unsupported command|not allowed/i.test(error.message)
  );
}

function versionFindings(info: ReadonlyMap<string, string>): DurabilityFinding[] {
  const version = info.get('redis_version') ?? 'unknown';
  if (Number.parseInt(version, 10) >= OLDEST_VERSION) return [];
  return [{ code: 'version', message: `Redis is version ${version}; upgrade it to 7.0 or later.` }];
}

function readOnlyFindings(info: ReadonlyMap<string, string>): DurabilityFinding[] {
  if ((info.get('role') ?? 'master') === 'master') return [];
  return [
    {
      code: 'read_only',
      message: 'Redis is a replica and takes no writes; point REDIS_URL at its master.',
    },
  ];
}

function fullFindings(info: ReadonlyMap<string, string>): DurabilityFinding[] {
  const maxBytes = Number(info.get('maxmemory') ?? 0);
  const evicts = (info.get('maxmemory_policy') ?? 'noeviction') !== 'noeviction';
  // As Redis itself counts when it refuses: without the buffers of replicas and of the append-only
  // file.
  const usedBytes =
    Number(info.get('used_memory') ?? 0) - Number(info.get('mem_not_counted_for_evict') ?? 0);
  if (evicts || maxBytes === 0 || usedBytes <= maxBytes) return [];
  const message =
    'Redis is out of memory and refuses to write; raise maxmemory or remove what is not needed.';
  return [{ code: 'full', message }];
}

function evictionFindings({ info, settings }: ServerState): DurabilityFinding[] {
  const policy = settings?.get('maxmemory-policy') ?? info.get('maxmemory_policy') ?? 'noeviction';
  if (policy === 'noeviction') return [];
  const command = 'CONFIG SET maxmemory-policy noeviction';
  return [
    {
      code: 'eviction',
      message: `Redis may evict calls when it is full (${policy}); run ${command}.`,
    },
  ];
}

function persistenceFindings({ settings }: ServerState): DurabilityFinding[] {
  if (settings === undefined) return [];
  const findings: DurabilityFinding[] = [];
  if (settings.get('appendonly') !== 'yes') {
    const message =
      'Redis forgets calls when it stops (appendonly no); run CONFIG SET appendonly yes.';
    findings.push({ code: 'append_only', message });
  }
  const fsync = settings.get('appendfsync');
  if (fsync !== 'always') {
    const message = `Redis may lose acknowledged writes in a crash (appendfsync ${fsync}); run CONFIG SET appendfsync always.`;
    findings.push({ code: 'append_fsync', message });
  }
  return findings;
}

function hiddenFindings({ info, settings }: ServerState): DurabilityFinding[] {
  if (settings !== undefined) return [];
  const appendOnly = info.get('aof_enabled') === '0' ? 'reports no append-only file and ' : '';
  const message = `Redis ${appendOnly}hides its configuration; make sure that it keeps every write (appendonly yes, appendfsync always).`;
  return [{ code: 'hidden', message }];
}

/** Fields of the reply to INFO, by name. */
export function parseRedisInfo(text: string): ReadonlyMap<string, string> {
  const fields = text.split(/\r?\n/).filter((line) => line.includes(':'));
  return new Map(
    fields.map((line) => {
      const colon = line.indexOf(':');
      return [line.slice(0, colon), line.slice(colon + 1)];
    }),
  );
}

function unique(findings: readonly DurabilityFinding[]): DurabilityFinding[] {
  return [...new Map(findings.map((finding) => [finding.message, finding])).values()];
}
