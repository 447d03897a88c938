/**
 * CPU time of a gate and a settle, each call by itself and those of one turn together:
 *
 *   npm run bench -- gate [--calls 12000]
 *
 * Both take turns on one Redis that syncs every write to disk, so that their ratio holds on a
 * machine that has other things to do.
 */
import { DialQueue, type Gate } from '@libby-dialer/dial-queue';
import { createLogger, createRedis } from '@libby-dialer/runtime';
import { numbersFrom, print, printMachine } from './src/report.ts';
import { RedisStage } from './src/stage.ts';
import { CAMPAIGN_ID } from './src/workload.ts';

/** How many calls are asked about in one turn of the event loop. */
const AT_ONCE = [1, 8, 32];
const CALLS_A_TURN = 480;
const LINE = '+15055550100';
const CONVERSATION_MS = 120_000;
/** As long as the result of a usual call. */
const RESULT_HEAD = JSON.stringify({ outcome: 'accepted', rest: 'x'.repeat(700) }).slice(0, -1);

const settings = numbersFrom({ calls: 12_000 });

await printMachine();
await using redis = await RedisStage.open();
await redis.putCampaign();
await using connection = createRedis(
  {
    topology: { kind: 'single', node: { host: '127.0.0.1', port: redis.server.port } },
    username: undefined,
    password: undefined,
    db: 0,
    tls: false,
  },
  {
    role: 'worker',
    name: 'bench',
    logger: createLogger({ level: 'fatal', name: 'bench', destination: { write: () => {} } }),
  },
);
await connection.connect();
const queue = DialQueue.open(connection.client, redis.keys.prefix);
const identity = await queue.identity();
let calls = 0;
/** What several gates are asked is not asked together. */
const gates = await Promise.all(Array.from({ length: Math.max(...AT_ONCE) }, openGate));

const sums = new Map<string, { calls: number; clientUs: number; redisUs: number }>();
const ways = AT_ONCE.flatMap((count) => [
  { count, way: 'by themselves' },
  { count, way: 'together' },
]);
for (const { count } of ways) await passTurn(count, gates);
while (calls < settings.calls) for (const { count, way } of ways) await measure(count, way);
for (const [name, sum] of sums) {
  const [client, server] = [sum.clientUs / sum.calls, sum.redisUs / sum.calls];
  print(`${name}  client ${client.toFixed(1)} us, Redis ${server.toFixed(1)} us`);
}

async function openGate(): Promise<Gate> {
  const gate = queue.gate({ sendWithinMs: 60_000, claimMs: CONVERSATION_MS });
  // From then on it knows its server.
  await dial(gate, calls++);
  return gate;
}

async function measure(count: number, way: string): Promise<void> {
  const name = `${String(count).padStart(2)} at once, ${way.padEnd('by themselves'.length)}`;
  const sum = sums.get(name) ?? { calls: 0, clientUs: 0, redisUs: 0 };
  const [before, redisBefore] = [process.cpuUsage(), await redis.cpuMs()];
  await passTurn(count, way === 'together' ? gates.slice(0, 1) : gates);
  const [used, redisMs] = [process.cpuUsage(before), (await redis.cpuMs()) - redisBefore];
  sums.set(name, {
    calls: sum.calls + CALLS_A_TURN,
    clientUs: sum.clientUs + used.user + used.system,
    redisUs: sum.redisUs + 1000 * redisMs,
  });
}

async function passTurn(count: number, by: readonly Gate[]): Promise<void> {
  for (let done = 0; done < CALLS_A_TURN; done += count) {
    const first = calls;
    calls += count;
    await Promise.all(
      Array.from({ length: count }, (_, index) =>
        dial(by[index % by.length] as Gate, first + index),
      ),
    );
  }
}

async function dial(gate: Gate, row: number): Promise<void> {
  const call = {
    callId: identity.callId(CAMPAIGN_ID, `row ${row}`),
    owner: `bench.${row}`,
    campaign: CAMPAIGN_ID,
  };
  const answer = await gate.claim({
    ...call,
    person: identity.person(`+1${String(5_055_550_000 + row)}`),
    lines: [LINE],
    limits: { conversationMs: CONVERSATION_MS },
    opensAt: 0,
    closesAt: Number.MAX_SAFE_INTEGER,
    ready: true,
  });
  if (answer.kind !== 'dial') throw new Error(`the gate answered ${answer.kind}`);
  await gate.settle({
    ...call,
    outcome: 'accepted',
    attempts: 1,
    resultHead: RESULT_HEAD,
    payload: '',
    answered: true,
    probes: [],
    claimed: answer.claim,
  });
}
