import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { ApiClient } from '@libby-dialer/api-client';
import { eventually, patienceMs, runProcess, spawnProcess } from '@libby-dialer/testkit';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';

const DEMO = resolve(import.meta.dirname, '../apps/demo/src/main.ts');
const OUTCOMES = [
  'accepted',
  'rejected',
  'exhausted',
  'unknown',
  'suppressed',
  'expired',
  'canceled',
];

let folder: string;
const runFolders = new Set<string>();

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'demo-test-'));
});

afterEach(async () => {
  for (const path of runFolders) await rm(path, { recursive: true, force: true });
  runFolders.clear();
  await rm(folder, { recursive: true });
});

/** What a run says of itself at its beginning. */
function settingIn(output: string) {
  const redisPort = Number(/private one on port (\d+)/.exec(output)?.[1]);
  const apiPort = Number(/simulated at http:\/\/127\.0\.0\.1:(\d+)/.exec(output)?.[1]);
  const shown = /Files +(\S+),/.exec(output)?.[1];
  // A run that is refused has none; nothing else may ever be taken for one, for it is removed.
  const files = shown === undefined ? undefined : resolve(folder, shown);
  if (files !== undefined) runFolders.add(files);
  return { redisPort, apiPort, files: files ?? '' };
}

async function run(args: readonly string[], env: Record<string, string> = {}) {
  const options = { cwd: folder, env, timeoutMs: 3 * patienceMs() };
  const { code, stdout, stderr } = await runProcess(process.execPath, [DEMO, ...args], options);
  return { code, stdout, stderr, ...settingIn(stdout) };
}

describe('npm start', () => {
  test('shows every outcome and rings nobody twice, whatever the environment says', async () => {
    await using trap = await startTrap();
    const real = {
      LIBBY_API_URL: trap.url,
      LIBBY_TOKEN_URL: trap.url,
      REDIS_URL: trap.url.replace('http', 'redis'),
    };
    await writeFile(
      join(folder, '.env'),
      Object.entries(real)
        .map((entry) => entry.join('='))
        .join('\n'),
    );
    const { code, stdout, stderr, files } = await run([], {
      ...real,
      REDIS_SENTINELS: '127.0.0.1:1',
    });
    // Two rows whose time is over before anybody may be called.
    const warning = expect.stringMatching(
      /^Warning: 2 calls can never be placed: .+ \(rows \d+, \d+ of .+\)\.\n$/,
    );
    expect({ code, stderr }).toEqual({ code: 0, stderr: warning });
    for (const outcome of OUTCOMES) expect(stdout).toMatch(new RegExp(`^  ${outcome} +[1-9]`, 'm'));
    expect(stdout).toMatch(/calls taken, to (\d+) numbers\. Numbers rung twice for one call: 0$/m);
    const [, taken, numbers] = /^ +(\d+) calls taken, to (\d+) numbers/m.exec(stdout) ?? [];
    expect(taken).toBe(numbers);
    for (const fate of ['not queued', 'duplicate', 'suppressed'])
      expect(stdout).toMatch(new RegExp(`row \\d+ +${fate}`));
    const results = join(files, 'results-spring-events.csv');
    expect((await stat(results)).mode & 0o777).toBe(0o600);
    expect((await readFile(results, 'utf8')).trim().split('\n')).toHaveLength(1 + 187);
    expect((await readFile(join(files, 'rejected.csv'), 'utf8')).trim().split('\n')).toHaveLength(
      1 + 8,
    );
    expect(trap.connections()).toBe(0);
  });

  test.each([
    ['SIGINT', { code: 130, signal: null }],
    ['SIGKILL', { code: null, signal: 'SIGKILL' }],
  ] as const)('leaves nothing running after %s', async (signal, exit) => {
    await using demo = await startDialing();
    expect(await demo.process.stop(signal)).toEqual(exit);
    await demo.expectNothingLeft();
  });
});

describe('npm start -- <list>', () => {
  test('dials it, and says with its exit code that rows were rejected', async () => {
    const args = await writeList();
    await writeCampaign({ callingWindow: 'anytime' });
    const { code, stdout } = await run(args);
    expect(stdout).toContain('3 rows: 2 calls queued, 1 not callable');
    expect(stdout).toMatch(/^ {2}accepted +2 /m);
    expect(stdout).toContain('2 calls taken, to 2 numbers.');
    expect(code).toBe(3);
  });

  test('ends when all that are left wait for their hours', async () => {
    const args = await writeList();
    await writeCampaign({
      callingWindow: { from: hourAfter(3), to: hourAfter(5), timezone: 'UTC' },
    });
    const { code, stdout } = await run(args);
    expect(stdout).toContain('2 calls wait for their hours');
    expect(stdout).toContain('the first may go out');
    expect(stdout).toContain('0 calls taken');
    expect(code).toBe(3);
  });

  test('passes on what the enqueuer has to say', async () => {
    const args = await writeList();
    await writeCampaign({ colour: 'red' });
    const { code, stderr } = await run(args);
    expect(stderr).toContain('campaign.json: colour: is not a key of a campaign file');
    expect(code).toBe(2);
  });

  test('never takes an example to the real API', async () => {
    await using trap = await startTrap();
    const args = [...(await writeList()), '--live', '--yes'];
    await writeCampaign({});
    const access = {
      LIBBY_API_URL: trap.url,
      LIBBY_TOKEN_URL: trap.url,
      LIBBY_CLIENT_ID: 'a',
      LIBBY_CLIENT_SECRET: 'b',
    };
    const without = await run(args, { ...access, REDIS_URL: '' });
    expect(without).toMatchObject({ code: 2, stdout: '' });
    expect(without.stderr).toMatch(/^REDIS_URL: must be set for --live/);
    const { code, stdout, stderr } = await run(args, {
      ...access,
      REDIS_URL: trap.url.replace('http', 'redis'),
    });
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain('those never go to the real API');
    expect(trap.connections()).toBe(0);
  });
});

/**
 * The arguments that name it and the campaign that is yet to be written. Its numbers are of no
 * place: no region has rules for them.
 */
async function writeList(): Promise<string[]> {
  await writeFile(
    join(folder, 'list.csv'),
    'Name,Mobile\nAna,(800) 555-0101\nBen,(800) 555-0102\nEve,911\n',
  );
  return [join(folder, 'list.csv'), '--campaign', join(folder, 'campaign.json')];
}

/** As a time of day, UTC. */
function hourAfter(hours: number): string {
  return `${String((new Date().getUTCHours() + hours) % 24).padStart(2, '0')}:00`;
}

async function writeCampaign(keys: object): Promise<void> {
  const campaign = {
    id: 'own',
    fromPhoneNumber: '+15055550100',
    defaultCountry: 'US',
    introMessage: 'Hello {{name}}',
  };
  await writeFile(join(folder, 'campaign.json'), JSON.stringify({ ...campaign, ...keys }));
}

/** Where nobody must ever connect to. */
async function startTrap() {
  let count = 0;
  const server = createServer().on('connection', (socket) => {
    count += 1;
    socket.destroy();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    connections: () => count,
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}

/** A demo in the middle of dialing. */
async function startDialing() {
  const process = await spawnProcess(globalThis.process.execPath, [DEMO], {
    cwd: folder,
    env: { TMPDIR: folder },
  });
  await process.waitForLine(/^ +\d+ of 187: \d+ accepted/);
  const output = process.stdout.join('\n');
  const { redisPort, apiPort, files } = settingIn(output);
  const page = /^ {2}Page +(http\S+),/m.exec(output)?.[1] ?? '';
  const { isSimulated } = await new ApiClient({ origin: page }).request('GET /system', {});
  expect(isSimulated).toBe(true);
  const pagePort = Number(new URL(page).port);
  const workers = await Promise.all(
    [1, 2].map((number) => pidIn(join(files, `worker-${number}.log`))),
  );
  return {
    process,
    async expectNothingLeft() {
      await eventually(async () => {
        expect(workers.filter(isRunning)).toEqual([]);
        expect(await Promise.all([redisPort, apiPort, pagePort].map(isOpen))).toEqual([
          false,
          false,
          false,
        ]);
        expect(await readdir(folder)).toEqual([]);
      });
    },
    [Symbol.asyncDispose]: () => process[Symbol.asyncDispose](),
  };
}

async function pidIn(log: string): Promise<number> {
  const [line = '{}'] = (await readFile(log, 'utf8')).split('\n');
  const { pid } = JSON.parse(line) as { pid?: unknown };
  if (typeof pid !== 'number') throw new Error(`${log} does not tell the pid of its worker`);
  return pid;
}

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

async function isOpen(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1');
  try {
    await once(socket, 'connect');
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}
