import { eventually } from '@libby-dialer/testkit';
import { MeasuredProcess, type Usage } from './measured-process.ts';
import { type Libby, RedisStage, SimulatorStage, workerEnvironment } from './stage.ts';

export interface DialingRun {
  readonly calls: number;
  /** Of each answer of the provider. */
  readonly latencyMs: number;
  readonly prefix?: string;
  /** Starts what dials. */
  readonly start: (redis: RedisStage, libby: Libby) => Promise<readonly MeasuredProcess[]>;
}

export interface DialingFigures {
  /** By the simulator's clock, from the first counted call to the last. */
  readonly callsPerSecond: number;
  /** Of all workers together. */
  readonly cpuMsPerCall: number;
  readonly redisCpuMsPerCall: number;
  /** What a call took in Redis before anything was dialed. */
  readonly bytesPerQueuedCall: number;
}

const WARM_UP_SHARE = 0.1;
const LONGEST_RUN_MS = 600_000;

/**
 * Dials a queue to its end: a fresh Redis that syncs every write to disk, a fresh simulator, and
 * the queue filled beforehand. The first tenth of the calls warms up and is not counted.
 */
export async function measureDialing({
  calls,
  latencyMs,
  prefix,
  start,
}: DialingRun): Promise<DialingFigures> {
  await using redis = await RedisStage.open(prefix);
  await using simulator = await SimulatorStage.open(latencyMs);
  const bytesPerQueuedCall = await redis.fill(calls);
  await using running = new AsyncDisposableStack();
  const workers = await start(redis, simulator.libby);
  for (const worker of workers) running.use(worker);
  await reached(simulator, workers, calls * WARM_UP_SHARE);
  const [begin, redisBegin] = await Promise.all([usageOf(workers), redis.cpuMs()]);
  await reached(simulator, workers, calls);
  const [end, redisEnd] = await Promise.all([usageOf(workers), redis.cpuMs()]);
  await Promise.all(workers.map((worker) => worker.stop()));
  const { numbersTakenAgain } = await simulator.stats();
  if (numbersTakenAgain > 0) throw new Error(`${numbersTakenAgain} phones rang twice`);
  const counted = (await simulator.arrivals()).filter((atMs) => atMs > begin.atMs);
  const lastedMs = (counted.at(-1) ?? 0) - (counted[0] ?? 0);
  return {
    callsPerSecond: (1000 * (counted.length - 1)) / lastedMs,
    cpuMsPerCall: (end.cpuMs - begin.cpuMs) / counted.length,
    redisCpuMsPerCall: (redisEnd - redisBegin) / counted.length,
    bytesPerQueuedCall,
  };
}

/** Starts workers as we have them, each a process, with so many calls in flight in each. */
export function ourWorkers(count: number, concurrency: number): DialingRun['start'] {
  return (redis, libby) => {
    const env = workerEnvironment(redis, libby, concurrency);
    return Promise.all(
      Array.from({ length: count }, () => MeasuredProcess.start('dist/worker.js', [], { env })),
    );
  };
}

/** Of all together. */
async function usageOf(workers: readonly MeasuredProcess[]): Promise<Omit<Usage, 'maxRssMb'>> {
  const usages = await Promise.all(workers.map((worker) => worker.usage()));
  return {
    atMs: Math.max(...usages.map(({ atMs }) => atMs)),
    cpuMs: usages.reduce((sum, { cpuMs }) => sum + cpuMs, 0),
  };
}

/** Looks rarely: the simulator has calls to answer. */
async function reached(
  simulator: SimulatorStage,
  workers: readonly MeasuredProcess[],
  calls: number,
): Promise<void> {
  const ended = workers.map(async ({ exited, complaints }) => {
    await exited;
    throw new Error(`a worker has ended:\n${complaints.slice(-20).join('\n')}`);
  });
  const arrived = eventually(async () => (await simulator.stats()).taken >= calls, {
    timeoutMs: LONGEST_RUN_MS,
    intervalMs: 50,
  });
  await Promise.race([arrived, ...ended]);
}
