import { cpus, release, totalmem } from 'node:os';
import { version } from 'node:process';
import { parseArgs } from 'node:util';
import { runProcess } from '@libby-dialer/testkit';

/** Whole numbers given as `--name N`, with defaults for those left out. */
export function numbersFrom<Name extends string>(
  defaults: Record<Name, number>,
): Record<Name, number> {
  const options = Object.fromEntries(
    Object.keys(defaults).map((name) => [name, { type: 'string' as const }]),
  );
  const { values } = parseArgs({ options, strict: true });
  const given = Object.entries(values).map(
    ([name, text]) => [name, wholeNumber(name, String(text))] as const,
  );
  return { ...defaults, ...Object.fromEntries(given) };
}

function wholeNumber(name: string, text: string): number {
  if (!/^\d+$/.test(text)) throw new Error(`--${name} must be a whole number`);
  return Number(text);
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = (sorted.length - 1) / 2;
  return (
    ((sorted[Math.floor(middle)] ?? Number.NaN) + (sorted[Math.ceil(middle)] ?? Number.NaN)) / 2
  );
}

export function print(line = ''): void {
  process.stdout.write(`${line}\n`);
}

/** What was measured on: a figure without it says little. */
export async function printMachine(): Promise<void> {
  const { stdout } = await runProcess('redis-server', ['--version']);
  const redis = /v=(\S+)/.exec(stdout)?.[1] ?? 'unknown';
  const [cpu] = cpus();
  const memoryGb = Math.round(totalmem() / 2 ** 30);
  print(
    `${cpu?.model ?? 'CPU'}, ${cpus().length} cores, ${memoryGb} GB, Linux ${release()}, Node ${version}, Redis ${redis}`,
  );
}

/** Goals are told with the figures: a bench that misses one says so and fails. */
export function judge(what: string, isMet: boolean): void {
  print(`${isMet ? 'met   ' : 'MISSED'}  ${what}`);
  if (!isMet) process.exitCode = 1;
}
