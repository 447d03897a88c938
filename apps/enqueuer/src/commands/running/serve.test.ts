import { programFile, spawnProcess } from '@libby-dialer/testkit';
import { expect, test } from 'vitest';
import { type CommandBench, eachTest } from '../../testing/command-bench.ts';

const MAIN = programFile('enqueuer');

let bench: CommandBench;
eachTest((each) => {
  bench = each;
});

test('the daemon is ready, shows metrics, and ends with 0 at SIGTERM', async () => {
  await using daemon = await spawnProcess(process.execPath, [MAIN, 'serve'], {
    env: { ...bench.environment, ENQUEUER_HTTP_PORT: '0', LOG_LEVEL: 'info' },
    cwd: bench.directory,
  });
  const url = (JSON.parse(await daemon.waitForLine(/the daemon serves/)) as { http: string }).http;
  const [health, ready, metrics] = await Promise.all(
    ['healthz', 'readyz', 'metrics'].map(async (page) => (await fetch(`${url}/${page}`)).text()),
  );
  expect(health).toBe('ok\n');
  expect(ready).toBe('ready\n');
  expect(metrics).toContain('process_cpu_seconds_total');
  expect(await daemon.stop()).toEqual({ code: 0, signal: null });
});
