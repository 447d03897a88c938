import { eventually, startRedis, type TestRedis } from '@libby-dialer/testkit';
import { Redis } from 'ioredis';

/** A master silent for so long is replaced. */
const NODE_TIMEOUT_MS = 2000;
const SLOTS = 16_384;
const MASTERS = 3;

export interface RedisCluster extends AsyncDisposable {
  /** For `REDIS_URL`. */
  readonly urls: string;
  /** The master that holds the key, and the only one that has a replica. */
  readonly holder: TestRedis;
  readonly replica: TestRedis;
}

/** Three masters, and a replica of the one that holds `key`. */
export async function startRedisCluster(key: string): Promise<RedisCluster> {
  const stack = new AsyncDisposableStack();
  const nodes = await Promise.all(Array.from({ length: MASTERS + 1 }, startNode));
  for (const node of nodes) stack.use(node);
  const clients = nodes.map((node) => new Redis(node.url));
  const [first] = clients as [Redis];
  const masters = clients.slice(0, MASTERS);
  await Promise.all(
    masters.map((client, nth) =>
      client.call('CLUSTER', 'ADDSLOTSRANGE', ...slotsOf(nth).map(String)),
    ),
  );
  for (const { port } of nodes.slice(1))
    await first.call('CLUSTER', 'MEET', '127.0.0.1', String(port));
  await eventually(async () => (await Promise.all(clients.map(knowsAll))).every(Boolean));
  const slot = Number(await first.call('CLUSTER', 'KEYSLOT', key));
  const nth = masters.findIndex((_, index) => slotsOf(index)[1] >= slot);
  const replica = clients[MASTERS] as Redis;
  await replica.call(
    'CLUSTER',
    'REPLICATE',
    (await masters[nth]?.call('CLUSTER', 'MYID')) as string,
  );
  await eventually(async () => /master_link_status:up/.test(await replica.info('replication')));
  for (const client of clients) client.disconnect();
  return {
    urls: nodes.map(({ url }) => url).join(','),
    holder: nodes[nth] as TestRedis,
    replica: nodes[MASTERS] as TestRedis,
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
}

function startNode(): Promise<TestRedis> {
  const settings = {
    'cluster-enabled': 'yes',
    'cluster-announce-ip': '127.0.0.1',
    'cluster-node-timeout': String(NODE_TIMEOUT_MS),
    'cluster-replica-validity-factor': '0',
  };
  const args = Object.entries(settings).flatMap(([name, value]) => [`--${name}`, value]);
  return startRedis({ appendonly: true, appendfsync: 'always', args });
}

function slotsOf(nth: number): [first: number, last: number] {
  return [firstSlotOf(nth), firstSlotOf(nth + 1) - 1];
}

function firstSlotOf(nth: number): number {
  return Math.ceil((nth * SLOTS) / MASTERS);
}

async function knowsAll(client: Redis): Promise<boolean> {
  const info = (await client.call('CLUSTER', 'INFO')) as string;
  return info.includes('cluster_state:ok') && info.includes(`cluster_known_nodes:${MASTERS + 1}`);
}
