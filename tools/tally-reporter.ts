import { writeFileSync } from 'node:fs';
import type { Reporter, TestModule } from 'vitest/node';

export interface Tally {
  passed: number;
  /** Failed tests, files that could not be run to their end, and errors outside of any test. */
  failed: number;
  skipped: number;
}

/** Names the file that the tally is written to. */
export const TALLY_FILE = 'VITEST_TALLY_FILE';

/** A Vitest reporter that leaves the numbers of a run in a file, as JSON. */
export default class TallyReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], unhandledErrors: readonly unknown[]): void {
    const file = process.env[TALLY_FILE];
    if (file === undefined) throw new Error(`${TALLY_FILE} must name the file to write`);
    writeFileSync(file, JSON.stringify(tallyOf(modules, unhandledErrors.length)));
  }
}

function tallyOf(modules: readonly TestModule[], unhandledErrors: number): Tally {
  const tally: Tally = { passed: 0, failed: unhandledErrors, skipped: 0 };
  for (const module of modules) {
    const failedTests = [...module.children.allTests('failed')].length;
    tally.passed += [...module.children.allTests('passed')].length;
    tally.skipped += [...module.children.allTests('skipped')].length;
    // A file may fail without a failed test: it does not load, or a hook around the tests throws.
    tally.failed += failedTests === 0 && !module.ok() ? 1 : failedTests;
  }
  return tally;
}
