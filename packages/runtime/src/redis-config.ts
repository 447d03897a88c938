import { type ConfigOf, derived, type ReportProblem, secret, variable } from './config.ts';
import { Secret } from './secret.ts';
import { flag, parsed, problem, text } from './variable-types.ts';

export interface RedisNode {
  readonly host: string;
  readonly port: number;
}

export type RedisTopology =
  | { readonly kind: 'single'; readonly node: RedisNode }
  | {
      readonly kind: 'sentinel';
      readonly sentinels: readonly RedisNode[];
      readonly name: string;
      readonly password: Secret | undefined;
    }
  | { readonly kind: 'cluster'; readonly nodes: readonly RedisNode[] };

/** How to reach Redis. */
export interface RedisConnectionConfig {
  readonly topology: RedisTopology;
  readonly username: string | undefined;
  readonly password: Secret | undefined;
  readonly db: number;
  readonly tls: boolean;
}

interface RedisUrl {
  readonly node: RedisNode;
  readonly username: string | undefined;
  readonly password: string | undefined;
  readonly db: number;
  readonly tls: boolean;
}

const URL_FORM =
  'must be redis://host:port/db, or rediss:// for TLS, with user:password@ before the host where Redis asks for them; percent-encode @ : / # ? % in both';
const REDIS_PORT = 6379;
const SENTINEL_PORT = 26_379;

const redisUrls = () =>
  parsed((value) => {
    const urls = value.split(',').map((part) => parseRedisUrl(part.trim()));
    return urls.every((url) => url !== undefined) ? urls : problem(URL_FORM);
  });

const sentinelAddresses = () =>
  parsed((value) => {
    const nodes = value.split(',').map((part) => parseAddress(part.trim()));
    return nodes.every((node) => node !== undefined)
      ? nodes
      : problem('must be host:port, or several separated by commas');
  });

// Redis hashes what stands between the first brace and the next closing one, if anything does (Redis Cluster specification).
const keyPrefix = () =>
  parsed((value) => {
    if (!/^[^{]*\{[^}]+\}/.test(value)) {
      return problem('must contain a hash tag such as {libby}, so that all keys share one cluster slot');
    }
    return /^[\w.:{}-]{1,64}$/.test(value)
      ? value
      : problem('must be at most 64 letters, digits and characters of _ . : - { }');
  });

/** `REDIS_URL`, Sentinel's variables, `DIALER_PREFIX` and `DIALER_ALLOW_VOLATILE_REDIS`. */
export const redisConfig = {
  connection: derived(
    {
      urls: variable('REDIS_URL', redisUrls(), {
        default: [
          {
            node: { host: '127.0.0.1', port: REDIS_PORT },
            username: undefined,
            password: undefined,
            db: 0,
            tls: false,
          },
        ],
        fromFile: true,
      }),
      sentinels: variable('REDIS_SENTINELS', sentinelAddresses(), { optional: true }),
      sentinelName: variable('REDIS_SENTINEL_NAME', text(), { optional: true }),
      sentinelPassword: variable('REDIS_SENTINEL_PASSWORD', secret(), { optional: true, fromFile: true }),
    },
    toConnection,
  ),
  prefix: variable('DIALER_PREFIX', keyPrefix(), { default: '{libby}' }),
  allowVolatile: variable('DIALER_ALLOW_VOLATILE_REDIS', flag(), { default: false }),
};

export type RedisConfig = ConfigOf<typeof redisConfig>;

interface RedisVariables {
  readonly urls: readonly RedisUrl[];
  readonly sentinels: readonly RedisNode[] | undefined;
  readonly sentinelName: string | undefined;
  readonly sentinelPassword: Secret | undefined;
}

/** With Sentinel, `REDIS_URL` still says user, password, database and TLS; only its host has no meaning. */
function toConnection(variables: RedisVariables, report: ReportProblem): RedisConnectionConfig {
  checkTogether(variables, report);
  const [first] = variables.urls as [RedisUrl];
  const { username, password, db, tls } = first;
  return {
    topology: topologyOf(variables, first),
    username,
    password: password === undefined ? undefined : new Secret(password),
    db,
    tls,
  };
}

function topologyOf(
  { urls, sentinels, sentinelName, sentinelPassword }: RedisVariables,
  first: RedisUrl,
): RedisTopology {
  if (sentinels !== undefined) {
    return { kind: 'sentinel', sentinels, name: sentinelName ?? '', password: sentinelPassword };
  }
  if (urls.length > 1) return { kind: 'cluster', nodes: urls.map((url) => url.node) };
  return { kind: 'single', node: first.node };
}

function checkTogether(
  { urls, sentinels, sentinelName, sentinelPassword }: RedisVariables,
  report: ReportProblem,
): void {
  if (sentinels !== undefined && sentinelName === undefined) {
    report('REDIS_SENTINEL_NAME', 'is required with REDIS_SENTINELS; set it to the name of the master, often mymaster');
  }
  if (sentinels === undefined && (sentinelName ?? sentinelPassword) !== undefined) {
    report('REDIS_SENTINELS', 'is required with the other REDIS_SENTINEL_ variables; set it to host:port,host:port,…');
  }
  if (urls.length === 1) return;
  if (sentinels !== undefined) report('REDIS_URL', 'lists a cluster, and REDIS_SENTINELS is set; use one of the two');
  if (urls.some((url) => url.db !== 0)) report('REDIS_URL', 'names a database, but Redis Cluster has only database 0');
  const access = urls.map(({ username, password, tls }) => JSON.stringify([username, password, tls]));
  if (new Set(access).size > 1)
    report('REDIS_URL', 'must give all nodes the same user, password and redis:// or rediss://');
}

function parseRedisUrl(text: string): RedisUrl | undefined {
  const url = URL.parse(text);
  if (url === null || !/^rediss?:$/.test(url.protocol) || url.hostname === '') return undefined;
  const db = /^\/?(\d{0,5})$/.exec(url.pathname)?.[1];
  if (db === undefined || url.search !== '' || url.hash !== '') return undefined;
  try {
    return {
      node: nodeOf(url, REDIS_PORT),
      username: decodeURIComponent(url.username) || undefined,
      password: decodeURIComponent(url.password) || undefined,
      db: Number(db),
      tls: url.protocol === 'rediss:',
    };
  } catch {
    return undefined; // a stray % in user or password
  }
}

function parseAddress(text: string): RedisNode | undefined {
  const url = /[/@?#\s]/.test(text) ? null : URL.parse(`redis://${text}`);
  return url === null || url.hostname === '' ? undefined : nodeOf(url, SENTINEL_PORT);
}

function nodeOf(url: URL, defaultPort: number): RedisNode {
  return { host: url.hostname.replace(/^\[(.*)\]$/, '$1'), port: url.port === '' ? defaultPort : Number(url.port) };
}

/** Where Redis is, without user and password: for messages and logs. */
export function describeRedis({ topology, db, tls }: RedisConnectionConfig): string {
  const suffix = `${db === 0 ? '' : `/${db}`}${tls ? ' (TLS)' : ''}`;
  if (topology.kind === 'single') return `${address(topology.node)}${suffix}`;
  if (topology.kind === 'cluster') return `cluster ${topology.nodes.map(address).join(',')}${suffix}`;
  return `${topology.name}${suffix} by Sentinel ${topology.sentinels.map(address).join(',')}`;
}

function address({ host, port }: RedisNode): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}
