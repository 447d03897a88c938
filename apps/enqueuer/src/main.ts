#!/usr/bin/env -S node --max-semi-space-size=4 --heap-growing-percent=10
import { runMain } from '@libby-dialer/runtime';
import { cli } from './cli.ts';
import { processEnvironment } from './config.ts';

// The first line has V8 collect garbage before it piles up: new objects have 4 MB, and old ones
// grow by a tenth before they are looked through. A load keeps some 40 MB and leaves 12 KB of
// garbage a row. V8 takes both only at its start, before any of our code runs.
await runMain(process, ({ signal, redactor }) => {
  const { argv, stdin, stdout, stderr } = process;
  return cli(argv.slice(2), {
    stdin,
    stdout,
    stderr,
    signal,
    redactor,
    environment: processEnvironment,
  });
});
