/**
 * Where the worker's CPU time goes while it dials:
 *
 *   npm run bench -- profile [--calls 20000] [--concurrency 50] [--latency 0]
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eventually } from '@libby-dialer/testkit';
import { profilingInto, readProfile, type Share } from './src/cpu-profile.ts';
import { MeasuredProcess } from './src/measured-process.ts';
import { numbersFrom, print, printMachine } from './src/report.ts';
import { RedisStage, SimulatorStage, workerEnvironment } from './src/stage.ts';

const PROFILE = 'worker.cpuprofile';
const LONGEST_RUN_MS = 300_000;
const PACKAGES_SHOWN = 25;
const FUNCTIONS_SHOWN = 60;

const settings = numbersFrom({ calls: 20_000, concurrency: 50, latency: 0 });

await printMachine();
await using redis = await RedisStage.open();
await using simulator = await SimulatorStage.open(settings.latency);
await redis.putCampaign();
await redis.load(settings.calls);
await redis.client.config('RESETSTAT');
const folder = await mkdtemp(join(tmpdir(), 'bench-profile-'));
try {
  await using worker = await MeasuredProcess.start('dist/worker.js', [], {
    env: workerEnvironment(redis, simulator.libby, settings.concurrency),
    nodeOptions: profilingInto(folder, PROFILE),
  });
  await eventually(async () => (await simulator.stats()).taken >= settings.calls, {
    timeoutMs: LONGEST_RUN_MS,
    intervalMs: 50,
  });
  await printCommands();
  await worker.stop();
  const { packages, functions } = await readProfile(join(folder, PROFILE));
  show('packages', packages.slice(0, PACKAGES_SHOWN));
  show('functions', functions.slice(0, FUNCTIONS_SHOWN));
} finally {
  await rm(folder, { recursive: true });
}

function show(title: string, shares: readonly Share[]): void {
  print(`\nOwn time per call by ${title}, microseconds`);
  for (const { name, selfMs } of shares)
    print(`${((1000 * selfMs) / settings.calls).toFixed(1).padStart(8)}  ${name}`);
}

/** Redis's own view: commands run from scripts are counted and timed on their own as well. */
async function printCommands(): Promise<void> {
  const lines = (await redis.client.info('commandstats')).split('\r\n');
  print('\nRedis commands per call: count, microseconds');
  for (const text of lines) {
    const [, name, calls, usec] = /^cmdstat_([^:]+):calls=(\d+),usec=(\d+)/.exec(text) ?? [];
    const perCall = Number(calls) / settings.calls;
    if (perCall < 0.01) continue;
    if (name !== undefined)
      print(
        `${perCall.toFixed(2).padStart(8)}  ${(Number(usec) / settings.calls).toFixed(1).padStart(7)}  ${name}`,
      );
  }
}
