/**
 * Every call exactly once: three workers, one queue.
 *
 *   npm run bench -- exact [--calls 10000] [--workers 3]
 */
import { eventually } from '@libby-dialer/testkit';
import { MeasuredProcess } from './src/measured-process.ts';
import { judge, numbersFrom, print, printMachine } from './src/report.ts';
import { RedisStage, SimulatorStage, workerEnvironment } from './src/stage.ts';
import { CAMPAIGN_ID } from './src/workload.ts';

const LONGEST_RUN_MS = 300_000;
const CONCURRENCY = 50;

const settings = numbersFrom({ calls: 10_000, workers: 3 });

await printMachine();
await using redis = await RedisStage.open();
await using simulator = await SimulatorStage.open();
await redis.putCampaign();
await redis.load(settings.calls);
const environment = workerEnvironment(redis, simulator.libby, CONCURRENCY);
await using workers = new AsyncDisposableStack();
const started = Date.now();
const crew = await Promise.all(
  Array.from({ length: settings.workers }, () =>
    MeasuredProcess.start('dist/worker.js', [], { env: environment }),
  ),
);
for (const worker of crew) workers.use(worker);
const { state } = redis.keys.campaign(CAMPAIGN_ID);
await eventually(
  async () => Number(await redis.client.hget(state, 'outcome:accepted')) >= settings.calls,
  {
    timeoutMs: LONGEST_RUN_MS,
    intervalMs: 50,
  },
);
const lastedMs = Date.now() - started;
await Promise.all(crew.map((worker) => worker.stop()));

const { requests, taken, numbersTakenAgain, tokenGrants } = await simulator.stats();
const called = new Set<string>();
let results = 0;
for await (const { callId } of redis.queue.results.read(CAMPAIGN_ID)) {
  results += 1;
  called.add(callId);
}
print(
  `${settings.calls} calls by ${settings.workers} workers in ${(lastedMs / 1000).toFixed(1)} s, their start included`,
);
judge(
  `${requests} requests, ${taken} calls taken`,
  requests === settings.calls && taken === settings.calls,
);
judge(`${numbersTakenAgain} numbers rung again`, numbersTakenAgain === 0);
judge(
  `${results} results of ${called.size} calls`,
  results === settings.calls && called.size === settings.calls,
);
judge(`${tokenGrants} token grant`, tokenGrants === 1);
