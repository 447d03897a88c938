/**
 * `npm run chaos`: runs of many seeds until the time is out, one seed again, or the controls again
 * and again.
 */
import { parseArgs } from 'node:util';
import { findLibfaketime } from '@libby-dialer/testkit';
import { Copies } from './mistakes/mutant.ts';
import { CONTROLS } from './mistakes/mutants.ts';
import { type RunReport, runPlan } from './random/chaos-run.ts';
import { planFor, quietPlan } from './random/plan.ts';
import { Tally } from './random/tally.ts';

const HELP = `Usage: npm run chaos -- [options]

  --minutes N    run seed after seed for so long (default 5)
  --from SEED    the first of them (default: the clock's)
  --at-once N    runs at the same time (default 2)
  --seed SEED    this one run again; 0 is a run without faults
  --calls N      calls in each run (default 500)
  --controls N   every control so many times: each must be caught every time
  --only TEXT    of the controls those whose name holds this, or that have this scenario
`;

const OPTIONS = {
  minutes: { type: 'string', default: '5' },
  from: { type: 'string', default: String(Math.floor(Date.now() / 1000)) },
  'at-once': { type: 'string', default: '2' },
  seed: { type: 'string' },
  calls: { type: 'string', default: '500' },
  controls: { type: 'string' },
  only: { type: 'string', default: '' },
  help: { type: 'boolean' },
} as const;

async function runOne(seed: number, calls: number): Promise<RunReport> {
  const report = await runPlan(seed === 0 ? quietPlan(seed, calls) : planFor(seed, calls));
  const { lastedMs, outcomes, crew, violations, logs } = report;
  const seconds = (lastedMs / 1000).toFixed(0).padStart(3);
  const counts = Object.entries(outcomes).map(([name, count]) => `${name} ${count}`);
  say(
    `seed ${seed}: ${seconds} s, ${crew.kills} kills, ${counts.join(', ')}; ${violations.length} violations`,
  );
  for (const violation of violations) say(`  ${violation}`);
  if (logs !== undefined)
    say(`  its logs: ${logs}; again: npm run chaos -- --seed ${seed} --calls ${calls}`);
  return report;
}

/** Every seed is a run of its own; as many as allowed at once, until the time is out. */
async function runSeeds(
  from: number,
  calls: number,
  atOnce: number,
  minutes: number,
): Promise<Tally> {
  const tally = new Tally();
  const until = Date.now() + minutes * 60_000;
  let next = from;
  await inParallel(atOnce, async () => {
    while (Date.now() < until) {
      const seed = next++;
      // A run that cannot even begin is a finding too, and must not take what the others showed
      // with it.
      await runOne(seed, calls).then(
        (report) => tally.add(report),
        (error: unknown) => {
          tally.violations.push(`seed ${seed}: there was no run: ${String(error)}`);
          say(tally.violations.at(-1) ?? '');
        },
      );
    }
  });
  return tally;
}

/** Returns how many were not caught. */
async function runControls(times: number, atOnce: number, only: string): Promise<number> {
  let missed = 0;
  const chosen = Object.entries(CONTROLS).filter(([name, { scenario }]) =>
    `${name} ${scenario.name}`.includes(only),
  );
  if (chosen.length === 0) throw new RangeError(`--only must name a control, not ${only}`);
  await using copies = new Copies();
  for (const [name, { scenario, mutations, setsClock }] of chosen) {
    if (setsClock && findLibfaketime() === undefined) {
      say(`${name}: left out, it needs libfaketime (Debian: apt-get install faketime)`);
      continue;
    }
    await using mutant = await copies.mutant(mutations);
    let [begun, caught] = [0, 0];
    await inParallel(atOnce, async () => {
      while (begun++ < times) if ((await scenario(mutant.root)).length > 0) caught += 1;
    });
    say(`${name}: caught ${caught} of ${times} times`);
    missed += times - caught;
  }
  return missed;
}

async function inParallel(width: number, run: () => Promise<void>): Promise<void> {
  await Promise.all(Array.from({ length: width }, run));
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

/** Without it `--minutes x` would be no run at all, and so no violation. */
function positive(name: string, value: string): number {
  const number = Number(value);
  if (!(number > 0)) throw new RangeError(`--${name} must be a number above 0, not ${value}`);
  return number;
}

const { values } = parseArgs({ options: OPTIONS });
const calls = positive('calls', values.calls);
const minutes = positive('minutes', values.minutes);
const atOnce = positive('at-once', values['at-once']);
const from = positive('from', values.from);
let failures: number;
if (values.help) {
  say(HELP);
  failures = 0;
} else if (values.controls !== undefined) {
  failures = await runControls(positive('controls', values.controls), atOnce, values.only);
} else if (values.seed !== undefined) {
  const seed = values.seed === '0' ? 0 : positive('seed', values.seed);
  failures = (await runOne(seed, calls)).violations.length;
} else {
  const tally = await runSeeds(from, calls, atOnce, minutes);
  say(`\n${tally.toMarkdown()}`);
  failures = tally.violations.length;
}
// Nothing is left to do, but Node's own clean-up may wait for ever for the end of a write on a
// connection that was cut.
process.exit(failures > 0 ? 1 : 0);
