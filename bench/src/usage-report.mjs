// Loaded before a measured program (`node --import`): on SIGUSR2 it says on stderr what the process has used so far. Plain
// JavaScript, so that it adds nothing to a start that is measured.
let reports = 0;

process.on('SIGUSR2', () => {
  reports += 1;
  const { userCPUTime, systemCPUTime, maxRSS } = process.resourceUsage();
  const cpuMs = (userCPUTime + systemCPUTime) / 1000;
  process.stderr.write(`${JSON.stringify({ report: reports, atMs: Date.now(), cpuMs, maxRssMb: maxRSS / 1024 })}\n`);
});
