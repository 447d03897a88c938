#!/usr/bin/env node
import { runMain } from '@libby-dialer/runtime';
import { runWorker } from './worker-program.ts';

await runMain(process, (context) => runWorker(process.argv.slice(2), process.env, process.stdout, context));
