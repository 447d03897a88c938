// Loaded before a measured program (`node --import`): on SIGUSR2 and at its end it says on stderr
// what the process has used. Plain JavaScript, so that it adds nothing to a start that is measured.
import { writeSync } from 'node:fs';

const STDERR = 2;
let reports = 0;

process.on('SIGUSR2', () => report((reports += 1)));
process.on('exit', () => report('last'));

/** @param {number | 'last'} name */
function report(name) {
  const { userCPUTime, systemCPUTime, maxRSS } = process.resourceUsage();
  const cpuMs = (userCPUTime + systemCPUTime) / 1000;
  writeSync(
    STDERR,
    `${JSON.stringify({ report: name, atMs: Date.now(), cpuMs, maxRssMb: maxRSS / 1024 })}\n`,
  );
}
