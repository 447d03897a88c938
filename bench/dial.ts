/**
 * Calls per second and CPU time per call of the worker against two workers without a ledger, in
 * turn:
 *
 *   npm run bench -- dial [--calls 20000] [--concurrency 50] [--rounds 3] [--latency 0]
 *
 * Every run has a fresh Redis that syncs every write to disk, a fresh simulator, and a process of
 * its own, with the queue filled beforehand. The first tenth of the calls warms up and is not
 * counted. Afterwards each runs once more for its CPU profile, which is kept in bench/profiles.
 */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { profilingInto, readProfile } from './src/cpu-profile.ts';
import { type DialingFigures, measureDialing } from './src/dialing-run.ts';
import { MeasuredProcess } from './src/measured-process.ts';
import { judge, median, numbersFrom, print, printMachine } from './src/report.ts';
import { type Libby, type RedisStage, workerEnvironment } from './src/stage.ts';
import { CAMPAIGN_ID } from './src/workload.ts';

const CONTESTANTS = ['ours', 'naive', 'bare'] as const;
type Contestant = (typeof CONTESTANTS)[number];

type Figures = Omit<DialingFigures, 'bytesPerQueuedCall'>;

const PROFILES = join(import.meta.dirname, 'profiles');
const PACKAGES_SHOWN = 12;
const GOALS = { naive: 1.5, bare: 0.8 };

const settings = numbersFrom({ calls: 20_000, concurrency: 50, rounds: 3, latency: 0 });
const runs: Record<Contestant, Figures[]> = { ours: [], naive: [], bare: [] };

await printMachine();
print(`${settings.calls} calls, ${settings.concurrency} at once, ${settings.rounds} rounds\n`);
for (let round = 0; round < settings.rounds; round += 1) {
  for (const contestant of CONTESTANTS) {
    const figures = await run(contestant);
    runs[contestant].push(figures);
    print(`round ${round + 1}  ${line(contestant, figures)}`);
  }
}
print();
const [ours, naive, bare] = CONTESTANTS.map((contestant) => medians(runs[contestant])) as [
  Figures,
  Figures,
  Figures,
];
print(`median   ${line('ours', ours)}`);
print(`median   ${line('naive', naive)}`);
print(`median   ${line('bare', bare)}\n`);
judgeAgainst('naive', naive);
judgeAgainst('bare', bare);
await mkdir(PROFILES, { recursive: true });
for (const contestant of CONTESTANTS) await keepProfile(contestant);

async function run(contestant: Contestant, nodeOptions: readonly string[] = []): Promise<Figures> {
  const { calls, latency } = settings;
  return measureDialing({
    calls,
    latencyMs: latency,
    start: async (redis, libby) => [await start(contestant, redis, libby, nodeOptions)],
  });
}

/** Profiling slows it down: nothing else of this run is told. */
async function keepProfile(contestant: Contestant): Promise<void> {
  const name = `${contestant}.cpuprofile`;
  await run(contestant, profilingInto(PROFILES, name));
  const file = join(PROFILES, name);
  const { packages } = await readProfile(file);
  print(`\n${contestant}: own time per call, microseconds, start included (${file})`);
  for (const { name: by, selfMs } of packages.slice(0, PACKAGES_SHOWN))
    print(`${((1000 * selfMs) / settings.calls).toFixed(1).padStart(8)}  ${by}`);
}

function start(
  contestant: Contestant,
  redis: RedisStage,
  libby: Libby,
  nodeOptions: readonly string[],
): Promise<MeasuredProcess> {
  const { concurrency } = settings;
  if (contestant === 'ours') {
    const env = workerEnvironment(redis, libby, concurrency);
    return MeasuredProcess.start('dist/worker.js', [], { env, nodeOptions });
  }
  const queue = {
    redisUrl: redis.server.url,
    prefix: redis.keys.queues,
    queue: CAMPAIGN_ID,
    concurrency,
  };
  const told = JSON.stringify({ ...queue, ...libby });
  return MeasuredProcess.start(`bench/contestants/${contestant}.ts`, [told], { nodeOptions });
}

function medians(figures: readonly Figures[]): Figures {
  return {
    callsPerSecond: median(figures.map(({ callsPerSecond }) => callsPerSecond)),
    cpuMsPerCall: median(figures.map(({ cpuMsPerCall }) => cpuMsPerCall)),
    redisCpuMsPerCall: median(figures.map(({ redisCpuMsPerCall }) => redisCpuMsPerCall)),
  };
}

function line(
  contestant: Contestant,
  { callsPerSecond, cpuMsPerCall, redisCpuMsPerCall }: Figures,
): string {
  const perSecond = callsPerSecond.toFixed(0).padStart(6);
  return `${contestant.padEnd(5)} ${perSecond} calls/s, CPU per call ${cpuMsPerCall.toFixed(3)} ms, of Redis ${redisCpuMsPerCall.toFixed(3)} ms`;
}

function judgeAgainst(rival: 'naive' | 'bare', figures: Figures): void {
  const ratio = ours.callsPerSecond / figures.callsPerSecond;
  const cpu = figures.cpuMsPerCall / ours.cpuMsPerCall;
  const goal = GOALS[rival];
  judge(
    `ours : ${rival} = ${ratio.toFixed(2)} (goal ${goal}), by CPU time ${cpu.toFixed(2)}`,
    ratio >= goal,
  );
}
