/**
 * How many Redis scripts an accepted call costs, from being queued to being settled and gone, and
 * how many go into a start (fetches that find nothing, scripts sent in full the first time):
 *
 *   npm run bench -- scripts [--calls 1000]
 */
import { eventually } from '@libby-dialer/testkit';
import { MeasuredProcess } from './src/measured-process.ts';
import { judge, numbersFrom, print, printMachine } from './src/report.ts';
import { RedisStage, SimulatorStage, workerEnvironment } from './src/stage.ts';
import { CAMPAIGN_ID } from './src/workload.ts';

const GOAL_SCRIPTS = 2.5;
const CONCURRENCY = 50;

const settings = numbersFrom({ calls: 1000 });

await printMachine();
const few = await scripts(settings.calls);
const many = await scripts(2 * settings.calls);
const perCall = (many - few) / settings.calls;
print(
  `${few} for ${settings.calls} calls, ${many} for ${2 * settings.calls}: ${(few - perCall * settings.calls).toFixed(0)} for the start`,
);
// One more for each batch of rows, and one every two seconds: they go under in the rounding.
judge(
  `${perCall.toFixed(3)} scripts per accepted call (goal: ${GOAL_SCRIPTS})`,
  Math.round(10 * perCall) <= 10 * GOAL_SCRIPTS,
);

async function scripts(calls: number): Promise<number> {
  await using redis = await RedisStage.open();
  await using simulator = await SimulatorStage.open();
  await redis.putCampaign();
  await redis.client.config('RESETSTAT');
  await redis.load(calls);
  await using worker = await MeasuredProcess.start('dist/worker.js', [], {
    env: workerEnvironment(redis, simulator.libby, CONCURRENCY),
  });
  const { state } = redis.keys.campaign(CAMPAIGN_ID);
  await eventually(
    async () => Number(await redis.client.hget(state, 'outcome:accepted')) === calls,
    {
      timeoutMs: 60_000,
    },
  );
  await worker.stop();
  const text = await redis.client.info('commandstats');
  const counts = [...text.matchAll(/^cmdstat_(?:eval|evalsha):calls=(\d+)/gm)].map(([, count]) =>
    Number(count),
  );
  return counts.reduce((sum, count) => sum + count, 0);
}
