/**
 * How fast the waiting calls of a canceled campaign end, and what another campaign notices of it:
 *
 *   npm run bench -- cancel [--waiting 1000000] [--workers 1] [--pace 50] [--seconds 20]
 *
 * The other one keeps to its pace before, while calls end, and in the same workers. How late its
 * calls come is told by their gaps at the provider. Redis's slow log tells the longest command.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { eventually } from '@libby-dialer/testkit';
import { MeasuredProcess } from './src/measured-process.ts';
import { judge, numbersFrom, print, printMachine } from './src/report.ts';
import { RedisStage, SimulatorStage, workerEnvironment } from './src/stage.ts';

const LATENCY_MS = 100;
const CONCURRENCY = 50;
const WARM_UP_MS = 5000;
const PATIENCE_MS = 1_800_000;
const GOAL_PER_SECOND = 10_000;
const LONGEST_COMMAND_MS = 5;
/** Longer than a call may come late by what a busy machine does to it anyway. */
const LATE_MS = 50;
const OTHER_LINE = '+15055550199';

const settings = numbersFrom({ waiting: 1_000_000, workers: 1, pace: 50, seconds: 20 });

interface Span {
  readonly from: number;
  readonly until: number;
}

await printMachine();
await using redis = await RedisStage.open();
await using simulator = await SimulatorStage.open(LATENCY_MS);
await redis.putCampaign({
  id: 'other',
  fromPhoneNumber: OTHER_LINE,
  pacing: { callsPerSecond: settings.pace },
});
await redis.load(settings.pace * 600, 'other');
await redis.putCampaign({ id: 'big' });
await redis.load(settings.waiting, 'big');
await redis.queue.control.apply('pause', 'big');
await using stack = new AsyncDisposableStack();
const env = workerEnvironment(redis, simulator.libby, CONCURRENCY);
const workers = await Promise.all(
  Array.from({ length: settings.workers }, () =>
    MeasuredProcess.start('dist/worker.js', [], { env }),
  ),
);
for (const worker of workers) stack.use(worker);
await eventually(async () => (await simulator.stats()).taken > 0, { timeoutMs: PATIENCE_MS });
await sleep(WARM_UP_MS);
const quiet = await during(() => sleep(1000 * settings.seconds));
await redis.client.config('SET', 'slowlog-log-slower-than', '1000');
await redis.client.config('SET', 'slowlog-max-len', '1024');
await redis.client.call('SLOWLOG', 'RESET');
const before = await usage();
const forksBefore = await redis.info('stats', 'total_forks');
const ending = await during(async () => {
  await redis.queue.control.apply('cancel', 'big');
  await eventually(hasEnded, { timeoutMs: PATIENCE_MS, intervalMs: 100 });
});
const after = await usage();
const slow = (await redis.client.call('SLOWLOG', 'GET', '1024')) as [
  number,
  number,
  number,
  string[],
][];
await Promise.all(workers.map((worker) => worker.stop()));
const arrivals = (await simulator.calls())
  .filter(({ fromPhoneNumber }) => fromPhoneNumber === OTHER_LINE)
  .map(({ atMs }) => atMs);

const forks = (await redis.info('stats', 'total_forks')) - forksBefore;
const forkMs = (await redis.info('stats', 'latest_fork_usec')) / 1000;
const seconds = (ending.until - ending.from) / 1000;
const rate = settings.waiting / seconds;
print(
  `\n${settings.waiting} calls ended in ${seconds.toFixed(1)} s by ${settings.workers} workers`,
);
print(
  `        CPU for each ${perCall(after.cpuMs - before.cpuMs)} us, of Redis ${perCall(after.redisMs - before.redisMs)} us`,
);
judge(`${rate.toFixed(0)} a second (goal: ${GOAL_PER_SECOND})`, rate >= GOAL_PER_SECOND);
const [longest] = slow.toSorted((one, other) => other[2] - one[2]);
const longestMs = (longest?.[2] ?? 0) / 1000;
judge(
  `longest command ${longestMs.toFixed(1)} ms, ${longest?.[3][0] ?? 'none'} (goal: ${LONGEST_COMMAND_MS} ms)`,
  longestMs <= LONGEST_COMMAND_MS,
);
// It rewrites its file of writes as that grows: nothing else is done while it forks.
print(`        Redis forked ${forks} times meanwhile, the last time for ${forkMs.toFixed(0)} ms`);
const alone = told('before', quiet);
const beside = told('while calls end', ending);
judge(
  `the other one’s calls come ${(beside - alone).toFixed(0)} ms later at worst (goal: ${LATE_MS} ms)`,
  beside - alone <= LATE_MS,
);

async function hasEnded(): Promise<boolean> {
  const status = await redis.queue.status.read('big');
  return status?.pending === 0 && status.outcomes.canceled === settings.waiting;
}

async function during(work: () => Promise<unknown>): Promise<Span> {
  const from = Date.now();
  await work();
  return { from, until: Date.now() };
}

async function usage(): Promise<{ cpuMs: number; redisMs: number }> {
  const used = await Promise.all(workers.map((worker) => worker.usage()));
  return { cpuMs: used.reduce((sum, { cpuMs }) => sum + cpuMs, 0), redisMs: await redis.cpuMs() };
}

function perCall(ms: number): string {
  return ((1000 * ms) / settings.waiting).toFixed(0);
}

/** Resolves to the longest gap between two of its calls. */
function told(when: string, { from, until }: Span): number {
  const within = arrivals.filter((atMs) => atMs >= from && atMs < until);
  const gaps = within.slice(1).map((atMs, index) => atMs - (within[index] ?? atMs));
  const sorted = gaps.toSorted((one, other) => one - other);
  const at = (share: number) => sorted[Math.floor(share * (sorted.length - 1))] ?? Number.NaN;
  const rate = (1000 * within.length) / (until - from);
  print(
    `${when.padEnd(16)} ${rate.toFixed(1)} of ${settings.pace} calls a second, gaps ${at(0.5).toFixed(0)} ms (99 %: ${at(0.99).toFixed(0)} ms, worst ${at(1).toFixed(0)} ms)`,
  );
  return at(1);
}
