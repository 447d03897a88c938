import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import { RESULT_COLUMNS } from '@libby-dialer/dialing';
import { startSimulator } from '@libby-dialer/libby-simulator';
import { Interrupted } from '@libby-dialer/runtime';
import { eventually, startRedis } from '@libby-dialer/testkit';
import { describe, expect, test } from 'vitest';
import { type CommandBench, eachTest } from '../testing/command-bench.ts';

let bench: CommandBench;
eachTest((each) => {
  bench = each;
});

async function loaded(id: string, count: number): Promise<string[]> {
  const argv = [
    'load',
    await bench.list(`${id}.csv`, count),
    '--campaign',
    await bench.campaign(id),
  ];
  expect((await bench.run(argv)).code).toBe(0);
  return await bench.queued(id);
}

async function placed(
  id: string,
  callId: string,
  ...[outcome, record]: Parameters<CommandBench['settle']> extends [string, string, ...infer R]
    ? R
    : never
) {
  await bench.claim(id, callId);
  await bench.settle(id, callId, outcome, record);
}

/** The hour of the day in UTC, so many hours from now. */
function hour(ahead: number): string {
  return new Date(Date.now() + ahead * 3_600_000).toISOString().slice(11, 13);
}

describe('status', () => {
  test('one campaign, for people and for programs', async () => {
    const [first = '', second = ''] = await loaded('spring', 3);
    await placed('spring', first, 'accepted');
    await bench.claim('spring', second);
    expect((await bench.run(['status', 'spring'])).stdout).toBe(
      'spring: running\n  pending     1\n  in flight   1\n  accepted    1\n  rejected    0\n  exhausted   0\n  unknown     0\n  suppressed  0\n  expired     0\n  canceled    0\n\nno worker is running: nothing goes out until one is started (./bin/worker)\n',
    );
    expect(await bench.json(['status', 'spring', '--json'])).toEqual({
      id: 'spring',
      state: 'running',
      pending: 1,
      inFlight: 1,
      redialing: 0,
      setAside: 0,
      stuckWorkers: 0,
      workersOffPace: 0,
      unknownRules: [],
      hasIncompleteCalls: false,
      queue: 'open',
      outcomes: {
        accepted: 1,
        rejected: 0,
        exhausted: 0,
        unknown: 0,
        suppressed: 0,
        expired: 0,
        canceled: 0,
      },
      holds: [],
      at: expect.stringMatching(/^2.*Z$/),
      rate: { perSecond: null, perMinute: null },
      opensAt: null,
      eta: null,
      etaLatest: null,
      etaBy: null,
      wouldExpire: null,
      workers: 0,
      redisClockAheadSeconds: expect.any(Number),
      redisRefuses: null,
      linesFullUntil: null,
      nextCallAt: null,
    });
  });

  test('when it opens and when it will be through, by its start and its pace', async () => {
    const campaign = await bench.campaign('spring', {
      startsAt: '2999-01-01T16:00:00Z',
      pacing: { callsPerSecond: 0.01 },
    });
    await bench.run(['load', await bench.list('list.csv', 36), '--campaign', campaign]);
    expect(await bench.json(['status', 'spring', '--json'])).toMatchObject({
      state: 'waiting',
      opensAt: '2999-01-01T16:00:00.000Z',
      eta: null,
    });
    const shown = (await bench.run(['status'])).stdout;
    expect(shown).toContain('spring opens at Tue 2999-01-01 09:00 America/Denver (16:00 UTC), in ');
  });

  test('a campaign without calls, such as one whose rows were all rejected, says what it waits for', async () => {
    const list = await bench.file('list.csv', 'Name,Phone\nAda,none\n');
    expect(
      await bench.run(['load', list, '--campaign', await bench.campaign('spring')]),
    ).toMatchObject({ code: 3 });
    expect(await bench.json(['status', 'spring', '--json'])).toMatchObject({
      state: 'waiting',
      pending: 0,
    });
    const said =
      'it has no calls yet: load a list into it (rows that were rejected are in the rejects file of theirs)';
    expect((await bench.run(['status', 'spring'])).stdout).toContain(`\n${said}`);
    expect((await bench.run(['status'])).stdout).toContain(`\nspring: ${said}`);
    await bench.run(['load', await bench.list('good.csv', 1), '--campaign', 'spring']);
    expect((await bench.run(['status', 'spring'])).stdout).not.toContain('no calls yet');
  });

  test('waiting, also before any worker has looked, where all are out of their own hours', async () => {
    const callingWindow = { from: `${hour(12)}:00`, to: `${hour(13)}:00` };
    const list = await bench.file('list.csv', 'Name,Phone,timezone\nAda,+442079460123,Etc/UTC\n');
    await bench.run([
      'load',
      list,
      '--campaign',
      await bench.campaign('spring', { callingWindow }),
    ]);
    expect(await bench.json(['status', 'spring', '--json'])).toMatchObject({
      state: 'waiting',
      opensAt: expect.stringContaining(`T${hour(12)}:00:00.000Z`),
    });
  });

  test('pending calls at their pace', async () => {
    const campaign = await bench.campaign('spring', { pacing: { callsPerSecond: 0.01 } });
    await bench.run(['load', await bench.list('list.csv', 36), '--campaign', campaign]);
    const status = (await bench.json(['status', 'spring', '--json'])) as {
      at: string;
      eta: string;
    };
    expect(status).toMatchObject({ etaBy: 'callsPerSecond', wouldExpire: 0, opensAt: null });
    expect(Date.parse(status.eta) - Date.parse(status.at)).toBe(3_600_000);
    expect((await bench.run(['status', 'spring'])).stdout).toContain(
      ', in 1 h, if a worker started now\nat 36 calls an hour (pacing.callsPerSecond)',
    );
  });

  test('all campaigns', async () => {
    expect(await bench.json(['status', '--json'])).toEqual([]);
    expect((await bench.run(['status'])).stdout).toBe('There is no campaign yet.\n');
    await loaded('spring', 2);
    await loaded('autumn', 1);
    expect(await bench.json(['status', '--json'])).toMatchObject([
      { id: 'autumn', pending: 1 },
      { id: 'spring', pending: 2 },
    ]);
    const lines = (await bench.run(['status'])).stdout.split('\n');
    expect(lines[0]).toMatch(/^CAMPAIGN {2}STATE {4}PENDING {2}IN FLIGHT {2}ACCEPTED/);
    expect(lines[1]).toMatch(/^autumn {4}running {8}1 {10}0/);
  });

  test('--watch writes each change on a line, and ends when the campaign is through', async () => {
    const [first = ''] = await loaded('spring', 1);
    const watching = bench.run(['status', 'spring', '--watch']);
    await placed('spring', first, 'accepted');
    const { code, stdout } = await watching;
    expect(code).toBe(0);
    const lines = stdout.trimEnd().split('\n');
    expect(lines.at(-1)).toMatch(/^2\S+Z spring: completed, 0 pending, 0 in flight, 1 accepted/);
    const changes = lines.map((line) => line.replace(/^\S+/, '').replace(/, [\d.]+\/s.*/, ''));
    expect(new Set(changes).size).toBe(changes.length);
  });

  test('--watch --json writes an object for each look', async () => {
    const [first = ''] = await loaded('spring', 1);
    const watching = bench.run(['status', 'spring', '--watch', '--json']);
    await placed('spring', first, 'accepted');
    const { code, stdout } = await watching;
    expect(code).toBe(0);
    const looks = stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as { at: string });
    expect(looks.at(-1)).toMatchObject({
      id: 'spring',
      state: 'completed',
      outcomes: { accepted: 1 },
    });
    expect(looks.map(({ at }) => at)).toEqual(looks.map(({ at }) => at).toSorted());
  });

  test('--watch over all campaigns goes on until it is interrupted', async () => {
    await loaded('spring', 1);
    const interruption = new AbortController();
    const stdout = new PassThrough();
    const watching = bench.run(['status', '--watch', '--json'], {
      signal: interruption.signal,
      stdout,
    });
    const looks: string[] = [];
    for await (const line of createInterface(stdout)) {
      looks.push(line);
      if (looks.length === 2) interruption.abort(new Interrupted('SIGINT'));
    }
    expect(await watching).toMatchObject({ code: 130 });
    expect(looks.map((look) => (JSON.parse(look) as { id: string }[])[0]?.id)).toEqual([
      'spring',
      'spring',
    ]);
    expect(JSON.parse(looks[1] ?? '')).toMatchObject([{ rate: { perSecond: 0, perMinute: 0 } }]);
  });

  test('on a terminal --watch draws over what it has drawn', async () => {
    const [first = ''] = await loaded('spring', 1);
    const stdout = Object.assign(new PassThrough(), { isTTY: true, columns: 60, rows: 20 });
    const drawn = text(stdout);
    const watching = bench.run(['status', 'spring', '--watch'], { stdout });
    await placed('spring', first, 'accepted');
    expect(await watching).toMatchObject({ code: 0 });
    const frames = (await drawn)
      .replaceAll('\u001b', '^')
      .split('^[J')
      .filter((frame) => frame !== '');
    expect(frames[0]).toMatch(/^spring: (?:running|completed)\^\[K\n {2}pending/);
    expect(frames.at(-1)).toContain('spring: completed');
    for (const frame of frames.slice(1)) expect(frame).toMatch(/^\^\[\d+A\rspring/);
  });

  test.each([[['status']], [['status', '--watch']]])(
    '%j fits a terminal of 80 columns, and leaves nothing out',
    async (argv) => {
      const outcomes = [
        'accepted',
        'rejected',
        'exhausted',
        'unknown',
        'suppressed',
        'expired',
        'canceled',
      ] as const;
      const calls = await loaded('spring-events-of-the-year', outcomes.length + 1);
      for (const [index, outcome] of outcomes.entries()) {
        await placed('spring-events-of-the-year', calls[index] ?? '', outcome);
      }
      const interruption = new AbortController();
      const stdout = Object.assign(new PassThrough(), { isTTY: true, columns: 80, rows: 50 });
      const running = bench.run(argv, { stdout, signal: interruption.signal });
      let shown = '';
      for await (const chunk of stdout) {
        shown += String(chunk);
        if (shown.includes('no worker is running')) interruption.abort(new Interrupted('SIGINT'));
      }
      await running;
      // oxlint-disable-next-line no-control-regex
      const lines = shown.replaceAll(/\u001b\[\d*[KJA]\r?/g, '').split('\n');
      expect(lines.filter((line) => line.length > 80)).toEqual([]);
      expect(shown).not.toContain('…');
      for (const outcome of outcomes) expect(shown).toContain(outcome.toUpperCase());
    },
  );

  test('no such campaign', async () => {
    expect(await bench.run(['status', 'nosuch'])).toMatchObject({ code: 2, stdout: '' });
  });
});

describe('results', () => {
  test('as CSV: the columns in their order, safe in a spreadsheet', async () => {
    const [first = '', second = ''] = await loaded('spring', 2);
    await placed('spring', first, 'accepted', {
      name: '=HYPERLINK("x")',
      httpStatus: 200,
      externalId: '-7',
    });
    await placed('spring', second, 'unknown', { reason: 'no_response' });
    const [heading, ...lines] = (await bench.run(['results', 'spring'])).stdout.split('\r\n');
    expect(heading).toBe(RESULT_COLUMNS.join(','));
    expect(lines).toEqual([
      `${first},spring,'-7,1,+15055550123,+15055550100,"'=HYPERLINK(""x"")",accepted,accepted,200,1,1970-01-01T00:00:00.000Z,,1970-01-01T00:00:01.000Z,worker-1,1,,`,
      `${second},spring,,1,+15055550123,+15055550100,Ada,unknown,no_response,,1,1970-01-01T00:00:00.000Z,,1970-01-01T00:00:01.000Z,worker-1,1,,`,
      '',
    ]);
  });

  test('--bom begins the CSV with a byte order mark', async () => {
    await loaded('spring', 1);
    const file = join(bench.directory, 'results.csv');
    expect(await bench.run(['results', 'spring', '--bom', '-o', file])).toMatchObject({ code: 0 });
    expect(await readFile(file, 'utf8')).toBe(
      `\uFEFF${(await bench.run(['results', 'spring'])).stdout}`,
    );
    expect(await bench.run(['results', 'spring', '--bom', '--format', 'ndjson'])).toMatchObject({
      code: 2,
    });
  });

  test('as NDJSON: exact; of one outcome; the latest revision of each', async () => {
    const [first = '', second = ''] = await loaded('spring', 2);
    await placed('spring', first, 'accepted', { name: '=1+1' });
    await placed('spring', second, 'unknown', { reason: 'no_response' });
    await bench.settle('spring', second, 'rejected', { reason: 'bad_request' });
    const { stdout } = await bench.run(['results', 'spring', '--format', 'ndjson']);
    const records = stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(records).toMatchObject([
      { callId: first, name: '=1+1', outcome: 'accepted', revision: 1 },
      { callId: second, outcome: 'rejected', revision: 2 },
    ]);
    const rejected = await bench.run([
      'results',
      'spring',
      '--format',
      'ndjson',
      '--outcome',
      'rejected',
    ]);
    expect(JSON.parse(rejected.stdout)).toMatchObject({ callId: second });
  });

  test('-o writes a whole file that only its owner may read', async () => {
    const [first = ''] = await loaded('spring', 1);
    await placed('spring', first, 'accepted');
    const file = join(bench.directory, 'results.csv');
    expect(await bench.run(['results', 'spring', '-o', file])).toEqual({
      code: 0,
      stdout: '',
      stderr: '',
    });
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    expect((await readFile(file, 'utf8')).split('\r\n')).toHaveLength(3);
    const nowhere = await bench.run([
      'results',
      'spring',
      '-o',
      join(bench.directory, 'no', 'results.csv'),
    ]);
    expect(nowhere).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('cannot be written (ENOENT)'),
    });
  });

  test('--follow goes on with what settles later, until interrupted', async () => {
    const [first = '', second = ''] = await loaded('spring', 2);
    await placed('spring', first, 'accepted');
    const file = join(bench.directory, 'results.ndjson');
    const interruption = new AbortController();
    const argv = ['results', 'spring', '--follow', '--format', 'ndjson', '-o', file];
    const following = bench.run(argv, { signal: interruption.signal });
    const calls = async () =>
      (await readFile(file, 'utf8').catch(() => '')).match(/"callId":"[^"]+"/g) ?? [];
    await eventually(async () => (await calls()).length === 1);
    await placed('spring', second, 'accepted');
    await eventually(async () => (await calls()).length === 2);
    interruption.abort(new Interrupted('SIGINT'));
    expect(await following).toMatchObject({ code: 130 });
  });

  test.each([[['results', 'nosuch']], [['results', 'spring', '--outcome', 'lost']], [['results']]])(
    '%j is bad usage',
    async (argv) => {
      expect(await bench.run(argv)).toMatchObject({ code: 2, stdout: '' });
    },
  );
});

describe('doctor', () => {
  test('says what to mend, and ends with 1', async () => {
    const { code, stdout } = await bench.run(['doctor'], {
      env: { DIALER_ALLOW_VOLATILE_REDIS: undefined },
    });
    expect(code).toBe(1);
    expect(stdout).toContain('✓ Its version is 7.0 or later.\n');
    expect(stdout).toContain(
      '✗ Redis forgets calls when it stops (appendonly no); run CONFIG SET appendonly yes.\n',
    );
    expect(stdout).toContain('! LIBBY_CLIENT_ID and LIBBY_CLIENT_SECRET are not set here');
  });

  test('finds everything in order with a lasting Redis and good credentials', async () => {
    await using lasting = await startRedis({ appendonly: true, appendfsync: 'always' });
    await using simulator = await startSimulator();
    const env = {
      REDIS_URL: lasting.url,
      LIBBY_TOKEN_URL: simulator.tokenUrl,
      LIBBY_API_URL: simulator.apiUrl,
      LIBBY_CLIENT_ID: simulator.clientId,
      LIBBY_CLIENT_SECRET: simulator.clientSecret,
      DIALER_ALLOW_VOLATILE_REDIS: undefined,
    };
    const good = await bench.run(['doctor'], { env });
    expect(
      good.stdout
        .trimEnd()
        .split('\n')
        .map((line) => line[0]),
    ).toEqual(Array.from({ length: 8 }, () => '✓'));
    expect(good.code).toBe(0);
    const bad = await bench.run(['doctor'], {
      env: { ...env, LIBBY_CLIENT_SECRET: 'wrong-secret' },
    });
    expect(bad.code).toBe(1);
    expect(bad.stdout).toContain(
      '✗ The token endpoint does not know this client; check client id and client secret.',
    );
    expect(bad.stdout + bad.stderr).not.toContain('wrong-secret');
  });

  test('goes on without Redis, and reports a configuration that cannot be used', async () => {
    const { code, stdout } = await bench.run(['doctor'], {
      env: { REDIS_URL: 'redis://127.0.0.1:1', LIBBY_CLIENT_ID: 'me' },
    });
    expect(code).toBe(1);
    expect(stdout).toBe(
      '✗ Redis at 127.0.0.1:1 refuses the connection; start it, or correct REDIS_URL.\n✗ LIBBY_CLIENT_SECRET is not set, but LIBBY_CLIENT_ID is; set it too.\n',
    );
    const bad = await bench.run(['doctor'], { env: { REDIS_URL: 'http://x', LIBBY_API_URL: 'x' } });
    expect(bad).toMatchObject({ code: 2, stdout: '' });
    expect(
      bad.stderr
        .trim()
        .split('\n')
        .map((line) => line.split(':')[0]),
    ).toEqual(['REDIS_URL', 'LIBBY_API_URL']);
  });
});

describe('Redis in trouble', () => {
  test.each([
    [
      'asks for a password',
      { requirepass: 'secret' },
      (url: string) => url.replace(/:secret@|:[^/@]*@/, ''),
    ],
    ['out of memory', { maxmemory: '400kb' }, (url: string) => url],
  ])('%s: one sentence, exit code 1', async (sentence, options, urlOf) => {
    await using troubled = await startRedis(options);
    const argv = ['campaign', 'put', await bench.campaign('spring')];
    const { code, stdout, stderr } = await bench.run(argv, {
      env: { REDIS_URL: urlOf(troubled.url) },
    });
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toContain(sentence);
    expect(stderr.trim().split('\n')).toHaveLength(1);
  });

  test('a replica takes no writes: one sentence, exit code 1', async () => {
    await using replica = await startRedis({
      args: ['--replicaof', '127.0.0.1', String(bench.redis.options.port)],
    });
    const argv = [
      'load',
      await bench.list('list.csv', 1),
      '--campaign',
      await bench.campaign('spring'),
    ];
    const { code, stderr } = await bench.run(argv, { env: { REDIS_URL: replica.url } });
    expect({ code, lines: stderr.trim().split('\n').length }).toEqual({ code: 1, lines: 1 });
    const pause = await bench.run(['campaign', 'put', await bench.campaign('spring')], {
      env: { REDIS_URL: replica.url },
    });
    expect(pause).toMatchObject({ code: 1, stderr: expect.stringContaining('replica') });
  });
});
