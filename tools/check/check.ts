/**
 * `npm test`: every check there is, the same here and in CI. The static ones run side by side, then
 * the tests, then chaos. With arguments, those go to Vitest and nothing else runs.
 */
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { dieOf, runInForeground, runQuietly } from '../processes.mjs';
import { TALLY_FILE, type Tally } from './tally-reporter.ts';

interface StepResult extends Tally {
  name: string;
  seconds: number;
}

/** A further static check is a further line. */
const staticChecks: Readonly<Record<string, readonly [program: string, ...args: string[]]>> = {
  format: ['biome', 'check', '.'],
  // With what the compiler says: to know the types is most of the work of both.
  'lint+types': ['oxlint', '--type-aware', '--type-check'],
  'dead code': ['knip'],
  generated: ['node', join(import.meta.dirname, '../generate.ts'), '--check'],
};

const CHAOS = 'test/chaos';

async function checkEverything(): Promise<StepResult[]> {
  const names = Object.keys(staticChecks);
  const results = await Promise.all(names.map((name) => runStaticCheck(name)));
  return [
    ...results,
    await runTests('tests', ['--exclude', `${CHAOS}/**`]),
    // Alone: dozens of processes at once would starve the others. Nine runs, which mostly wait.
    await runTests('chaos', [CHAOS, '--maxWorkers=3', '--maxConcurrency=3']),
  ];
}

async function runStaticCheck(name: string): Promise<StepResult> {
  const [program = '', ...args] = staticChecks[name] ?? [];
  const startedMs = performance.now();
  const { code, output } = await runQuietly(program, args);
  const passed = code === 0;
  return {
    name,
    seconds: secondsSince(startedMs),
    passed: Number(passed),
    failed: Number(!passed),
    skipped: 0,
    failures: passed ? [] : [`${[program, ...args].join(' ')}\n${output.trimEnd()}`],
  };
}

async function runTests(name: string, args: readonly string[]): Promise<StepResult> {
  const folder = mkdtempSync(join(tmpdir(), 'libby-dialer-tally-'));
  const file = join(folder, 'tally.json');
  const reporters = [
    // Only what fails, with what it has logged.
    '--reporter=minimal',
    `--reporter=${join(import.meta.dirname, 'tally-reporter.ts')}`,
  ];
  const startedMs = performance.now();
  try {
    const env = {
      ...process.env,
      [TALLY_FILE]: file,
      // Tests start programs by the hundred: each after the first starts at half the cost.
      NODE_COMPILE_CACHE: join(folder, 'compile-cache'),
    };
    const { code, signal } = await runInForeground('vitest', ['run', ...reporters, ...args], env);
    if (signal) dieOf(signal);
    return { name, seconds: secondsSince(startedMs), ...readTally(file, code === 0) };
  } finally {
    // A process on its way out may still be writing there.
    rmSync(folder, { recursive: true, maxRetries: 5 });
  }
}

/**
 * A run without a test proves nothing, and one that ends badly has failed whatever its numbers say.
 */
function readTally(file: string, endedWell: boolean): Tally {
  const tally: Tally = existsSync(file)
    ? JSON.parse(readFileSync(file, 'utf8'))
    : { passed: 0, failed: 0, skipped: 0, failures: [] };
  if (endedWell && tally.passed > 0) return tally;
  const failures = tally.failed > 0 ? tally.failures : ['The run ended badly, or without a test.'];
  return { ...tally, failed: Math.max(tally.failed, 1), failures };
}

/** What failed, and why, comes last: nobody has to look for it. */
function printSummary(results: readonly StepResult[]): void {
  for (const { name, seconds, passed, failed, skipped } of results) {
    const verdict = failed === 0 ? 'ok' : 'FAILED';
    const counts =
      passed + failed + skipped > 1 ? `${passed} passed, ${failed} failed, ${skipped} skipped` : '';
    console.log(
      `  ${name.padEnd(10)} ${seconds.toFixed(1).padStart(6)} s  ${verdict.padEnd(6)}  ${counts}`.trimEnd(),
    );
  }
  for (const { name, failures } of results)
    for (const failure of failures) console.log(`\n${name} FAILED: ${failure}`);
  console.log(`\n${sum(results, 'passed')} passed, ${sum(results, 'failed')} failed`);
}

function sum(results: readonly StepResult[], count: 'passed' | 'failed' | 'skipped'): number {
  return results.reduce((total, result) => total + result[count], 0);
}

function secondsSince(startedMs: number): number {
  return (performance.now() - startedMs) / 1000;
}

const args = process.argv.slice(2);
const results = args.length > 0 ? [await runTests('tests', args)] : await checkEverything();
printSummary(results);
if (sum(results, 'failed') > 0) process.exitCode = 1;
