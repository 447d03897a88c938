/** Loaded before a measured program (`node --import`): on SIGUSR2 it says on stderr what the process has used so far. */
let reports = 0;

process.on('SIGUSR2', () => {
  reports += 1;
  const { userCPUTime, systemCPUTime, maxRSS } = process.resourceUsage();
  const usage = {
    report: reports,
    atMs: Date.now(),
    cpuMs: (userCPUTime + systemCPUTime) / 1000,
    maxRssMb: maxRSS / 1024,
  };
  process.stderr.write(`${JSON.stringify(usage)}\n`);
});
