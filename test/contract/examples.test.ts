import { hostname } from 'node:os';
import { join } from 'node:path';
import { eventually, type ProcessResult, runProcess, spawnProcess } from '@libby-dialer/testkit';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ContractWorld } from './contract-world.ts';

const ROOT = join(import.meta.dirname, '..', '..');
const FOLDER = 'examples/push';
const PYTHON = '/usr/bin/python3';
const RESULTS = '{libby}:results';
const GROUP = 'billing';

interface Order {
  readonly externalId: string;
  readonly name: string;
  readonly toPhoneNumber: string;
}

interface Language {
  readonly name: string;
  readonly push: (order: Order) => readonly [command: string, ...args: string[]];
  readonly results: readonly [command: string, ...args: string[]];
  /** Succeeds where its programs can run. */
  readonly check: readonly [command: string, ...args: string[]];
  readonly needs: string;
}

const languages: readonly Language[] = [
  {
    name: 'redis-cli',
    push: (order) => ['sh', `${FOLDER}/push.sh`, JSON.stringify(order)],
    results: ['sh', `${FOLDER}/results.sh`],
    check: ['redis-cli', '--version'],
    needs: 'redis-cli on the PATH',
  },
  {
    name: 'Python',
    push: ({ externalId, name, toPhoneNumber }) => [
      PYTHON,
      `${FOLDER}/push.py`,
      externalId,
      name,
      toPhoneNumber,
    ],
    results: [PYTHON, `${FOLDER}/results.py`],
    check: [PYTHON, '-c', 'import redis'],
    needs: 'redis-py for /usr/bin/python3 (Debian: apt-get install python3-redis)',
  },
  {
    name: 'Node.js',
    push: ({ externalId, name, toPhoneNumber }) => [
      process.execPath,
      `${FOLDER}/push.ts`,
      externalId,
      name,
      toPhoneNumber,
    ],
    results: [process.execPath, `${FOLDER}/results.ts`],
    check: [process.execPath, '--version'],
    needs: 'Node.js',
  },
];

let world: ContractWorld;
beforeAll(async () => {
  world = await ContractWorld.open();
  await world.run('campaign', 'put', join(ROOT, FOLDER, 'orders.yaml'));
  await Promise.all([world.startWorker(), world.startDaemon()]);
});
afterAll(() => world[Symbol.asyncDispose]());

function options() {
  const env = { PRODUCER_URL: world.redis.url('producer'), READER_URL: world.redis.url('reader') };
  return { env, cwd: ROOT };
}

async function run([command, ...args]: readonly [
  command: string,
  ...args: string[],
]): Promise<ProcessResult> {
  return runProcess(command, args, options());
}

/** What it says of the fate, without the entry's id. */
async function push({ push }: Language, order: Order): Promise<string> {
  const { code, stdout, stderr } = await run(push(order));
  if (code !== 0) throw new Error(`the push failed: ${stderr}`);
  return stdout.trimEnd().replace(/^\d+-\d+ /, '');
}

/** A reader that says what it gets, until it is killed. */
async function read(
  { results: [command, ...args] }: Language,
  externalIds: readonly string[],
): Promise<string[]> {
  await using reader = await spawnProcess(command, args, options());
  for (const externalId of externalIds)
    await reader.waitForLine(new RegExp(`${externalId}\\b.*accepted`));
  await eventually(async () => expect(await unacknowledged()).toBe(0));
  await reader.stop('SIGKILL');
  return reader.stdout.map(
    (line) => externalIds.find((externalId) => line.includes(externalId)) ?? line,
  );
}

async function unacknowledged(): Promise<number> {
  const [count] = (await world.redis.admin.xpending(RESULTS, GROUP)) as [number];
  return count;
}

async function settled(count: number): Promise<void> {
  await eventually(async () => expect((await world.outcomes('orders'))['accepted']).toBe(count));
}

function order(index: number): Order {
  return { externalId: `order-${index}`, name: 'Ada', toPhoneNumber: `+150555501${index}` };
}

async function canRun({ check }: Language): Promise<boolean> {
  return run(check).then(
    ({ code }) => code === 0,
    () => false,
  );
}

test.for(languages)(
  'the examples for $name push calls, and read every result once although they are killed',
  async (language, { skip }) => {
    skip(!(await canRun(language)), `needs ${language.needs}`);
    const { redis, simulator } = world;
    const from = 20 + 10 * languages.indexOf(language);
    const before = (await world.outcomes('orders'))['accepted'] ?? 0;
    const [first, second, third] = [order(from), order(from + 1), order(from + 2)];

    expect(await push(language, first)).toMatch(/^queued orders \S+$/);
    expect(await read(language, [first.externalId])).toEqual([first.externalId]);

    expect(await push(language, second)).toMatch(/^queued orders \S+$/);
    await settled(before + 2);
    // As if it had been killed between taking a result and acknowledging it.
    await redis.admin.xreadgroup('GROUP', GROUP, hostname(), 'STREAMS', RESULTS, '>');
    expect(await push(language, third)).toMatch(/^queued orders \S+$/);
    await settled(before + 3);
    const rest = [second.externalId, third.externalId];
    expect(await read(language, rest)).toEqual(rest);

    expect(await push(language, first)).toMatch(/^already_settled orders \S+$/);
    const typo = { ...first, externalId: 'typo', toPhoneNumber: '5055550123' };
    expect(await push(language, typo)).toBe('rejected not_e164');
    expect(simulator.calls().calls.slice(before)).toMatchObject([
      {
        toPhoneNumber: first.toPhoneNumber,
        payload: { name: 'Ada', introNotes: expect.stringMatching(/^Tell Ada/) },
      },
      { toPhoneNumber: second.toPhoneNumber },
      { toPhoneNumber: third.toPhoneNumber },
    ]);
    expect(await redis.denials()).toEqual([]);
  },
);
