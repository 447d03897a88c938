import { type ConfigOf, derived, type ReportProblem, secret, variable } from '../config/config.ts';
import { matchesCertificate, pemCertificates, pemKey } from '../config/pem.ts';
import { Secret } from '../config/secret.ts';
import { flag, parsed, problem, text } from '../config/variable-types.ts';

export interface RedisNode {
  readonly host: string;
  readonly port: number;
}

export type RedisTopology =
  | { readonly kind: 'single'; readonly node: RedisNode }
  | { readonly kind: 'socket'; readonly path: string }
  | {
      readonly kind: 'sentinel';
      readonly sentinels: readonly RedisNode[];
      readonly name: string;
      readonly username: string | undefined;
      readonly password: Secret | undefined;
    }
  | { readonly kind: 'cluster'; readonly nodes: readonly RedisNode[] };

/** PEM texts: whom to trust, and who we are. */
interface RedisCertificates {
  /** Trusted instead of Node's own authorities. */
  readonly ca: string | undefined;
  readonly cert: string | undefined;
  readonly key: Secret | undefined;
}

/** How to reach Redis. */
export interface RedisConnectionConfig {
  readonly topology: RedisTopology;
  readonly username: string | undefined;
  readonly password: Secret | undefined;
  readonly db: number;
  readonly tls: boolean;
  /** Of TLS; without it, none are used. */
  readonly certificates?: RedisCertificates;
}

interface RedisUrl {
  /** Or the path of a Unix socket. */
  readonly node: RedisNode | string;
  readonly username: string | undefined;
  readonly password: string | undefined;
  readonly db: number;
  readonly tls: boolean;
}

const URL_FORM =
  'must be redis://host:port/db, or rediss:// for TLS, with user:password@ before the host where Redis asks for them; percent-encode @ : / # ? % in both; a Unix socket is unix:///path?db=0, with user:password@localhost before its path';
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

// Redis hashes what stands between the first brace and the next closing one, if anything does
// (Redis Cluster specification).
const keyPrefix = () =>
  parsed((value) => {
    if (!/^[^{]*\{[^}]+\}/.test(value)) {
      return problem(
        'must contain a hash tag such as {libby}, so that all keys share one cluster slot',
      );
    }
    return /^[\w.:{}-]{1,64}$/.test(value)
      ? value
      : problem('must be at most 64 letters, digits and characters of _ . : - { }');
  });

/**
 * `REDIS_URL`, the variables of Sentinel, cluster and TLS, `DIALER_PREFIX` and
 * `DIALER_ALLOW_VOLATILE_REDIS`.
 */
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
        about:
          'where Redis is: redis://host:port/db, or rediss:// for TLS, with user:password@ before the host; unix:///path?db=0 is a socket; several URLs, separated by commas, are a cluster',
        shownDefault: 'redis://127.0.0.1:6379',
      }),
      cluster: variable('REDIS_CLUSTER', flag(), {
        default: false,
        about: '1: the one URL is the endpoint of a cluster',
      }),
      sentinels: variable('REDIS_SENTINELS', sentinelAddresses(), {
        optional: true,
        about:
          'host:port, or several separated by commas: Sentinel finds the master, and REDIS_URL gives user, password, database and TLS',
      }),
      sentinelName: variable('REDIS_SENTINEL_NAME', text(), {
        optional: true,
        about: 'the name of the master, for Sentinel',
      }),
      sentinelUsername: variable('REDIS_SENTINEL_USERNAME', text(), {
        optional: true,
        about: 'where the Sentinels themselves ask for a user',
      }),
      sentinelPassword: variable('REDIS_SENTINEL_PASSWORD', secret(), {
        optional: true,
        fromFile: true,
        about: 'where the Sentinels themselves ask for a password',
      }),
      ca: variable('REDIS_TLS_CA', pemCertificates(), {
        optional: true,
        fromFile: true,
        about: 'the authorities that vouch for Redis, in PEM, in place of those that Node knows',
      }),
      cert: variable('REDIS_TLS_CERT', pemCertificates(), {
        optional: true,
        fromFile: true,
        about: 'the certificate for a Redis that asks for one, in PEM',
      }),
      key: variable('REDIS_TLS_KEY', pemKey(), {
        optional: true,
        fromFile: true,
        about: 'the key of that certificate, in PEM',
      }),
    },
    toConnection,
  ),
  prefix: variable('DIALER_PREFIX', keyPrefix(), {
    default: '{libby}',
    about: 'what every key in Redis begins with; it has a hash tag',
  }),
  allowVolatile: variable('DIALER_ALLOW_VOLATILE_REDIS', flag(), {
    default: false,
    about: '1: run on a Redis that may forget who was called; for demos and tests',
  }),
};

export type RedisConfig = ConfigOf<typeof redisConfig>;

interface RedisVariables {
  readonly urls: readonly RedisUrl[];
  readonly cluster: boolean;
  readonly sentinels: readonly RedisNode[] | undefined;
  readonly sentinelName: string | undefined;
  readonly sentinelUsername: string | undefined;
  readonly sentinelPassword: Secret | undefined;
  readonly ca: string | undefined;
  readonly cert: string | undefined;
  readonly key: Secret | undefined;
}

/**
 * With Sentinel, `REDIS_URL` still says user, password, database and TLS; only its host has no
 * meaning.
 */
function toConnection(variables: RedisVariables, report: ReportProblem): RedisConnectionConfig {
  checkTopology(variables, report);
  checkCertificates(variables, report);
  const { urls, ca, cert, key } = variables;
  const [{ username, password, db, tls }] = urls as [RedisUrl];
  return {
    topology: topologyOf(variables),
    username,
    password: password === undefined ? undefined : new Secret(password),
    db,
    tls,
    certificates: { ca, cert, key },
  };
}

function topologyOf(variables: RedisVariables): RedisTopology {
  const { urls, sentinels, sentinelName, sentinelUsername, sentinelPassword } = variables;
  if (sentinels !== undefined) {
    const name = sentinelName ?? '';
    return {
      kind: 'sentinel',
      sentinels,
      name,
      username: sentinelUsername,
      password: sentinelPassword,
    };
  }
  const nodes = urls.map(({ node }) => node).filter((node) => typeof node !== 'string');
  if (isCluster(variables)) return { kind: 'cluster', nodes };
  const [{ node }] = urls as [RedisUrl];
  return typeof node === 'string' ? { kind: 'socket', path: node } : { kind: 'single', node };
}

/** A managed cluster may have a single endpoint, which leads to all its nodes. */
function isCluster({ urls, cluster }: RedisVariables): boolean {
  return cluster || urls.length > 1;
}

function checkTopology(variables: RedisVariables, report: ReportProblem): void {
  const { urls, sentinels } = variables;
  checkSentinel(variables, report);
  if (
    urls.some(({ node }) => typeof node === 'string') &&
    (sentinels !== undefined || isCluster(variables))
  ) {
    report(
      'REDIS_URL',
      'names a Unix socket, which neither a cluster nor Sentinel can be reached by; name hosts',
    );
  }
  if (!isCluster(variables)) return;
  if (sentinels !== undefined)
    report('REDIS_URL', 'lists a cluster, and REDIS_SENTINELS is set; use one of the two');
  if (urls.some((url) => url.db !== 0))
    report('REDIS_URL', 'names a database, but Redis Cluster has only database 0');
  const access = urls.map(({ username, password, tls }) =>
    JSON.stringify([username, password, tls]),
  );
  if (new Set(access).size > 1)
    report('REDIS_URL', 'must give all nodes the same user, password and redis:// or rediss://');
}

function checkSentinel(variables: RedisVariables, report: ReportProblem): void {
  const { sentinels, sentinelName, sentinelUsername, sentinelPassword } = variables;
  if (sentinels !== undefined && sentinelName === undefined) {
    report(
      'REDIS_SENTINEL_NAME',
      'is required with REDIS_SENTINELS; set it to the name of the master, often mymaster',
    );
  }
  if (
    sentinels === undefined &&
    (sentinelName ?? sentinelUsername ?? sentinelPassword) !== undefined
  ) {
    report(
      'REDIS_SENTINELS',
      'is required with the other REDIS_SENTINEL_ variables; set it to host:port,host:port,…',
    );
  }
  if (sentinelUsername !== undefined && sentinelPassword === undefined) {
    report(
      'REDIS_SENTINEL_PASSWORD',
      'is required with REDIS_SENTINEL_USERNAME; set it or REDIS_SENTINEL_PASSWORD_FILE',
    );
  }
}

function checkCertificates({ urls, ca, cert, key }: RedisVariables, report: ReportProblem): void {
  if (!urls.some(({ tls }) => tls) && (ca ?? cert ?? key) !== undefined) {
    report(
      'REDIS_URL',
      'must begin with rediss:// where a REDIS_TLS_ variable is set; without TLS they mean nothing',
    );
  }
  if (cert !== undefined && key === undefined)
    report('REDIS_TLS_KEY', 'is required with REDIS_TLS_CERT; set it too');
  if (cert === undefined && key !== undefined)
    report('REDIS_TLS_CERT', 'is required with REDIS_TLS_KEY; set it too');
  if (cert !== undefined && key !== undefined && !matchesCertificate(key, cert)) {
    report(
      'REDIS_TLS_KEY',
      'is not the key of the certificate in REDIS_TLS_CERT; set the two that belong together',
    );
  }
}

function parseRedisUrl(text: string): RedisUrl | undefined {
  const url = URL.parse(text);
  if (url === null || url.hash !== '') return undefined;
  try {
    const place = url.protocol === 'unix:' ? socketOf(url) : serverOf(url);
    if (place === undefined) return undefined;
    return {
      ...place,
      username: decodeURIComponent(url.username) || undefined,
      password: decodeURIComponent(url.password) || undefined,
      tls: url.protocol === 'rediss:',
    };
  } catch {
    return undefined; // a stray % in user, password or path
  }
}

function serverOf(url: URL): Pick<RedisUrl, 'node' | 'db'> | undefined {
  const db = /^\/?(\d{0,5})$/.exec(url.pathname)?.[1];
  const isServer = /^rediss?:$/.test(url.protocol) && url.hostname !== '' && url.search === '';
  return isServer && db !== undefined
    ? { node: nodeOf(url, REDIS_PORT), db: Number(db) }
    : undefined;
}

/**
 * The path of a socket may be any, so its database stands in the query, as other clients of Redis
 * have it.
 */
function socketOf(url: URL): Pick<RedisUrl, 'node' | 'db'> | undefined {
  const db = /^(?:\?db=(\d{1,5}))?$/.exec(url.search);
  const isSocket = /^(?:localhost)?$/.test(url.host) && url.pathname.length > 1;
  return isSocket && db !== null
    ? { node: decodeURIComponent(url.pathname), db: Number(db[1] ?? 0) }
    : undefined;
}

function parseAddress(text: string): RedisNode | undefined {
  const url = /[/@?#\s]/.test(text) ? null : URL.parse(`redis://${text}`);
  return url === null || url.hostname === '' ? undefined : nodeOf(url, SENTINEL_PORT);
}

function nodeOf(url: URL, defaultPort: number): RedisNode {
  return {
    host: url.hostname.replace(/^\[(.*)\]$/, '$1'),
    port: url.port === '' ? defaultPort : Number(url.port),
  };
}

/** Where Redis is, without user and password: for messages and logs. */
export function describeRedis({ topology, db, tls }: RedisConnectionConfig): string {
  const suffix = `${db === 0 ? '' : `/${db}`}${tls ? ' (TLS)' : ''}`;
  if (topology.kind === 'single') return `${address(topology.node)}${suffix}`;
  if (topology.kind === 'socket') return `${topology.path}${db === 0 ? '' : ` db ${db}`}`;
  if (topology.kind === 'cluster')
    return `cluster ${topology.nodes.map(address).join(',')}${suffix}`;
  return `${topology.name}${suffix} by Sentinel ${topology.sentinels.map(address).join(',')}`;
}

function address({ host, port }: RedisNode): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}
