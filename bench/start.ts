/**
 * How long a worker takes from being started to its first call:
 *
 *   node bench/start.ts [--rounds 7]
 *
 * With its files in the disk cache; the campaign is loaded beforehand, the access token is not.
 */
import { eventually } from '@libby-dialer/testkit';
import { MeasuredProcess } from './src/measured-process.ts';
import { judge, median, numbersFrom, print, printMachine } from './src/report.ts';
import { RedisStage, SimulatorStage, workerEnvironment } from './src/stage.ts';

const GOAL_MS = 1500;
const CALLS = 100;
const CONCURRENCY = 50;

const settings = numbersFrom({ rounds: 7 });

await printMachine();
const startsMs: number[] = [];
const cpusMs: number[] = [];
await round();
for (let count = 0; count < settings.rounds; count += 1) {
  const { startMs, cpuMs } = await round();
  startsMs.push(startMs);
  cpusMs.push(cpuMs);
}
print(`each ${startsMs.map((ms) => ms.toFixed(0)).join(', ')} ms; CPU time ${median(cpusMs).toFixed(0)} ms`);
const startMs = median(startsMs);
judge(`first call ${startMs.toFixed(0)} ms after the start (goal: under ${GOAL_MS} ms)`, startMs < GOAL_MS);

async function round(): Promise<{ startMs: number; cpuMs: number }> {
  await using redis = await RedisStage.open();
  await using simulator = await SimulatorStage.open();
  await redis.putCampaign();
  await redis.load(CALLS);
  const startedAt = Date.now();
  await using worker = await MeasuredProcess.start('apps/worker/src/main.ts', [], {
    env: workerEnvironment(redis, simulator.libby, CONCURRENCY),
  });
  const first = await eventually(async () => (await simulator.stats()).taken > 0, { timeoutMs: 30_000, intervalMs: 20 })
    .then(() => simulator.arrivals())
    .then(([atMs]) => atMs ?? Number.NaN);
  const { cpuMs } = await worker.usage();
  await worker.stop();
  return { startMs: first - startedAt, cpuMs };
}
