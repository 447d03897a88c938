import { expect, test } from 'vitest';
import { type CommandBench, eachTest } from '../../testing/command-bench.ts';

let bench: CommandBench;
eachTest((each) => {
  bench = each;
});

test('workers shows each with its host, its calls and what keeps it from dialing', async () => {
  expect((await bench.run(['workers'])).stdout).toBe('No worker is running.\n');
  const note = {
    host: 'attic',
    pid: 77,
    version: '0.1.0',
    node: 'v24.0.0',
    upMs: 7_200_000,
    concurrency: 10,
    inFlight: 3,
    isStopping: false,
  };
  const { workerNotes } = bench.queue;
  await workerNotes.note('attic-77', { ...note, troubles: [] }, true);
  await workerNotes.note('desk-7', { ...note, host: 'desk', troubles: ['Redis is full'] }, true);
  const { stdout } = await bench.run(['workers']);
  expect(stdout).toMatch(/^attic +77 +0\.1\.0 +2 h.* 3\/10 .* ago +dialing$/m);
  expect(stdout).toMatch(/^desk .* Redis is full$/m);
  const { workers } = (await bench.json(['workers', '--json'])) as { workers: object[] };
  expect(workers).toMatchObject([{ id: 'attic-77', isSilent: false }, { id: 'desk-7' }]);
});
