#!/usr/bin/env node
import { runMain } from '@libby-dialer/runtime';
import { processEnvironment } from './config.ts';
import { runConsole } from './console-program.ts';

await runMain(process, (context) =>
  runConsole(process.argv.slice(2), processEnvironment(), process.stdout, context),
);
