#!/usr/bin/env node
import { runMain } from '@libby-dialer/runtime';
import { processEnvironment } from './config.ts';
import { runWorker } from './worker-program.ts';

await runMain(process, (context) =>
  runWorker(process.argv.slice(2), processEnvironment(), process.stdout, context),
);
