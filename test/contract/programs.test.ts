import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { eventually } from '@libby-dialer/testkit';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ContractWorld } from './contract-world.ts';

const LINE = '+15055550100';
const WRONG_LINE = '+15055550101';
const ADA = '+15055550120';
const BOB = '+15055550121';
const BLOCKED = '+15055550122';
const IN_DOUBT = '+15055550123';
const REFUSED = '+15055550124';
const SCHEDULED = '+15055550125';

let world: ContractWorld;
beforeAll(async () => {
  const script = [
    { match: { toPhoneNumber: IN_DOUBT }, do: { status: 500 } },
    { match: { toPhoneNumber: REFUSED }, do: { status: 400 } },
  ];
  world = await ContractWorld.open({ script, agents: [LINE] });
});
afterAll(() => world[Symbol.asyncDispose]());

/** A webhook that takes everything. */
async function startReceiver() {
  let count = 0;
  const server = createServer((request, response) => {
    count += 1;
    request.resume().on('end', () => response.writeHead(204).end());
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    received: () => count,
    [Symbol.asyncDispose]: async () => {
      server.close();
      server.closeAllConnections();
    },
  };
}

async function settled(campaign: string, expected: Record<string, number>): Promise<void> {
  await eventually(async () => expect(await world.outcomes(campaign)).toEqual(expected));
}

test('worker, daemon, forwarder, commands and console do their whole job, and ask Redis for nothing that they may not', async () => {
  const { redis, simulator } = world;
  const common = { introNotes: 'Hello', callingWindow: 'anytime' };
  const limits = {
    pacing: { maxInFlight: 5 },
    lines: { maxConcurrentCalls: 50 },
    frequencyCap: { calls: 9, hours: 1 },
  };
  const spring = await world.file('spring.json', {
    id: 'spring',
    fromPhoneNumber: LINE,
    ...common,
    ...limits,
  });
  const wrong = await world.file('wrong.json', {
    id: 'wrong',
    fromPhoneNumber: WRONG_LINE,
    ...common,
  });
  const rows = [ADA, BOB, BLOCKED, IN_DOUBT, REFUSED].map((number) => `Somebody,${number}\n`);
  const list = await world.file('list.csv', `Name,Phone\n${rows.join('')}`);

  await using receiver = await startReceiver();
  const programs = await Promise.all([
    world.startWorker(),
    world.startDaemon(),
    world.startForwarder('crm', receiver.url),
  ]);
  await world.run('suppress', 'add', BLOCKED, '--by', 'Ada');
  await world.run('suppress', 'import', await world.file('registry.txt', '+15055550150\n'));
  await world.run('load', list, '--campaign', spring);
  await settled('spring', { accepted: 2, rejected: 1, suppressed: 1, unknown: 1 });

  const doubts = JSON.parse(await world.run('in-doubt', 'list', 'spring', '--json')) as {
    calls: { callId: string }[];
  };
  await world.run(
    'in-doubt',
    'resolve',
    doubts.calls[0]?.callId ?? '',
    '--as',
    'accepted',
    '--by',
    'Ada',
  );
  await world.run('retry', 'spring', '--outcome', 'rejected');
  await settled('spring', { accepted: 3, rejected: 1, suppressed: 1 });

  await world.run('pause', 'spring');
  await world.run('erase', ADA, '--by', 'Ada');
  await world.run('load', list, '--campaign', 'spring', '--dry-run');
  await world.run('resume', 'spring');
  const results = await world.run('results', 'spring', '--format', 'ndjson');
  expect(results.trimEnd().split('\n')).toHaveLength(5);

  await world.run('load', list, '--campaign', wrong, '--limit', '1');
  await eventually(async () =>
    expect(await world.run('hold', 'list')).toContain('agent_not_found'),
  );
  await world.run('hold', 'release', `line:${WRONG_LINE}`, '--by', 'Ada');
  await world.run('cancel', 'wrong');
  await eventually(() => world.run('campaign', 'archive', 'wrong'));
  expect(receiver.received()).toBeGreaterThan(5);
  await world.run('forward', 'list');
  await world.run('forward', 'dead', 'list', 'crm');

  const one = await world.file('one.csv', `Name,Phone\nSomebody,${SCHEDULED}\n`);
  const missing = join(world.folder, 'missing.csv');
  const how = ['--timezone', 'UTC', '--campaign', spring];
  await world.run(
    'schedule',
    'add',
    'often',
    '--cron',
    '* * * * * *',
    '--expires-after',
    '1h',
    '--list',
    missing,
    ...how,
  );
  await eventually(async () =>
    expect(await world.run('schedule', 'list', '--json')).toContain('list_missing'),
  );
  await world.run('schedule', 'remove', 'often');
  await world.run('schedule', 'add', 'nightly', '--cron', '0 0 * * *', '--list', one, ...how);
  await world.run('schedule', 'run', 'nightly');
  await eventually(() => expect(simulator.calls().byNumber[SCHEDULED]).toBe(1));

  await world.run('suppress', 'remove', BLOCKED);
  await world.run('suppress', 'check', ADA);
  await world.run('suppress', 'status');
  await world.run('campaign', 'put', spring);
  await world.run('campaign', 'list');
  await world.run('campaign', 'show', 'spring');
  await world.run('inbox', 'status');
  await world.run('status', '--json');
  await world.run('doctor');

  await using api = await world.startConsole();
  const params = { id: 'spring' };
  await api.ask('PUT /campaigns/{id}', {
    params: { id: 'orders' },
    body: { id: 'orders', fromPhoneNumber: LINE, callingWindow: 'anytime' },
  });
  await api.ask('POST /campaigns/{id}/pause', { params: { id: 'orders' } });
  const body = { toPhoneNumber: BOB, name: 'Bob' };
  await api.ask('POST /campaigns/{id}/calls', { params: { id: 'orders' }, body });
  for (const state of ['queued', 'in_flight', 'settled'] as const)
    await api.ask('GET /campaigns/{id}/calls', { params: { id: 'orders' }, query: { state } });
  await api.ask('GET /campaigns/{id}/results', { params });
  await api.ask('GET /campaigns/{id}', { params });
  await api.ask('GET /campaigns');
  expect(await api.ask('GET /snapshot')).toMatchObject({ campaignsInAll: 3 });

  for (const program of programs) expect(await program.stop()).toEqual({ code: 0, signal: null });
  expect(simulator.calls().byNumber).toEqual({ [ADA]: 1, [BOB]: 1, [SCHEDULED]: 1 });
  expect(await redis.denials()).toEqual([]);
});
