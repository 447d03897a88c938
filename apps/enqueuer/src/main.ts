#!/usr/bin/env -S node --max-semi-space-size=4
import { runMain } from '@libby-dialer/runtime';
import { cli } from './cli.ts';
import { processEnvironment } from './config.ts';
import { keepHeapSmall } from './small-heap.ts';

keepHeapSmall();
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
