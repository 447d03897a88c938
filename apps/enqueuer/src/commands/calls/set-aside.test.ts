import { join } from 'node:path';
import { expect, test } from 'vitest';
import { type CommandBench, eachTest, phone } from '../../testing/command-bench.ts';

let bench: CommandBench;
eachTest((each) => {
  bench = each;
});

/** Three people in the queue; the data of the first one's job are overwritten. */
async function loaded(data: string): Promise<string> {
  const argv = ['load', await bench.list('a.csv', 3), '--campaign', await bench.campaign('spring')];
  expect(await bench.run(argv)).toMatchObject({ code: 0 });
  const [callId = ''] = await bench.queued('spring');
  await bench.redis.hset(`${bench.keys.queue('spring')}${callId}`, 'data', data);
  return callId;
}

/** As a worker does with it. */
async function setAside(callId: string, name: string, data: unknown): Promise<void> {
  const job = { callId, name, data, queuedAt: 0, refusal: 'unsealed' } as const;
  await bench.redis.hsetnx(`${bench.keys.queue('spring')}${callId}`, 'data', JSON.stringify(data));
  await bench.queue.setAsideJobs.add('spring', job, 'worker-1', Date.now());
}

test.each([`{"to":"${phone(0)}","name":"Zacharias`, 'null', '7'])(
  'a job whose data are %s keeps nobody from seeing and steering the others',
  async (data) => {
    await loaded(data);
    for (const argv of [
      ['status', 'spring'],
      ['status'],
      ['in-doubt', 'list'],
      ['set-aside', 'list'],
      ['load', await bench.list('a.csv', 3), '--campaign', 'spring', '--dry-run'],
      ['load', await bench.list('a.csv', 3), '--campaign', 'spring'],
      ['erase', phone(1)],
      ['pause', 'spring'],
      ['cancel', 'spring'],
    ]) {
      expect(await bench.run(argv)).toMatchObject({ code: 0 });
    }
  },
);

test('a number in a job that cannot be read is erased as well', async () => {
  await loaded(`{"to":"${phone(0)}","name":"Zacharias`);
  expect(await bench.json(['erase', phone(0), '--json'])).toMatchObject({ jobs: 1, ended: 1 });
  expect(await bench.queued('spring')).toHaveLength(2);
});

test('status tells of jobs that are set aside, and a list that is loaded again takes their rows back', async () => {
  const callId = await loaded('null');
  await setAside(callId, 'call', { to: phone(0), name: 'Person 0' });
  expect(await bench.json(['status', 'spring', '--json'])).toMatchObject({
    pending: 2,
    setAside: 1,
  });
  const { stdout } = await bench.run(['status', 'spring']);
  expect(stdout).toContain(
    '1 job in its queue is not as the enqueuer made it, and set aside: see "enqueuer set-aside list"',
  );
  const argv = ['load', await bench.list('a.csv', 3), '--campaign', 'spring', '--json'];
  expect(await bench.json(argv)).toMatchObject({ queued: 1, alreadyQueued: 2 });
  expect(await bench.json(['status', 'spring', '--json'])).toMatchObject({
    pending: 3,
    setAside: 0,
  });
});

test('a row that ends while it is set aside is of the list that its job says', async () => {
  const callId = await loaded('null');
  const [, second = ''] = await bench.queued('spring');
  const data = (await bench.redis.hget(`${bench.keys.queue('spring')}${second}`, 'data')) ?? '';
  await setAside(callId, 'call', JSON.parse(data));
  await bench.run(['set-aside', 'resolve', 'spring', '--all', '--as', 'canceled', '--by', 'Kim']);
  const { stdout } = await bench.run(['results', 'spring', '--format', 'ndjson']);
  expect(JSON.parse(stdout)).toMatchObject({
    list: join(bench.directory, 'a.csv'),
    row: 2,
    outcome: 'canceled',
  });
});

test('a person queues what is the row of its id, and is told of what is not', async () => {
  const callId = await loaded('null');
  await setAside(callId, 'call', { to: phone(0), name: 'Person 0' });
  await setAside('17', 'call', { to: phone(0), name: 'Person 0' });
  expect(await bench.json(['set-aside', 'list', 'spring', '--json'])).toMatchObject({
    jobs: expect.arrayContaining([
      expect.objectContaining({ job: callId, reason: 'unsealed', canBeQueued: true }),
      expect.objectContaining({ job: '17', canBeQueued: false }),
    ]),
  });
  const resolve = ['set-aside', 'resolve', 'spring', '--by', 'Kim'];
  const { code, stdout, stderr } = await bench.run([...resolve, '--all', '--as', 'queued']);
  expect({ code, stdout }).toEqual({ code: 1, stdout: '1 call queued again.\n' });
  expect(stderr).toContain('1 job cannot be told to be the row that the id stands for');
  expect(await bench.queued('spring')).toHaveLength(3);
  expect(await bench.run([...resolve, '17', '--as', 'canceled'])).toMatchObject({
    code: 0,
    stdout: '1 job canceled.\n',
  });
  expect(await bench.run([...resolve, '17', '--as', 'canceled'])).toMatchObject({ code: 1 });
  expect(await bench.run([...resolve, '--as', 'canceled'])).toMatchObject({ code: 2 });
  const identity = await bench.queue.identity();
  const [name, data] = await bench.redis.hmget(
    `${bench.keys.queue('spring')}${callId}`,
    'name',
    'data',
  );
  expect(name).toBe(identity.seal('spring', callId, data ?? ''));
});
