import { expect, test } from 'vitest';
import { type CommandBench, eachTest, phone } from '../../testing/command-bench.ts';

let bench: CommandBench;
eachTest((each) => {
  bench = each;
});

/** A campaign that an enqueuer of a newer version has stored, with a call in its queue. */
async function stored(): Promise<void> {
  const argv = ['load', await bench.list('a.csv', 1), '--campaign', await bench.campaign('spring')];
  expect(await bench.run(argv)).toMatchObject({ code: 0 });
  const { campaigns, registryVersion } = bench.keys;
  const definition = JSON.parse((await bench.redis.hget(campaigns, 'spring')) ?? '{}') as object;
  const newer = { ...definition, callingWindow: { byHoliday: true }, pacing: { burst: 3 } };
  await bench.redis.hset(campaigns, 'spring', JSON.stringify(newer));
  await bench.redis.incr(registryVersion);
}

test('a campaign with rules that this version does not know is seen and steered, and nothing is loaded into it', async () => {
  await stored();
  expect(await bench.run(['campaign', 'put', await bench.campaign('autumn')])).toMatchObject({
    code: 0,
  });
  const unknownRules = ['callingWindow', 'pacing.burst'];
  expect(await bench.json(['status', 'spring', '--json'])).toMatchObject({
    state: 'held',
    pending: 1,
    unknownRules,
  });
  const { stdout } = await bench.run(['status']);
  expect(stdout).toContain(
    'spring: a newer version has stored it: workers that do not know its callingWindow, pacing.burst',
  );
  for (const argv of [
    ['in-doubt', 'list'],
    ['set-aside', 'list'],
    ['campaign', 'list'],
    ['erase', phone(7)],
    ['pause', 'spring'],
    ['cancel', 'spring'],
    ['resume', 'spring'],
  ]) {
    expect(await bench.run(argv)).toMatchObject({ code: 0 });
  }
  for (const argv of [
    ['load', await bench.list('b.csv', 3), '--campaign', 'spring'],
    ['load', await bench.list('b.csv', 3), '--campaign', 'spring', '--dry-run'],
    ['campaign', 'show', 'spring'],
  ]) {
    const { code, stderr } = await bench.run(argv);
    expect(code).toBe(1);
    expect(stderr).toContain(
      'was stored by a newer version, and this one does not know its callingWindow, pacing.burst',
    );
  }
  expect(await bench.queued('spring')).toHaveLength(1);
});
