import { expect, test } from 'vitest';
import { type CommandBench, eachTest } from '../../testing/command-bench.ts';

let bench: CommandBench;
eachTest((each) => {
  bench = each;
});

test('access is added, listed and removed; its token is all that is printed', async () => {
  expect((await bench.run(['access', 'list'])).stdout).toMatch(/^Nobody is named/);
  const added = await bench.run(['access', 'add', 'ada', '--role', 'operator', '--by', 'Root']);
  expect(added).toMatchObject({ code: 0, stderr: expect.stringContaining('ada is let in as') });
  expect(added.stdout).toMatch(/^libby_[\w-]+\n$/);
  expect(await bench.queue.access.ofToken(added.stdout.trim())).toMatchObject({ name: 'ada' });

  const push = ['access', 'add', 'orders', '--role', 'push', '--campaign', 'spring', 'autumn'];
  expect(await bench.json([...push, '--json'])).toMatchObject({
    name: 'orders',
    campaigns: ['spring', 'autumn'],
    token: expect.stringMatching(/^libby_/),
  });
  const { stdout } = await bench.run(['access', 'list']);
  expect(stdout).toMatch(/^ada +operator +token +\d{4}-\d\d-\d\d +all$/m);
  expect(stdout).toMatch(/^orders +push +token +\S+ +spring, autumn$/m);

  expect((await bench.run(['access', 'remove', 'ada'])).stdout).toBe(
    'ada has no access any more.\n',
  );
  expect(await bench.run(['access', 'remove', 'ada'])).toMatchObject({
    code: 2,
    stderr: 'Nobody is let in as ada; see "enqueuer access list".\n',
  });
  expect((await bench.decisions()).map(({ action, by }) => `${by} ${action}`)[0]).toBe(
    'Root access.add',
  );
});

test('access by a proxy prints no token', async () => {
  const { stdout } = await bench.run(['access', 'add', 'bo', '--role', 'viewer', '--sso']);
  expect(stdout).toBe('bo is let in as viewer, by the proxy.\n');
});

test.each([
  [['access', 'add', 'ada'], "Required option '--role <role>'"],
  [['access', 'add', 'ada', '--role', 'root'], 'Allowed choices are viewer, operator, admin, push'],
  [['access', 'add', 'ada', '--role', 'push'], 'give --campaign'],
])('%j is bad usage', async (argv, why) => {
  const { code, stderr } = await bench.run(argv);
  expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringContaining(why) });
});
