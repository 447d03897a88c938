#!/usr/bin/env node
/**
 * Whether a program in this container is well, for Docker: `healthy 9464/healthz`. What it answers
 * otherwise is printed, and shown by `docker inspect`.
 *
 * It runs every few seconds beside each program: without `fetch` that takes half the CPU time.
 */
import { get } from 'node:http';

const [address] = process.argv.slice(2);

get(`http://127.0.0.1:${address}`, (response) => {
  process.exitCode = response.statusCode === 200 ? 0 : 1;
  response.pipe(process.stdout);
}).on('error', ({ message }) => {
  process.exitCode = 1;
  process.stdout.write(`${message}\n`);
});
