/**
 * How fast the daemon takes calls in that other services push, and how soon one that comes by
 * itself is on the wire:
 *
 *   npm run bench -- inbox [--entries 50000] [--rounds 3] [--tries 50]
 *
 * 1. One daemon empties a full inbox; the first tenth is not counted.
 * 2. With nothing else to do, one daemon and one worker: from the XADD to the request's arrival at
 *    the provider.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { CallProducer } from '@libby-dialer/call-producer';
import { eventually, fictionalNumbers } from '@libby-dialer/testkit';
import { MeasuredProcess } from './src/measured-process.ts';
import { judge, median, numbersFrom, print, printMachine } from './src/report.ts';
import { RedisStage, SimulatorStage, workerEnvironment } from './src/stage.ts';
import { benchHeadings, CAMPAIGN_ID, formValues, personName } from './src/workload.ts';

const GOALS = { entriesPerSecond: 5000, wireMs: 250 };
const LONGEST_RUN_MS = 300_000;
const WARM_UP = 0.1;
const LOOK_EVERY_MS = 10;
/** Long enough that workers sometimes take the campaign for finished in between. */
const LONGEST_PAUSE_MS = 3000;
const NUMBERS = fictionalNumbers();
/** There are fewer fictional numbers than calls. */
const CAMPAIGN = { dedupeBy: 'externalId' };

interface Intake {
  readonly entriesPerSecond: number;
  readonly cpuMsPerEntry: number;
  readonly redisCpuMsPerEntry: number;
  readonly peakMb: number;
}

const settings = numbersFrom({ entries: 50_000, rounds: 3, tries: 50 });

await printMachine();
if (settings.rounds > 0) await measureIntake();
if (settings.tries > 0) await measureWire();

async function measureIntake(): Promise<void> {
  const rounds: Intake[] = [];
  for (let round = 0; round < settings.rounds; round += 1) {
    rounds.push(await intake());
    print(`${settings.entries} entries  ${line(rounds.at(-1) as Intake)}`);
  }
  const rate = median(rounds.map(({ entriesPerSecond }) => entriesPerSecond));
  judge(
    `${rate.toFixed(0)} entries/s, the median (goal: at least ${GOALS.entriesPerSecond})`,
    rate >= GOALS.entriesPerSecond,
  );
}

async function intake(): Promise<Intake> {
  const { entries } = settings;
  await using redis = await RedisStage.open();
  await redis.putCampaign(CAMPAIGN);
  const producer = new CallProducer({ redis: redis.client, mostWaiting: entries + 1 });
  await producer.addMany(
    CAMPAIGN_ID,
    Array.from({ length: entries }, (_, row) => recordOf(row)),
  );
  const redisBefore = await redis.cpuMs();
  await using daemon = await startDaemon(redis);
  const begunAt = await whenLeft(redis, entries * (1 - WARM_UP));
  const endedAt = await whenLeft(redis, 0);
  const { cpuMs, maxRssMb } = await daemon.usage();
  const redisCpuMs = (await redis.cpuMs()) - redisBefore;
  const queued = await redis.client.llen(`${redis.keys.queue(CAMPAIGN_ID)}wait`);
  if (queued !== entries) throw new Error(`${queued} of ${entries} entries were queued`);
  return {
    entriesPerSecond: (1000 * begunAt.left) / (endedAt.atMs - begunAt.atMs),
    cpuMsPerEntry: cpuMs / entries,
    redisCpuMsPerEntry: redisCpuMs / entries,
    peakMb: maxRssMb,
  };
}

/** The first look at which no more than so many are left. */
async function whenLeft(redis: RedisStage, most: number): Promise<{ left: number; atMs: number }> {
  return await eventually(
    async () => {
      const left = await redis.client.xlen(redis.keys.inbox);
      return left <= most && { left, atMs: performance.now() };
    },
    { timeoutMs: LONGEST_RUN_MS, intervalMs: LOOK_EVERY_MS },
  );
}

async function measureWire(): Promise<void> {
  await using redis = await RedisStage.open();
  await using simulator = await SimulatorStage.open();
  await redis.putCampaign(CAMPAIGN);
  await using _daemon = await startDaemon(redis);
  await using _worker = await MeasuredProcess.start('dist/worker.js', [], {
    env: workerEnvironment(redis, simulator.libby, 50),
  });
  const producer = new CallProducer({ redis: redis.client });
  await oneCall(producer, simulator, 0);
  const waits: number[] = [];
  for (let row = 1; row <= settings.tries; row += 1) {
    await sleep(Math.random() * LONGEST_PAUSE_MS);
    waits.push(await oneCall(producer, simulator, row));
  }
  const [middle, worst] = [median(waits), Math.max(...waits)];
  print(
    `${settings.tries} calls, each by itself: ${middle.toFixed(0)} ms to the wire, ${worst.toFixed(0)} ms at worst`,
  );
  judge(`${worst.toFixed(0)} ms at worst (goal: within ${GOALS.wireMs} ms)`, worst <= GOALS.wireMs);
}

/** From the push to the arrival of the request, by the one clock of this machine. */
async function oneCall(
  producer: CallProducer,
  simulator: SimulatorStage,
  row: number,
): Promise<number> {
  const pushedAt = Date.now();
  await producer.add(CAMPAIGN_ID, recordOf(row));
  const arrivedAt = await eventually(async () => (await simulator.arrivals())[row] ?? false, {
    timeoutMs: 30_000,
  });
  return arrivedAt - pushedAt;
}

async function startDaemon(redis: RedisStage): Promise<MeasuredProcess> {
  return MeasuredProcess.start('dist/enqueuer.js', ['serve'], {
    env: {
      REDIS_URL: redis.server.url,
      DIALER_PREFIX: redis.keys.prefix,
      ENQUEUER_HTTP_PORT: '0',
      LOG_LEVEL: 'warn',
    },
  });
}

/** A record like the rows of the other benches, of some 350 bytes. */
function recordOf(row: number) {
  const values = formValues(row);
  return {
    toPhoneNumber: NUMBERS[row % NUMBERS.length] ?? '',
    name: personName(row),
    externalId: `order-${row}`,
    formInfo: benchHeadings().map((heading, index) => ({ [heading]: values[index] ?? '' })),
  };
}

function line({ entriesPerSecond, cpuMsPerEntry, redisCpuMsPerEntry, peakMb }: Intake): string {
  const cpu = `${(1000 * cpuMsPerEntry).toFixed(0)} us (start included), of Redis ${(1000 * redisCpuMsPerEntry).toFixed(0)} us`;
  return `${entriesPerSecond.toFixed(0).padStart(6)}/s, CPU per entry ${cpu}, ${peakMb.toFixed(0)} MB at most`;
}
