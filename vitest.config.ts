import { defineConfig } from 'vitest/config';
import { LongFilesFirst } from './tools/check/long-files-first.ts';

export default defineConfig({
  test: {
    include: [
      '{apps,packages}/*/src/**/*.test.ts',
      'apps/console/page/src/**/*.test.ts',
      'test/**/*.test.ts',
      'tools/**/*.test.ts',
    ],
    globalSetup: 'tools/check/test-set-up.ts',
    // Only for a test that hangs: whatever a test waits for, it gives up when a machine as busy as
    // this one would long have had it, and says for what.
    testTimeout: 3_600_000,
    hookTimeout: 3_600_000,
    expect: { poll: { timeout: 300_000 } },
    // More than CI has cores: half of the time a test waits for other processes.
    maxWorkers: 5,
    // Files share their process: what they import is loaded once for each process, and not once for
    // each of them.
    isolate: false,
    sequence: { concurrent: false, sequencer: LongFilesFirst },
    // Of tests that say so themselves: each starts a handful of processes.
    maxConcurrency: 5,
  },
});
