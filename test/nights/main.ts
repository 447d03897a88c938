/**
 * `npm run nights`: simulated nights and entries of the inbox while daemons are killed.
 */
import { parseArgs } from 'node:util';
import { runNights } from './night-run.ts';

const HELP = `Usage: npm run nights -- [options]

  --nights N     nights of the schedule, three seconds each (default 200)
  --entries N    entries of the inbox, over four producers (default 100000)
  --seed SEED    when which daemon dies (default 1)
`;

const OPTIONS = {
  nights: { type: 'string', default: '200' },
  entries: { type: 'string', default: '100000' },
  seed: { type: 'string', default: '1' },
  help: { type: 'boolean' },
} as const;

/** Without it `--nights x` would be no night at all, and so no violation. */
function positive(name: string, value: string): number {
  const number = Number(value);
  if (!(Number.isSafeInteger(number) && number > 0))
    throw new RangeError(`--${name} must be a whole number above 0, not ${value}`);
  return number;
}

const { values } = parseArgs({ options: OPTIONS });
if (values.help) {
  process.stdout.write(HELP);
} else {
  const { violations, ...report } = await runNights({
    seed: positive('seed', values.seed),
    nights: positive('nights', values.nights),
    entries: positive('entries', values.entries),
    producers: 4,
    daemons: 3,
    workers: 2,
  });
  process.stdout.write(`${JSON.stringify(report, null, 2)}\n${violations.length} violations\n`);
  for (const violation of violations.slice(0, 100)) process.stdout.write(`  ${violation}\n`);
  process.exitCode = violations.length > 0 ? 1 : 0;
}
