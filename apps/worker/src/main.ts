#!/usr/bin/env node
import { runMain, runServiceProgram } from '@libby-dialer/runtime';
import { processEnvironment } from './config.ts';
import { workerProgram } from './worker-program.ts';

const call = {
  args: process.argv.slice(2),
  environment: processEnvironment(),
  output: process.stdout,
};
await runMain(process, (context) => runServiceProgram(workerProgram, call, context));
