/**
 * How long a worker takes from being started to its first call:
 *
 *   npm run bench -- start [--rounds 7]
 *
 * With its files in the disk cache and, as `bin/worker` does it, Node's cache of compiled code;
 * without that one is measured as well. The campaign is loaded beforehand, the access token is not
 * there yet.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eventually } from '@libby-dialer/testkit';
import { MeasuredProcess } from './src/measured-process.ts';
import { judge, median, numbersFrom, print, printMachine } from './src/report.ts';
import { RedisStage, SimulatorStage, workerEnvironment } from './src/stage.ts';

const GOAL_MS = 1500;
const CONCURRENCY = 50;

const settings = numbersFrom({ rounds: 7 });

await printMachine();
const cache = await mkdtemp(join(tmpdir(), 'bench-compiled-'));
try {
  await round({ NODE_COMPILE_CACHE: cache });
  const uncached: Start[] = [];
  const cached: Start[] = [];
  for (let count = 0; count < settings.rounds; count += 1) {
    uncached.push(await round({ NODE_COMPILE_CACHE: '' }));
    cached.push(await round({ NODE_COMPILE_CACHE: cache }));
  }
  print(`nothing compiled   ${line(uncached)}`);
  print(`compiled before    ${line(cached)}`);
  const firstCallMs = median(cached.map((start) => start.firstCallMs));
  judge(
    `first call ${firstCallMs.toFixed(0)} ms after the start (goal: under ${GOAL_MS} ms)`,
    firstCallMs < GOAL_MS,
  );
} finally {
  await rm(cache, { recursive: true });
}

interface Start {
  readonly firstCallMs: number;
  /** What the process had used when its first call had arrived. */
  readonly cpuMs: number;
}

async function round(env: Record<string, string>): Promise<Start> {
  await using redis = await RedisStage.open();
  await using simulator = await SimulatorStage.open();
  await redis.putCampaign();
  await redis.load(1);
  const startedAt = Date.now();
  await using worker = await MeasuredProcess.start('dist/worker.js', [], {
    env: { ...workerEnvironment(redis, simulator.libby, CONCURRENCY), ...env },
  });
  await eventually(async () => (await simulator.stats()).taken > 0, {
    timeoutMs: 30_000,
    intervalMs: 20,
  });
  const { cpuMs } = await worker.usage();
  const [arrivedAt = Number.NaN] = await simulator.arrivals();
  await worker.stop();
  return { firstCallMs: arrivedAt - startedAt, cpuMs };
}

function line(starts: readonly Start[]): string {
  const wallMs = median(starts.map(({ firstCallMs }) => firstCallMs));
  const cpuMs = median(starts.map(({ cpuMs }) => cpuMs));
  return `${wallMs.toFixed(0).padStart(5)} ms to the first call, ${cpuMs.toFixed(0)} ms of CPU time`;
}
