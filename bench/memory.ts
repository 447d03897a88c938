/**
 * What a waiting call costs Redis:
 *
 *   npm run bench -- memory [--calls 100000]
 *
 * Eight columns a row, a script of one kilobyte in the campaign; the allocator's view
 * (`used_memory`), AOF buffers left out.
 */
import { judge, numbersFrom, print, printMachine } from './src/report.ts';
import { RedisStage } from './src/stage.ts';
import { queuedCall } from './src/workload.ts';

const GOAL_BYTES = 850;

const settings = numbersFrom({ calls: 100_000 });

await printMachine();
await using redis = await RedisStage.open();
const perCall = await redis.fill(1000 + settings.calls);
print(
  `${settings.calls} calls of ${JSON.stringify(queuedCall(0, ['+15055550100'])).length} bytes of data each`,
);
judge(
  `${perCall.toFixed(0)} bytes of Redis memory per waiting call (goal: under ${GOAL_BYTES})`,
  perCall < GOAL_BYTES,
);
