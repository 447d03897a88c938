/**
 * How far one Redis goes, and that a second one with its own prefix and workers doubles it:
 *
 *   npm run bench -- servers [--calls 20000] [--concurrency 200] [--latency 20]
 *     [--rounds 3]
 *
 * Redis runs scripts on one core, so its CPU time for each call is what one server can do at most.
 * Two servers, with a queue and workers each, dial side by side: if neither takes more CPU time for
 * a call than the one alone, two cores for them do twice as much. On a machine with fewer cores
 * than processes that is all that can be shown; calls per second are printed beside it.
 */
import { type DialingFigures, measureDialing, ourWorkers } from './src/dialing-run.ts';
import { judge, median, numbersFrom, print, printMachine } from './src/report.ts';

/** Of what one server can do: twice as much, less what measuring on few cores costs. */
const GOAL_FACTOR = 1.8;
const GIGABYTE = 2 ** 30;

const settings = numbersFrom({ calls: 20_000, concurrency: 200, latency: 20, rounds: 3 });
const rounds: { alone: DialingFigures; north: DialingFigures; south: DialingFigures }[] = [];

await printMachine();
print(`${settings.calls} calls on each server, ${settings.concurrency} at once in its worker\n`);
for (let round = 0; round < settings.rounds; round += 1) {
  const alone = await measure('{alone}');
  const [north, south] = await Promise.all([measure('{north}'), measure('{south}')]);
  rounds.push({ alone, north, south });
  show('one server', alone);
  show('first of two', north);
  show('second of two', south);
}
const factor = median(
  rounds.map(({ alone, north, south }) => (ceilingOf(north) + ceilingOf(south)) / ceilingOf(alone)),
);
const { bytesPerQueuedCall } = rounds[0]?.alone ?? { bytesPerQueuedCall: Number.NaN };
print(
  `\n${bytesPerQueuedCall.toFixed(0)} bytes per queued call: ${(GIGABYTE / bytesPerQueuedCall / 1e6).toFixed(1)} million in a gigabyte`,
);
judge(
  `two servers can do ${factor.toFixed(2)} times what one can (goal: ${GOAL_FACTOR})`,
  factor >= GOAL_FACTOR,
);

function measure(prefix: string): Promise<DialingFigures> {
  const { calls, latency, concurrency } = settings;
  return measureDialing({ calls, latencyMs: latency, prefix, start: ourWorkers(1, concurrency) });
}

/** Calls a second that the server can do, with a core of its own. */
function ceilingOf({ redisCpuMsPerCall }: DialingFigures): number {
  return 1000 / redisCpuMsPerCall;
}

function show(name: string, figures: DialingFigures): void {
  const { callsPerSecond, cpuMsPerCall, redisCpuMsPerCall } = figures;
  const perSecond = `${callsPerSecond.toFixed(0).padStart(5)} calls/s`;
  const most = `${ceilingOf(figures).toFixed(0).padStart(5)} by the server's CPU time`;
  print(
    `${name.padEnd(13)}  ${perSecond}, ${most}  (${redisCpuMsPerCall.toFixed(3)} ms per call, the worker's ${cpuMsPerCall.toFixed(3)} ms)`,
  );
}
