import { eventually } from '@libby-dialer/testkit';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ContractWorld } from './contract-world.ts';

const timeout = 60_000;

const LINE = '+15055550100';
const WRONG_LINE = '+15055550101';
const ADA = '+15055550120';
const BOB = '+15055550121';
const BLOCKED = '+15055550122';
const IN_DOUBT = '+15055550123';
const REFUSED = '+15055550124';

let world: ContractWorld;
beforeAll(async () => {
  const script = [
    { match: { toPhoneNumber: IN_DOUBT }, do: { status: 500 } },
    { match: { toPhoneNumber: REFUSED }, do: { status: 400 } },
  ];
  world = await ContractWorld.open({ script, agents: [LINE] });
});
afterAll(() => world[Symbol.asyncDispose]());

async function settled(campaign: string, expected: Record<string, number>): Promise<void> {
  await eventually(async () => expect(await world.outcomes(campaign)).toEqual(expected));
}

test('worker and commands do their whole job, and ask Redis for nothing that they may not', { timeout }, async () => {
  const { redis, simulator } = world;
  const common = { introNotes: 'Hello', callingWindow: 'anytime' };
  const limits = {
    pacing: { maxInFlight: 5 },
    lines: { maxConcurrentCalls: 50 },
    frequencyCap: { calls: 9, hours: 1 },
  };
  const spring = await world.file('spring.json', { id: 'spring', fromPhoneNumber: LINE, ...common, ...limits });
  const wrong = await world.file('wrong.json', { id: 'wrong', fromPhoneNumber: WRONG_LINE, ...common });
  const rows = [ADA, BOB, BLOCKED, IN_DOUBT, REFUSED].map((number) => `Somebody,${number}\n`);
  const list = await world.file('list.csv', `Name,Phone\n${rows.join('')}`);

  const worker = await world.startWorker();
  await world.run('suppress', 'add', BLOCKED, '--by', 'Ada');
  await world.run('suppress', 'import', await world.file('registry.txt', '+15055550150\n'));
  await world.run('load', list, '--campaign', spring);
  await settled('spring', { accepted: 2, rejected: 1, suppressed: 1, unknown: 1 });

  const doubts = JSON.parse(await world.run('in-doubt', 'list', 'spring', '--json')) as { calls: { callId: string }[] };
  await world.run('in-doubt', 'resolve', doubts.calls[0]?.callId ?? '', '--as', 'accepted', '--by', 'Ada');
  await world.run('retry', 'spring', '--outcome', 'rejected');
  await settled('spring', { accepted: 3, rejected: 1, suppressed: 1 });

  await world.run('pause', 'spring');
  await world.run('erase', ADA, '--by', 'Ada');
  await world.run('load', list, '--campaign', 'spring', '--dry-run');
  await world.run('resume', 'spring');
  const results = await world.run('results', 'spring', '--format', 'ndjson');
  expect(results.trimEnd().split('\n')).toHaveLength(5);

  await world.run('load', list, '--campaign', wrong, '--limit', '1');
  await eventually(async () => expect(await world.run('hold', 'list')).toContain('agent_not_found'));
  await world.run('hold', 'release', `line:${WRONG_LINE}`, '--by', 'Ada');
  await world.run('cancel', 'wrong');

  await world.run('suppress', 'remove', BLOCKED);
  await world.run('suppress', 'check', ADA);
  await world.run('suppress', 'status');
  await world.run('campaign', 'put', spring);
  await world.run('campaign', 'list');
  await world.run('campaign', 'show', 'spring');
  await world.run('inbox', 'status');
  await world.run('status', '--json');
  await world.run('doctor');

  expect(await worker.stop()).toEqual({ code: 0, signal: null });
  expect(simulator.calls().byNumber).toEqual({ [ADA]: 1, [BOB]: 1 });
  expect(await redis.denials()).toEqual([]);
});
