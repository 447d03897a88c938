/**
 * Calls per second and CPU time per call by how long the API takes and how many workers there are:
 *
 *   npm run bench -- sweep [--calls 10000] [--concurrency 200]
 *
 * The API answers after 5, 20, 50 and 200 ms; 1, 2 and 4 workers share one queue, each with so many
 * calls in flight. Without a limit of the machine a worker would place its concurrency by the
 * answer's time. The first tenth of the calls is not counted.
 */
import { measureDialing, ourWorkers } from './src/dialing-run.ts';
import { numbersFrom, print, printMachine } from './src/report.ts';

const LATENCIES_MS = [5, 20, 50, 200];
const WORKERS = [1, 2, 4];

const settings = numbersFrom({ calls: 10_000, concurrency: 200 });

await printMachine();
print(`${settings.calls} calls, ${settings.concurrency} at once in each worker\n`);
print('answer   workers   possible   calls/s   CPU per call   of Redis');
for (const latencyMs of LATENCIES_MS)
  for (const workers of WORKERS) print(await measure(latencyMs, workers));

async function measure(latencyMs: number, workers: number): Promise<string> {
  const { calls, concurrency } = settings;
  const start = ourWorkers(workers, concurrency);
  const figures = await measureDialing({ calls, latencyMs, start });
  const possible = (1000 * workers * concurrency) / latencyMs;
  return [
    `${latencyMs} ms`.padStart(6),
    String(workers).padStart(10),
    possible.toFixed(0).padStart(11),
    figures.callsPerSecond.toFixed(0).padStart(10),
    `${figures.cpuMsPerCall.toFixed(3)} ms`.padStart(15),
    `${figures.redisCpuMsPerCall.toFixed(3)} ms`.padStart(11),
  ].join('');
}
