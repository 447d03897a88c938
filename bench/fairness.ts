/**
 * How campaigns share a worker:
 *
 *   npm run bench -- fairness [--tries 20] [--latency 100] [--concurrency 50] [--campaigns 100]
 *                                [--idle-s 20]
 *
 * 1. A campaign of ten calls, loaded while a big one takes every slot: from `load` to its first and
 *    its last call, against the same alone.
 * 2. Many campaigns with nothing to do now: connections, Redis commands and CPU time.
 * 3. As many campaigns at once over two workers with few slots, against one campaign of as many
 *    calls.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { eventually, fictionalNumbers } from '@libby-dialer/testkit';
import { MeasuredProcess } from './src/measured-process.ts';
import { judge, median, numbersFrom, print, printMachine } from './src/report.ts';
import { RedisStage, SimulatorStage, workerEnvironment } from './src/stage.ts';

const SMALL = 10;
const START_GOAL_MS = 2000;
const FEW_SLOTS = 20;
const CALLS_EACH = 30;
const AWAY_MS = 24 * 3_600_000;
const LONGEST_RUN_MS = 300_000;
const LINES = fictionalNumbers();

const settings = numbersFrom({
  tries: 20,
  latency: 100,
  concurrency: 50,
  campaigns: 100,
  'idle-s': 20,
});

interface Try {
  readonly firstMs: number;
  readonly lastMs: number;
}

await printMachine();
await smallBehindBig();
await idle();
await manyAtOnce();

async function smallBehindBig(): Promise<void> {
  await using redis = await RedisStage.open();
  await using simulator = await SimulatorStage.open(settings.latency);
  await using worker = await start(redis, simulator, settings.concurrency);
  await oneTry(redis, simulator, 'warm-up');
  const alone = await tries(redis, simulator, 'alone');
  await redis.putCampaign({ id: 'big' });
  // More than can be dialed while the tries last.
  await redis.load((settings.tries * 3000 * settings.concurrency) / settings.latency, 'big');
  const begun = (await simulator.stats()).taken;
  await eventually(async () => (await simulator.stats()).taken > begun + 10 * settings.concurrency);
  const beside = await tries(redis, simulator, 'beside');
  const waiting = await redis.client.llen(`${redis.keys.queue('big')}wait`);
  await worker.stop();
  print(
    `\n${SMALL} calls, ${settings.concurrency} slots, answers after ${settings.latency} ms, ${settings.tries} tries`,
  );
  print(`alone            ${line(alone)}`);
  print(`behind a big one ${line(beside)}   (${waiting} calls of the big one were still waiting)`);
  const worst = Math.max(...beside.map(({ firstMs }) => firstMs));
  const goal = START_GOAL_MS + settings.latency;
  judge(
    `starts after ${worst.toFixed(0)} ms at worst (goal: under ${goal} ms)`,
    worst < goal && waiting > 0,
  );
  const later =
    median(beside.map(({ lastMs }) => lastMs)) - median(alone.map(({ lastMs }) => lastMs));
  judge(
    `ends ${later.toFixed(0)} ms later than alone (goal: at most two answers)`,
    later <= 2 * settings.latency,
  );
}

async function tries(redis: RedisStage, simulator: SimulatorStage, name: string): Promise<Try[]> {
  const all: Try[] = [];
  for (let count = 0; count < settings.tries; count += 1) {
    all.push(await oneTry(redis, simulator, `${name}-${count}`));
    // Not always in the same moment of a round of the big one.
    await sleep(Math.random() * 2 * settings.latency);
  }
  return all;
}

/** A campaign with a line of its own, by which its calls are known at the provider. */
async function oneTry(redis: RedisStage, simulator: SimulatorStage, id: string): Promise<Try> {
  const line = nextLine();
  await redis.putCampaign({ id, fromPhoneNumber: line });
  const loadedAt = Date.now();
  await redis.load(SMALL, id);
  const { state } = redis.keys.campaign(id);
  await eventually(
    async () => Number(await redis.client.hget(state, 'outcome:accepted')) === SMALL,
    {
      timeoutMs: LONGEST_RUN_MS,
      intervalMs: 20,
    },
  );
  const own = (await simulator.calls()).filter(({ fromPhoneNumber }) => fromPhoneNumber === line);
  return {
    firstMs: (own[0]?.atMs ?? Number.NaN) - loadedAt,
    lastMs: (own.at(-1)?.atMs ?? Number.NaN) - loadedAt,
  };
}

async function idle(): Promise<void> {
  const states = {
    'no campaigns': { campaigns: 0, campaign: {}, call: {} },
    'each call waits for its time': {
      campaigns: settings.campaigns,
      campaign: {},
      call: { startsAt: away() },
    },
    'campaigns wait for their start': {
      campaigns: settings.campaigns,
      campaign: { startsAt: new Date(away()).toISOString() },
      call: {},
    },
  };
  print(
    `\nidle, per second: ${settings.campaigns} campaigns of ${SMALL} calls, one worker, ${settings['idle-s']} s`,
  );
  for (const [name, { campaigns, campaign, call }] of Object.entries(states)) {
    await using redis = await RedisStage.open();
    await using simulator = await SimulatorStage.open();
    for (let index = 0; index < campaigns; index += 1) {
      await redis.putCampaign({ id: `c-${index}`, ...campaign });
      await redis.load(SMALL, `c-${index}`, call);
    }
    await using worker = await start(redis, simulator, settings.concurrency);
    // Until every campaign worker has looked at its calls.
    await sleep(5000);
    const before = await idleFigures(redis, worker);
    await sleep(1000 * settings['idle-s']);
    const after = await idleFigures(redis, worker);
    const perSecond = (figure: 'commands' | 'cpuMs' | 'redisCpuMs') =>
      ((after[figure] - before[figure]) / settings['idle-s']).toFixed(1).padStart(6);
    const figures = `${perSecond('commands')} commands, CPU ${perSecond('cpuMs')} ms, of Redis ${perSecond('redisCpuMs')} ms`;
    print(
      `${name.padEnd(31)} ${figures}; ${after.connections} connections, ${after.memoryMb.toFixed(0)} MB`,
    );
    await worker.stop();
  }
}

function away(): number {
  return Date.now() + AWAY_MS;
}

async function idleFigures(redis: RedisStage, worker: MeasuredProcess) {
  const usage = await worker.usage();
  return {
    commands: await redis.info('stats', 'total_commands_processed'),
    connections: (await redis.info('clients', 'connected_clients')) - 1,
    redisCpuMs: await redis.cpuMs(),
    cpuMs: usage.cpuMs,
    memoryMb: usage.maxRssMb,
  };
}

async function manyAtOnce(): Promise<void> {
  const { campaigns } = settings;
  const calls = campaigns * CALLS_EACH;
  print(
    `\n${calls} calls, two workers with ${FEW_SLOTS} slots each, answers after ${settings.latency} ms`,
  );
  const one = await dialAll(1, calls);
  print(
    `as one campaign      ${one.callsPerSecond.toFixed(0)} calls/s, CPU per call ${one.cpuMsPerCall.toFixed(2)} ms`,
  );
  const many = await dialAll(campaigns, CALLS_EACH);
  print(
    `as ${campaigns} campaigns     ${many.callsPerSecond.toFixed(0)} calls/s, CPU per call ${many.cpuMsPerCall.toFixed(2)} ms`,
  );
  const { least } = many;
  judge(
    `when the first campaign was through, each had ${least} of ${CALLS_EACH} calls or more (goal: 1)`,
    least >= 1,
  );
}

async function dialAll(campaigns: number, calls: number) {
  await using redis = await RedisStage.open();
  await using simulator = await SimulatorStage.open(settings.latency);
  for (let index = 0; index < campaigns; index += 1) {
    await redis.putCampaign({ id: `c-${index}`, fromPhoneNumber: LINES[index] });
    await redis.load(calls, `c-${index}`);
  }
  await using first = await start(redis, simulator, FEW_SLOTS);
  await using second = await start(redis, simulator, FEW_SLOTS);
  await eventually(async () => (await simulator.stats()).taken >= campaigns * calls, {
    timeoutMs: LONGEST_RUN_MS,
    intervalMs: 200,
  });
  const cpuMs = (await first.usage()).cpuMs + (await second.usage()).cpuMs;
  await Promise.all([first.stop(), second.stop()]);
  const arrived = await simulator.calls();
  const lastedMs = (arrived.at(-1)?.atMs ?? 0) - (arrived[0]?.atMs ?? 0);
  return {
    callsPerSecond: (1000 * arrived.length) / lastedMs,
    cpuMsPerCall: cpuMs / arrived.length,
    least: leastAtFirstEnd(arrived, campaigns, calls),
  };
}

/** Calls of the campaign that had the fewest when the first one had all of its own. */
function leastAtFirstEnd(
  arrived: readonly { fromPhoneNumber: string }[],
  campaigns: number,
  calls: number,
): number {
  const begun = new Map<string, number>();
  for (const { fromPhoneNumber } of arrived) {
    const own = (begun.get(fromPhoneNumber) ?? 0) + 1;
    begun.set(fromPhoneNumber, own);
    if (own === calls) break;
  }
  return begun.size < campaigns ? 0 : Math.min(...begun.values());
}

function start(
  redis: RedisStage,
  { libby }: SimulatorStage,
  concurrency: number,
): Promise<MeasuredProcess> {
  return MeasuredProcess.start('dist/worker.js', [], {
    env: workerEnvironment(redis, libby, concurrency),
  });
}

function nextLine(): string {
  return LINES.pop() ?? '';
}

function line(all: readonly Try[]): string {
  return `first call ${figures(all.map(({ firstMs }) => firstMs))}, last ${figures(all.map(({ lastMs }) => lastMs))}`;
}

function figures(values: readonly number[]): string {
  return `${median(values).toFixed(0)} ms (worst ${Math.max(...values).toFixed(0)})`;
}
