/**
 * How many Redis scripts an accepted call costs, from being queued to being settled and gone:
 *
 *   node bench/scripts.ts [--calls 1000]
 */
import { eventually } from '@libby-dialer/testkit';
import { MeasuredProcess } from './src/measured-process.ts';
import { judge, numbersFrom, print, printMachine } from './src/report.ts';
import { RedisStage, SimulatorStage, workerEnvironment } from './src/stage.ts';
import { CAMPAIGN_ID } from './src/workload.ts';

const GOAL_SCRIPTS = 4;
const CONCURRENCY = 50;

const settings = numbersFrom({ calls: 1000 });

await printMachine();
await using redis = await RedisStage.open();
await using simulator = await SimulatorStage.open();
await redis.putCampaign();
await redis.client.config('RESETSTAT');
await redis.load(settings.calls);
const queueing = await scripts();
await using worker = await MeasuredProcess.start('apps/worker/src/main.ts', [], {
  env: workerEnvironment(redis, simulator.libby, CONCURRENCY),
});
const { state } = redis.keys.campaign(CAMPAIGN_ID);
const accepted = async () => Number(await redis.client.hget(state, 'outcome:accepted'));
await eventually(async () => (await accepted()) === settings.calls, { timeoutMs: 60_000 });
await worker.stop();
const all = await scripts();
print(`to queue ${perCall(queueing)}, to dial and settle ${perCall(all - queueing)}`);
judge(
  `${perCall(all)} scripts per accepted call (goal: at most ${GOAL_SCRIPTS})`,
  all / settings.calls <= GOAL_SCRIPTS,
);

async function scripts(): Promise<number> {
  const text = await redis.client.info('commandstats');
  const counts = [...text.matchAll(/^cmdstat_(?:eval|evalsha):calls=(\d+)/gm)].map(([, count]) => Number(count));
  return counts.reduce((sum, count) => sum + count, 0);
}

function perCall(count: number): string {
  return (count / settings.calls).toFixed(3);
}
