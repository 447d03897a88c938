import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['{apps,packages}/*/src/**/*.test.ts', 'test/**/*.test.ts', 'tools/**/*.test.ts'],
    // For a machine that is busy with something else as well.
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // Two cores: a worker process for each is all that helps.
    maxWorkers: 2,
    // Files share their process: what they import is loaded twice in all, and not once for each of
    // them.
    isolate: false,
    sequence: { concurrent: false },
    // Of tests that say so themselves: each starts a handful of processes.
    maxConcurrency: 5,
  },
});
