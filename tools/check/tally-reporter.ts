import { writeFileSync } from 'node:fs';
import { relative } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import type { Reporter, TestCase, TestModule, TestSuite } from 'vitest/node';

export interface Tally {
  passed: number;
  /** Failed tests, files that could not be run to their end, and errors outside of any test. */
  failed: number;
  skipped: number;
  /** What failed, where and why, for people. */
  failures: string[];
}

/** What Vitest knows of an error; it has more of some. */
interface Failure {
  readonly message: string;
  readonly diff?: string | undefined;
  readonly stacks?: readonly { readonly file: string; readonly line: number }[] | undefined;
}

/** Names the file that the tally is written to. */
export const TALLY_FILE = 'VITEST_TALLY_FILE';

const PROGRESS_EVERY_MS = 30_000;
const LINES_OF_A_FAILURE = 40;

/**
 * A Vitest reporter that says now and then how far the run has come, and leaves its numbers in a
 * file, as JSON.
 */
export default class TallyReporter implements Reporter {
  #files = 0;
  #filesDone = 0;
  #nextProgressMs = performance.now() + PROGRESS_EVERY_MS;

  onTestRunStart(specifications: readonly unknown[]): void {
    this.#files = specifications.length;
  }

  onTestModuleEnd(): void {
    this.#filesDone += 1;
    if (performance.now() < this.#nextProgressMs) return;
    this.#nextProgressMs = performance.now() + PROGRESS_EVERY_MS;
    console.log(`  ${this.#filesDone} of ${this.#files} files`);
  }

  onTestRunEnd(modules: readonly TestModule[], unhandledErrors: readonly Failure[]): void {
    const file = process.env[TALLY_FILE];
    if (file === undefined) throw new Error(`${TALLY_FILE} must name the file to write`);
    writeFileSync(file, JSON.stringify(tallyOf(modules, unhandledErrors)));
  }
}

function tallyOf(modules: readonly TestModule[], unhandledErrors: readonly Failure[]): Tally {
  const tally: Tally = {
    passed: 0,
    failed: unhandledErrors.length,
    skipped: 0,
    failures: unhandledErrors.map((error) => describeFailure('outside of any test', [error])),
  };
  for (const module of modules) {
    const failedTests = [...module.children.allTests('failed')];
    tally.passed += [...module.children.allTests('passed')].length;
    tally.skipped += [...module.children.allTests('skipped')].length;
    // A file may fail without a failed test: it does not load, or a hook around the tests throws.
    tally.failed += failedTests.length === 0 && !module.ok() ? 1 : failedTests.length;
    tally.failures.push(...failuresOf(module));
  }
  return tally;
}

function failuresOf(module: TestModule): string[] {
  return [module, ...module.children.allSuites(), ...module.children.allTests('failed')].flatMap(
    (part) => {
      const errors = errorsOf(part);
      return errors.length === 0 ? [] : [describeFailure(nameOf(module, part), errors)];
    },
  );
}

function errorsOf(part: TestModule | TestSuite | TestCase): readonly Failure[] {
  return part.type === 'test' ? (part.result().errors ?? []) : part.errors();
}

function nameOf(module: TestModule, part: TestModule | TestSuite | TestCase): string {
  const { relativeModuleId } = module;
  return part.type === 'module' ? relativeModuleId : `${relativeModuleId} > ${part.fullName}`;
}

function describeFailure(name: string, errors: readonly Failure[]): string {
  const reasons = errors.map(({ message, diff = '', stacks: [top] = [] }) =>
    [message, diff, top === undefined ? '' : `at ${relative('.', top.file)}:${top.line}`]
      .filter((part) => part !== '')
      .join('\n'),
  );
  const lines = stripVTControlCharacters(reasons.join('\n')).split('\n');
  return [name, ...lines.slice(0, LINES_OF_A_FAILURE).map((line) => `  ${line}`)].join('\n');
}
