/**
 * How exactly a campaign's limits are kept, over four workers and by the provider's clock:
 *
 *   npm run bench -- pace [--seconds 60] [--workers 4] [--waiting 100000] [--quiet-s 60]
 *
 * 1. Pace: 5, 50 and 500 calls a second, the last two also with every second call on the
 *    do-not-call list. 20 a second once more with everything between the workers and Redis arriving
 *    20, 80 and 150 ms later, each way.
 * 2. maxInFlight: how much of it is used.
 * 3. Many calls behind one full line: what Redis is asked meanwhile. Once the line is the
 *    campaign's, once each row's own.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { eventually, fictionalNumbers, startFaultProxy } from '@libby-dialer/testkit';
import type { Redis } from 'ioredis';
import { MeasuredProcess } from './src/measured-process.ts';
import { judge, numbersFrom, print, printMachine } from './src/report.ts';
import { RedisStage, SimulatorStage, workerEnvironment } from './src/stage.ts';

const LATENCY_MS = 100;
/** Campaign workers begin carefully: the first seconds are theirs. */
const WARM_UP_MS = 5000;
/** What they learn of a slow link comes by it. */
const WARM_UP_PER_WAY = 100;
const PATIENCE_MS = 300_000;
const CONCURRENCY = 50;
const MOST_IN_FLIGHT = 20;
const CALLS_ON_LINE = 5;
const CONVERSATION_S = 20;
const MOST_COMMANDS = 20;

const settings = numbersFrom({ seconds: 60, workers: 4, waiting: 100_000, 'quiet-s': 60 });

await printMachine();
await pace(5, false);
await pace(50, false);
await pace(50, true);
await pace(500, false);
await pace(500, true);
await pace(20, false, 20);
await pace(20, false, 80);
await pace(20, false, 150);
await inFlight();
await fullLine('the campaign’s line', {});
await fullLine('each row’s own line', { from: '+15055550100' });

async function pace(callsPerSecond: number, withSkipped: boolean, latencyMs = 0): Promise<void> {
  await using redis = await RedisStage.open();
  await using link = await startFaultProxy({ targetPort: redis.server.port });
  if (latencyMs > 0) await link.inflict({ kind: 'slow', latencyMs });
  await using simulator = await SimulatorStage.open(LATENCY_MS);
  await redis.putCampaign({ pacing: { callsPerSecond } });
  const warmUpMs = WARM_UP_MS + WARM_UP_PER_WAY * latencyMs;
  const seconds = settings.seconds + (2 * warmUpMs) / 1000;
  await redis.load((withSkipped ? 2 : 1) * callsPerSecond * seconds);
  if (withSkipped) await suppressEverySecond(redis);
  await using workers = await startWorkers(
    redis,
    simulator,
    latencyMs > 0 ? link.port : redis.server.port,
  );
  await eventually(async () => (await simulator.stats()).requests > 0, { timeoutMs: PATIENCE_MS });
  await sleep(warmUpMs + 1000 * settings.seconds);
  await workers.stop();
  const arrivals = await simulator.arrivals();
  const begin = (arrivals[0] ?? 0) + warmUpMs;
  const counted = arrivals.filter(
    (atMs) => atMs >= begin && atMs < begin + 1000 * settings.seconds,
  ).length;
  const rate = counted / settings.seconds;
  const most = mostWithinASecond(arrivals);
  const allowed = callsPerSecond + 1 + callsPerSecond * 0.02;
  print(
    `\n${callsPerSecond} calls a second${withSkipped ? ', every second one skipped' : ''}${latencyMs > 0 ? `, ${latencyMs} ms to Redis` : ''}, ${settings.seconds} s`,
  );
  const share = (100 * (rate - callsPerSecond)) / callsPerSecond;
  judge(
    `${rate.toFixed(2)} a second: ${share.toFixed(2)} % (goal: within 2 %)`,
    Math.abs(share) <= 2,
  );
  judge(`${most} in the fullest second (goal: at most ${allowed.toFixed(1)})`, most <= allowed);
}

async function inFlight(): Promise<void> {
  await using redis = await RedisStage.open();
  await using simulator = await SimulatorStage.open(LATENCY_MS);
  await redis.putCampaign({ pacing: { maxInFlight: MOST_IN_FLIGHT } });
  await redis.load(3000);
  await using workers = await startWorkers(redis, simulator);
  await eventually(async () => (await simulator.stats()).taken >= 3000, {
    timeoutMs: PATIENCE_MS,
    intervalMs: 100,
  });
  await workers.stop();
  const arrivals = await simulator.arrivals();
  const rate = (1000 * arrivals.length) / ((arrivals.at(-1) ?? 0) - (arrivals[0] ?? 0));
  const { maxInFlight } = await simulator.stats();
  print(`\nat most ${MOST_IN_FLIGHT} in flight, answers after ${LATENCY_MS} ms`);
  judge(`${maxInFlight} at once at most`, maxInFlight === MOST_IN_FLIGHT);
  const ideal = (1000 * MOST_IN_FLIGHT) / LATENCY_MS;
  print(`        ${rate.toFixed(0)} calls a second of ${ideal} that are possible`);
}

async function fullLine(name: string, changes: { from?: string }): Promise<void> {
  await using redis = await RedisStage.open();
  await using simulator = await SimulatorStage.open(LATENCY_MS);
  const lines = { maxConcurrentCalls: CALLS_ON_LINE, assumedCallSeconds: CONVERSATION_S };
  await redis.putCampaign({ lines });
  await redis.load(settings.waiting, undefined, changes);
  await using workers = await startWorkers(redis, simulator);
  const startedAt = Date.now();
  await eventually(async () => isQuiet(redis, changes.from !== undefined), {
    timeoutMs: PATIENCE_MS,
    intervalMs: 500,
  });
  const settledAfter = Date.now() - startedAt;
  await sleep(2000);
  const before = (await simulator.stats()).requests;
  const commands = await countCommands(redis.client, settings['quiet-s']);
  const placed = (await simulator.stats()).requests - before;
  await workers.stop();
  // A call costs four scripts, and what BullMQ sends besides.
  const beyond = (commands - 8 * placed) / settings['quiet-s'];
  print(`\n${settings.waiting} calls behind one full line (${name}), ${settings.workers} workers`);
  print(
    `        quiet after ${(settledAfter / 1000).toFixed(1)} s; then ${placed} calls placed in ${settings['quiet-s']} s`,
  );
  const possible = (CALLS_ON_LINE * settings['quiet-s']) / CONVERSATION_S;
  judge(
    `${placed} of ${possible.toFixed(0)} calls that the line has room for (goal: nine tenths)`,
    placed >= 0.9 * possible - 1,
  );
  judge(
    `${beyond.toFixed(1)} commands a second beyond the calls placed (goal: under ${MOST_COMMANDS})`,
    beyond < MOST_COMMANDS,
  );
}

/** Whether every call that can be placed at once is, and each other has been told to wait. */
async function isQuiet(redis: RedisStage, isOwnLine: boolean): Promise<boolean> {
  const queue = redis.keys.queue('spring-events');
  const [active, wait] = await Promise.all([
    redis.client.llen(`${queue}active`),
    redis.client.llen(`${queue}wait`),
  ]);
  return isOwnLine ? active + wait === 0 : active === 0 && wait <= settings.waiting - CALLS_ON_LINE;
}

/** Commands that clients send, those within scripts aside. */
async function countCommands(client: Redis, seconds: number): Promise<number> {
  const monitor = await client.monitor();
  let count = 0;
  monitor.on('monitor', (_time: string, _args: string[], source: string) => {
    if (source !== 'lua') count += 1;
  });
  await sleep(1000 * seconds);
  monitor.disconnect();
  return count;
}

async function suppressEverySecond(redis: RedisStage): Promise<void> {
  const list = redis.queue.doNotCall;
  await list.add(fictionalNumbers().filter((_, index) => index % 2 === 1));
}

async function startWorkers(
  redis: RedisStage,
  { libby }: SimulatorStage,
  redisPort = redis.server.port,
) {
  const stack = new AsyncDisposableStack();
  const env = {
    ...workerEnvironment(redis, libby, CONCURRENCY),
    REDIS_URL: `redis://127.0.0.1:${redisPort}`,
  };
  const all = await Promise.all(
    Array.from({ length: settings.workers }, () =>
      MeasuredProcess.start('dist/worker.js', [], { env }),
    ),
  );
  for (const worker of all) stack.use(worker);
  return {
    stop: async () => void (await Promise.all(all.map((worker) => worker.stop()))),
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
}

/** Of all stretches of a second the fullest. */
function mostWithinASecond(sorted: readonly number[]): number {
  let [from, most] = [0, 0];
  for (const [index, time] of sorted.entries()) {
    while ((sorted[from] ?? 0) <= time - 1000) from += 1;
    most = Math.max(most, index - from + 1);
  }
  return most;
}
