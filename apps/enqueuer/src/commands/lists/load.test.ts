import { access, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { gzipSync } from 'node:zlib';
import { queuedCallSchema } from '@libby-dialer/dialing';
import { Interrupted } from '@libby-dialer/runtime';
import { eventually } from '@libby-dialer/testkit';
import { beforeEach, describe, expect, test } from 'vitest';
import { type CommandBench, eachTest, phone } from '../../testing/command-bench.ts';

let bench: CommandBench;
eachTest((each) => {
  bench = each;
});

const counts = {
  queued: 0,
  alreadyQueued: 0,
  alreadySettled: 0,
  duplicates: 0,
  rejected: 0,
  rejectsFile: null,
  wouldExpire: 0,
};

describe('load', () => {
  test('queues each row once, however often it is run', async () => {
    const campaign = await bench.campaign('spring');
    const list = await bench.list('list.csv', 1200);
    const first = await bench.json(['load', list, '--campaign', campaign, '--json']);
    expect(first).toEqual({ ...counts, campaign: 'spring', rows: 1200, queued: 1200 });
    const again = await bench.json(['load', list, '--campaign', campaign, '--json']);
    expect(again).toEqual({ ...counts, campaign: 'spring', rows: 1200, alreadyQueued: 1200 });
    expect(await bench.queued('spring')).toHaveLength(1200);
  });

  test('goes on where an interrupted load stopped', async () => {
    const campaign = await bench.campaign('spring');
    const whole = await bench.list('list.csv', 1200);
    const part = await bench.list('part.csv', 700);
    await bench.json(['load', part, '--campaign', campaign, '--json']);
    const result = await bench.json(['load', whole, '--campaign', campaign, '--json']);
    expect(result).toEqual({
      ...counts,
      campaign: 'spring',
      rows: 1200,
      queued: 500,
      alreadyQueued: 700,
    });
    expect(new Set(await bench.queued('spring')).size).toBe(1200);
  });

  test('an interruption ends a list that does not go on, says how far it got, and loses nothing', async () => {
    const campaign = await bench.campaign('spring');
    const interruption = new AbortController();
    const stdin = new PassThrough();
    // More than the reader wants to see before it begins; then silence.
    stdin.write(
      `Name,Phone\n${Array.from({ length: 900 }, (_, index) => `${'Ada'.padEnd(90)},${phone(index)}\n`).join('')}`,
    );
    const argv = [
      'load',
      '-',
      '--campaign',
      campaign,
      '--rejects',
      join(bench.directory, 'rejects.csv'),
    ];
    const loading = bench.run(argv, { stdin, signal: interruption.signal });
    await eventually(async () => (await bench.queued('spring')).length >= 500);
    interruption.abort(new Interrupted('SIGINT'));
    const { code, stdout, stderr } = await loading;
    expect({ code, stdout }).toEqual({ code: 130, stdout: '' });
    const said =
      /^Interrupted after (\d+) rows \(\1 queued, 0 rejected\); the same command goes on/m.exec(
        stderr,
      );
    const rows = Number(said?.[1]);
    expect(await bench.queued('spring')).toHaveLength(rows);
    const list = await bench.list('list.csv', 1000);
    const again = await bench.json(['load', list, '--campaign', campaign, '--json']);
    expect(again).toMatchObject({
      rows: 1000,
      queued: 1000 - rows,
      alreadyQueued: rows,
      duplicates: 0,
    });
  });

  test('an interruption before anything was done ends at once', async () => {
    const argv = [
      'load',
      await bench.list('list.csv', 1),
      '--campaign',
      await bench.campaign('spring'),
    ];
    const { code } = await bench.run(argv, {
      signal: AbortSignal.abort(new Interrupted('SIGINT')),
    });
    expect(code).toBe(130);
  });

  test('counts rows that repeat an earlier row as duplicates, whether that was new or there before', async () => {
    const campaign = await bench.campaign('spring');
    const before = await bench.list('before.csv', 1);
    await bench.json(['load', before, '--campaign', campaign, '--json']);
    const rows = [0, 1, 0, 1, 1, 2].map((index) => `Person,${phone(index)}`);
    const list = await bench.file('list.csv', `Name,Phone\n${rows.join('\n')}\n`);
    const result = await bench.json(['load', list, '--campaign', campaign, '--json']);
    expect(result).toEqual({
      ...counts,
      campaign: 'spring',
      rows: 6,
      queued: 2,
      alreadyQueued: 1,
      duplicates: 3,
    });
  });

  test('counts a duplicate of a row that is far above it', async () => {
    const campaign = await bench.campaign('spring');
    const list = await bench.list('list.csv', 1400);
    const text = await readFile(list, 'utf8');
    await writeFile(list, `${text}Person,${phone(0)}\nPerson,${phone(1399)}\n`);
    const result = await bench.json(['load', list, '--campaign', campaign, '--json']);
    expect(result).toEqual({
      ...counts,
      campaign: 'spring',
      rows: 1402,
      queued: 1400,
      duplicates: 2,
    });
  });

  test('tells the settled from the queued', async () => {
    const campaign = await bench.campaign('spring');
    const list = await bench.list('list.csv', 3);
    await bench.json(['load', list, '--campaign', campaign, '--json']);
    const [first = '', second = ''] = await bench.queued('spring');
    await bench.placed('spring', first, 'accepted');
    await bench.claim('spring', second);
    const result = await bench.json(['load', list, '--campaign', campaign, '--json']);
    expect(result).toEqual({
      ...counts,
      campaign: 'spring',
      rows: 3,
      alreadyQueued: 2,
      alreadySettled: 1,
    });
  });

  test('writes rejects, ends with 3 and leaves the file to its owner', async () => {
    const campaign = await bench.campaign('spring');
    const list = await bench.file('list.csv', `Name,Phone\nAda,${phone(0)}\nBob,\n`);
    const { code, stdout } = await bench.run(['load', list, '--campaign', campaign]);
    expect(code).toBe(3);
    expect(stdout).toBe(
      `spring: 2 rows\n  queued           1\n  already queued   0\n  already settled  0\n  duplicates       0\n  rejected         1  see ${list}.rejected.csv\n`,
    );
    expect(await readFile(`${list}.rejected.csv`, 'utf8')).toMatch(
      /^Name,Phone,line,code,reason,row,sheetRow,list,listHash\r?\nBob,,3,missing_phone,/,
    );
  });

  test('leaves rejects alone that somebody is mending, and says where the others are', async () => {
    const campaign = await bench.campaign('spring');
    const list = await bench.file('list.csv', `Name,Phone\nAda,${phone(0)}\nBob,\n`);
    const argv = ['load', list, '--campaign', campaign];
    await bench.run(argv);
    // As we wrote it, it is replaced.
    expect(await bench.run(argv)).toMatchObject({ code: 3, stderr: '' });
    const rejects = `${list}.rejected.csv`;
    const mended = (await readFile(rejects, 'utf8')).replace('Bob,', `Bob,${phone(1)}`);
    await writeFile(rejects, mended);
    const { stdout, stderr } = await bench.run(argv);
    expect(stdout).toContain(`see ${list}.rejected-2.csv`);
    expect(stderr).toBe(
      `Warning: ${rejects} was edited and is left as it is; these rejects are in ${list}.rejected-2.csv.\n`,
    );
    expect(await bench.json(['load', rejects, '--campaign', campaign, '--json'])).toMatchObject({
      queued: 1,
    });
    expect(await readFile(rejects, 'utf8')).toBe(mended);
  });

  test('a pilot takes so many callable rows, and the whole list the rest', async () => {
    const campaign = await bench.campaign('spring');
    const list = await bench.file(
      'list.csv',
      `Name,Phone\nBob,\nAda,${phone(0)}\nAda,${phone(0)}\nEve,${phone(1)}\nTim,${phone(2)}\n`,
    );
    const pilot = await bench.json([
      'load',
      list,
      '--campaign',
      campaign,
      '--limit',
      '2',
      '--json',
    ]);
    expect(pilot).toMatchObject({ rows: 4, queued: 2, duplicates: 1, rejected: 1 });
    const rest = await bench.json(['load', list, '--campaign', campaign, '--json']);
    expect(rest).toMatchObject({
      rows: 5,
      queued: 1,
      alreadyQueued: 2,
      duplicates: 1,
      rejected: 1,
    });
  });

  test('reads standard input, packed files and JSON', async () => {
    const campaign = await bench.campaign('spring');
    const record = { name: 'Ada', toPhoneNumber: phone(0), formInfo: [{ Budget: '100' }] };
    const piped = await bench.json(
      ['load', '-', '--campaign', campaign, '--json', '--rejects', join(bench.directory, 'r.csv')],
      {
        stdin: JSON.stringify([record]),
      },
    );
    expect(piped).toMatchObject({ rows: 1, queued: 1 });
    const packed = join(bench.directory, 'list.csv.gz');
    await writeFile(packed, gzipSync(`Name,Phone\nEve,${phone(1)}\n`));
    expect(await bench.json(['load', packed, '--campaign', campaign, '--json'])).toMatchObject({
      rows: 1,
      queued: 1,
    });
  });

  test('each call names the row and the list that it came with, whatever the format', async () => {
    const campaign = await bench.campaign('spring');
    const csv = await bench.file('a.csv', `Name,Phone\nAda,${phone(0)}\n`);
    const json = await bench.file(
      'b.json',
      JSON.stringify([{ name: 'Ada', toPhoneNumber: phone(1) }]),
    );
    const stdin = `Name,Phone,City\nBob,,"Santa\nFe"\n\nAda,${phone(2)},Taos\n`;
    for (const list of [csv, json, '-']) {
      const rejects = ['--rejects', join(bench.directory, 'r.csv')];
      await bench.json(['load', list, '--campaign', campaign, '--json', ...rejects], { stdin });
    }
    expect(await sources('spring')).toEqual([
      { list: csv, listHash: HASH, row: 1, sheetRow: 2, line: 2 },
      { list: json, listHash: HASH, row: 1, line: 1 },
      { list: 'stdin', row: 2, sheetRow: 4, line: 5 },
    ]);
  });

  test('rows of a list that is deduplicated by row are the same only in the same list', async () => {
    const campaign = await bench.campaign('spring', { dedupeBy: 'row' });
    const list = await bench.file('a.csv', `Name,Phone\nAda,${phone(0)}\nAda,${phone(0)}\n`);
    const other = await bench.file('b.csv', `Name,Phone\nAda,${phone(0)}\n`);
    expect(await bench.json(['load', list, '--campaign', campaign, '--json'])).toMatchObject({
      queued: 2,
    });
    expect(await bench.json(['load', list, '--campaign', campaign, '--json'])).toMatchObject({
      alreadyQueued: 2,
    });
    expect(
      await bench.json(['load', other, '--campaign', campaign, '--another-list', '--json']),
    ).toMatchObject({
      queued: 1,
    });
  });

  test('a stored campaign is named by its id', async () => {
    await bench.run(['campaign', 'put', await bench.campaign('spring')]);
    const list = await bench.list('list.csv', 1);
    expect(await bench.json(['load', list, '--campaign', 'spring', '--json'])).toMatchObject({
      queued: 1,
    });
    const { code, stderr } = await bench.run(['load', list, '--campaign', 'autumn']);
    expect(code).toBe(2);
    expect(stderr).toContain('autumn is neither a campaign file nor a stored campaign');
  });

  test('is not left marked as loading', async () => {
    await bench.json([
      'load',
      await bench.list('list.csv', 1),
      '--campaign',
      await bench.campaign('spring'),
      '--json',
    ]);
    expect(await bench.json(['status', 'spring', '--json'])).toMatchObject({
      state: 'running',
      pending: 1,
    });
  });
});

describe('load warns', () => {
  test('of rows that can never be placed, and queues them all the same', async () => {
    const times = ['', '2020-01-01T00:00:00Z', '2999-01-01T00:00:00Z', '2020-01-01T00:00:00Z'];
    const rows = times.map((time, index) => `Ada,${phone(index)},${time}\n`);
    const list = await bench.file('list.csv', `Name,Phone,expiresAt\n${rows.join('')}`);
    const argv = ['load', list, '--campaign', await bench.campaign('spring'), '--json'];
    const { code, stdout, stderr } = await bench.run(argv);
    expect({ code, stderr }).toEqual({
      code: 0,
      stderr: `Warning: 2 calls can never be placed: the time to call is over (rows 3, 5 of ${list}).\n`,
    });
    expect(JSON.parse(stdout)).toMatchObject({ rows: 4, queued: 4, wouldExpire: 2 });
    expect(await bench.run(argv)).toMatchObject({ stderr: '' });
  });

  test('of rows by their line, and by their row in a spreadsheet where cells hold line breaks', async () => {
    const expired = '2020-01-01T00:00:00Z';
    const list = await bench.file(
      'list.csv',
      `Name,Phone,expiresAt,Note\nAda,${phone(0)},${expired},a\nBo,${phone(1)},,"a\nb\nc"\nCy,${phone(2)},${expired},a\nDi,,,a\n`,
    );
    const argv = ['load', list, '--campaign', await bench.campaign('spring')];
    const dry = await bench.run([...argv, '--dry-run']);
    expect(dry.stdout).toContain('\n  would be queued  3\n');
    expect(dry.stdout).toMatch(/^row 2: never: .*\nrows? 3.*\nrow 4 \(line 6\): never: /m);
    expect(await bench.json([...argv, '--dry-run', '--json'])).toMatchObject({
      fates: expect.arrayContaining([
        expect.objectContaining({ line: 7, toLine: 7, sheetRow: 5, toSheetRow: 5 }),
      ]),
    });
    expect((await bench.run(argv)).stderr).toContain(`(rows 2, 4 (line 6) of ${list}).`);
  });

  test('of rows whose hours open too late, or never', async () => {
    // The law of New Mexico's calls leaves nothing of a window at night.
    const list = await bench.file(
      'list.csv',
      `Name,Phone,expiresAt\nAda,${phone(0)},\nBo,${phone(1)},2999-01-01T00:00:00Z\n`,
    );
    const callingWindow = { from: '22:00', to: '23:00' };
    const { stderr } = await bench.run([
      'load',
      list,
      '--campaign',
      await bench.campaign('spring', { callingWindow }),
    ]);
    expect(stderr).toBe(
      `Warning: 1 call can never be placed: the hours do not open at all (row 2 of ${list}).\n` +
        `Warning: 1 call can never be placed: out of hours until the time to call is over (row 3 of ${list}).\n`,
    );
  });
});

describe('load refuses', () => {
  test('a campaign that is canceled', async () => {
    const campaign = await bench.campaign('spring');
    const list = await bench.list('list.csv', 1);
    await bench.run(['campaign', 'put', campaign]);
    await bench.run(['cancel', 'spring']);
    const { code, stdout, stderr } = await bench.run(['load', list, '--campaign', campaign]);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toContain('Campaign spring is canceled and takes no more rows');
  });

  test('to change what rows are the same by after the first load, and changes nothing', async () => {
    const list = await bench.list('list.csv', 1);
    await bench.run(['load', list, '--campaign', await bench.campaign('spring')]);
    const changed = await bench.campaign('spring', { dedupeBy: 'row', defaultName: 'you' });
    const { code, stderr } = await bench.run(['load', list, '--campaign', changed]);
    expect(code).toBe(2);
    expect(stderr).toMatch(/^dedupeBy: .*phone.*row/);
    expect((await bench.run(['campaign', 'show', 'spring'])).stdout).not.toContain('defaultName');
  });

  test('a bad campaign file with every problem at once', async () => {
    const file = await bench.file(
      'bad.yaml',
      'id: Spring Events\npacing: 5\nfromPhoneNumber: "123"\ncolour: red\n',
    );
    const { code, stdout, stderr } = await bench.run([
      'load',
      await bench.list('list.csv', 1),
      '--campaign',
      file,
    ]);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    const lines = stderr.trimEnd().split('\n');
    expect(lines.map((line) => line.slice(`${file}: `.length).split(':')[0])).toEqual(
      expect.arrayContaining(['id', 'pacing', 'fromPhoneNumber', 'colour']),
    );
    expect(lines.every((line) => line.startsWith(`${file}: `))).toBe(true);
  });

  test.each([
    ['no such list', ['load', 'nosuch.csv', '--campaign', 'CAMPAIGN'], 2],
    ['no campaign', ['load', 'LIST'], 2],
    ['a limit of none', ['load', 'LIST', '--campaign', 'CAMPAIGN', '--limit', '0'], 2],
    ['an unknown format', ['load', 'LIST', '--campaign', 'CAMPAIGN', '--format', 'xml'], 2],
    ['an unknown option', ['load', 'LIST', '--campaign', 'CAMPAIGN', '--fast'], 2],
  ])('%s', async (_, argv, code) => {
    const files = {
      LIST: await bench.list('list.csv', 1),
      CAMPAIGN: await bench.campaign('spring'),
    };
    const result = await bench.run(argv.map((word) => files[word as keyof typeof files] ?? word));
    expect(result).toMatchObject({ code, stdout: '' });
    expect(result.stderr.trim().split('\n')).toHaveLength(1);
    expect(await bench.redis.keys(`${bench.keys.prefix}*`)).toEqual([]);
  });

  test.each([
    ['whose headings name no phone', 'Name,Colour\nAda,red\n', {}],
    [
      'without the column that the campaign names',
      'Name,Phone\nAda,+15055550123\n',
      { columns: { toPhoneNumber: 'Mobil' } },
    ],
  ])(
    'a list %s, before anything is stored: the campaign file is to be mended',
    async (_, content, settings) => {
      const list = await bench.file('list.csv', content);
      const { code, stderr } = await bench.run([
        'load',
        list,
        '--campaign',
        await bench.campaign('spring', settings),
      ]);
      expect(code).toBe(2);
      expect(stderr.trim().split('\n')).toHaveLength(1);
      expect(await bench.redis.keys(`${bench.keys.prefix}*`)).toEqual([]);
    },
  );

  test('a list that is empty', async () => {
    const list = await bench.file('list.csv', '');
    const result = await bench.run(['load', list, '--campaign', await bench.campaign('spring')]);
    expect(result).toMatchObject({ code: 1, stderr: 'The list is empty.\n' });
  });

  test('a Redis that forgets, unless allowed', async () => {
    const argv = [
      'load',
      await bench.list('list.csv', 1),
      '--campaign',
      await bench.campaign('spring'),
    ];
    const { code, stderr } = await bench.run(argv, {
      env: { DIALER_ALLOW_VOLATILE_REDIS: undefined },
    });
    expect(code).toBe(1);
    expect(stderr).toContain('appendonly');
  });

  test('a Redis that is not there, in one sentence', async () => {
    const argv = [
      'load',
      await bench.list('list.csv', 1),
      '--campaign',
      await bench.campaign('spring'),
    ];
    const { code, stdout, stderr } = await bench.run(argv, {
      env: { REDIS_URL: 'redis://127.0.0.1:1' },
    });
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toBe(
      'Redis at 127.0.0.1:1 refuses the connection; start it, or correct REDIS_URL.\n',
    );
  });
});

describe('load --dry-run', () => {
  test('gives every row its fate, shows the first calls and touches nothing', async () => {
    const campaign = await bench.campaign('spring', {
      introNotes: 'Ask {{name}} about {{Budget}}',
    });
    const list = await bench.file(
      'list.csv',
      `Name,Phone,Budget\nAda,${phone(0)},100\nBob,${phone(1)},200\nAda,${phone(0)},100\nEve,,5\nTim,${phone(2)},\n`,
    );
    const { code, stdout } = await bench.run(['load', list, '--campaign', campaign, '--dry-run']);
    expect(code).toBe(3);
    expect(stdout).toContain(
      'rows 2-3: now, America/Denver by its number\nrow 4: never a second time: repeats an earlier row\nrow 5: never: rejected (missing_phone)',
    );
    expect(stdout).toContain('row 6: never: rejected (missing_variable)');
    expect(stdout).toContain('"introNotes": "Ask Bob about 200"');
    expect(await bench.redis.keys(`${bench.keys.prefix}*`)).toEqual([]);
    await expect(access(`${list}.rejected.csv`)).rejects.toThrow('ENOENT');
  });

  test('knows what is there already, without changing it', async () => {
    const campaign = await bench.campaign('spring');
    await bench.run(['load', await bench.list('list.csv', 2), '--campaign', campaign]);
    const before = await bench.redis.hgetall(bench.keys.campaign('spring').state);
    const result = await bench.json([
      'load',
      await bench.list('more.csv', 3),
      '--campaign',
      campaign,
      '--dry-run',
      '--json',
    ]);
    expect(result).toMatchObject({
      dryRun: true,
      rows: 3,
      queued: 1,
      alreadyQueued: 2,
      fates: [
        { line: 2, toLine: 3, rows: 2, fate: 'already_queued' },
        { line: 4, toLine: 4, rows: 1, fate: 'queued' },
      ],
      payloads: [
        {
          name: 'Person 2',
          toPhoneNumber: phone(2),
          fromPhoneNumber: '+15055550100',
          formInfo: [],
        },
      ],
    });
    expect(await bench.redis.hgetall(bench.keys.campaign('spring').state)).toEqual(before);
  });

  test('works without Redis, and says what it cannot know', async () => {
    const argv = [
      'load',
      await bench.list('list.csv', 2),
      '--campaign',
      await bench.campaign('spring'),
      '--dry-run',
    ];
    const { code, stdout, stderr } = await bench.run(argv, {
      env: { REDIS_URL: 'redis://127.0.0.1:1' },
    });
    expect(code).toBe(0);
    expect(stdout).toContain('rows 2-3: now');
    expect(stderr).toContain('does not know which calls are there already');
  });

  test('knows what became of a call, and who is not to be called', async () => {
    const campaign = await bench.campaign('spring');
    await bench.json(['load', await bench.list('part.csv', 1), '--campaign', campaign, '--json']);
    const [callId = ''] = await bench.queued('spring');
    await bench.placed('spring', callId, 'accepted');
    await bench.run(['suppress', 'add', phone(1)]);
    const argv = ['load', await bench.list('list.csv', 3), '--campaign', campaign, '--dry-run'];
    const { stdout } = await bench.run(argv);
    expect(stdout).toContain(
      'row 2: never a second time: is settled already (accepted)\nrow 3: never: is on the do-not-call list\nrow 4: now',
    );
  });

  test('--verdicts writes a line for each row, only for its owner and of nobody by name', async () => {
    const verdicts = join(bench.directory, 'verdicts.csv');
    const list = await bench.list('list.csv', 30);
    const campaign = await bench.campaign('spring', { startsAt: '2999-01-01T16:00:00Z' });
    const { code } = await bench.run([
      'load',
      list,
      '--campaign',
      campaign,
      '--dry-run',
      '--verdicts',
      verdicts,
    ]);
    expect(code).toBe(0);
    const lines = (await readFile(verdicts, 'utf8')).split('\r\n');
    expect(lines).toHaveLength(1 + 30 + 1);
    expect(lines.slice(0, 2)).toEqual([
      'line,verdict,at,zone,zoneSource,rule,reason,detail,localAt,unchecked,sheetRow,row,phoneColumn,passedOver',
      '2,at,2999-01-01T16:00:00.000Z,America/Denver,number,,,,Tue 2999-01-01 09:00,,2,1,,',
    ]);
    expect(lines.join('')).not.toMatch(/Person|555/);
    expect((await stat(verdicts)).mode & 0o777).toBe(0o600);
  });

  test.each([
    ['without --dry-run', (list: string) => [list, '--verdicts', `${list}.verdicts`]],
    ['over the list', (list: string) => [list, '--dry-run', '--verdicts', list]],
  ])('--verdicts %s is bad usage', async (_case, argvOf) => {
    const list = await bench.list('list.csv', 1);
    const before = await readFile(list, 'utf8');
    const argv = ['load', ...argvOf(list), '--campaign', await bench.campaign('spring')];
    expect(await bench.run(argv)).toMatchObject({ code: 2, stdout: '' });
    expect(await readFile(list, 'utf8')).toBe(before);
    expect(await bench.redis.keys(`${bench.keys.prefix}*`)).toEqual([]);
  });

  test('points out calls that could never be placed in time', async () => {
    const campaign = await bench.campaign('spring', { expiresAt: '2020-01-01T00:00:00Z' });
    const { stdout } = await bench.run([
      'load',
      await bench.list('list.csv', 1),
      '--campaign',
      campaign,
      '--dry-run',
    ]);
    expect(stdout).toContain('row 2: never: its time is over, or ends before its hours open');
  });
});

test('a pilot without rejects leaves the rejects file of the whole list alone', async () => {
  const list = await bench.file('list.csv', 'Name,Phone\nAda,+15055550123\nBob,none\n');
  const argv = ['load', list, '--campaign', await bench.campaign('spring')];
  await bench.run(argv);
  const rejects = await readFile(`${list}.rejected.csv`, 'utf8');
  expect((await bench.run([...argv, '--limit', '1'])).code).toBe(0);
  expect(await readFile(`${list}.rejected.csv`, 'utf8')).toBe(rejects);
  await writeFile(list, 'Name,Phone\nAda,+15055550123\n');
  expect((await bench.run([...argv, '--limit', '2'])).code).toBe(0);
  await expect(access(`${list}.rejected.csv`)).rejects.toThrow('ENOENT');
});

/** From which row of which list each queued call came. */
async function sources(campaign: string): Promise<object[]> {
  const queue = bench.keys.queue(campaign);
  const found = (await bench.queued(campaign)).map(async (callId) => {
    const data = (await bench.redis.hget(`${queue}${callId}`, 'data')) ?? '';
    const call = queuedCallSchema.parse(JSON.parse(data));
    return await bench.queue.campaigns.sourceOf(campaign, call);
  });
  return await Promise.all(found);
}

const HASH = expect.stringMatching(/^sha256:[0-9a-f]{16}$/) as unknown;

test('a mended rejects file is loaded with its cells as they were, and its calls name the list', async () => {
  const list = await bench.file('list.csv', 'Name,Phone,Note\nBob,12,\n=Ada,none,-5 %\n');
  const campaign = await bench.campaign('spring');
  expect((await bench.run(['load', list, '--campaign', campaign])).code).toBe(3);
  const rejects = await readFile(`${list}.rejected.csv`, 'utf8');
  expect(rejects).toContain("\n'=Ada,none,'-5 %,3,");
  await writeFile(`${list}.rejected.csv`, rejects.replace('none', '+15055550123'));
  const argv = ['load', `${list}.rejected.csv`, '--campaign', campaign, '--json'];
  expect(await bench.json([...argv, '--dry-run'])).toMatchObject({
    payloads: [{ name: '=Ada', toPhoneNumber: '+15055550123', formInfo: [{ Note: '-5 %' }] }],
  });
  expect(await bench.json(argv)).toMatchObject({ queued: 1, rejected: 1 });
  expect(await sources('spring')).toEqual([{ list, listHash: HASH, row: 2, sheetRow: 3, line: 3 }]);
});

describe('with dedupeBy: row', () => {
  const rows = 'Name,Phone\nAda,+15055550123\nBob,+15055550124\n';
  let campaign: string;
  let load: (
    name: string,
    content: string | Buffer,
    ...options: string[]
  ) => ReturnType<CommandBench['run']>;
  beforeEach(async () => {
    campaign = await bench.campaign('spring', { dedupeBy: 'row' });
    load = async (name, content, ...options) => {
      await writeFile(join(bench.directory, name), content);
      return await bench.run([
        'load',
        join(bench.directory, name),
        '--campaign',
        campaign,
        ...options,
      ]);
    };
    await load('list.csv', rows, '--limit', '1');
  });

  test.each([
    ['a row more', `${rows}Cid,+15055550125\n`],
    ['other line ends', rows.replaceAll('\n', '\r\n')],
    ['a byte order mark', `\ufeff${rows}`],
    ['a row less', 'Name,Phone\nAda,+15055550123\n'],
  ])('refuses the list with %s: it would ring everybody again', async (_, content) => {
    const refused = await load('list.csv', content);
    expect(refused).toMatchObject({ code: 2, stdout: '' });
    expect(refused.stderr).toBe(
      'Campaign spring has loaded another list, and with dedupeBy: row each row of this one is a new call: whoever is in both is called twice. If that is meant, give --another-list.\n',
    );
    expect(await bench.queued('spring')).toHaveLength(1);
    const dryRun = await load('list.csv', content, '--dry-run');
    expect(dryRun).toMatchObject({
      code: 0,
      stderr: expect.stringMatching(/^Warning: Campaign spring has loaded/),
    });
  });

  test('goes on with the same one: after a pilot, packed, or by standard input', async () => {
    expect((await load('list.csv', rows)).stdout).toContain('already queued   1\n');
    expect((await load('list.csv.gz', gzipSync(rows))).stdout).toContain('already queued   2\n');
    expect(await bench.run(['load', '-', '--campaign', campaign], { stdin: rows })).toMatchObject({
      code: 0,
    });
    expect(await bench.queued('spring')).toHaveLength(2);
  });

  test('loads another where that is meant, from then on without a word', async () => {
    const other = 'Name,Phone\nCid,+15055550125\n';
    expect((await load('other.csv', other, '--another-list')).code).toBe(0);
    expect((await load('other.csv', other)).stdout).toContain('already queued   1\n');
    expect((await load('list.csv', rows)).code).toBe(0);
    expect(await bench.queued('spring')).toHaveLength(3);
  });

  test('a list of which nothing was queued is none that was loaded', async () => {
    const other = await bench.campaign('autumn', { dedupeBy: 'row' });
    const list = await bench.file('a.csv', 'Name,Phone\nAda,none\n');
    expect((await bench.run(['load', list, '--campaign', other])).code).toBe(3);
    expect(
      (await bench.run(['load', await bench.list('a.csv', 2), '--campaign', other])).code,
    ).toBe(0);
  });

  test('asks on a terminal', async () => {
    const other = await bench.file('other.csv', 'Name,Phone\nCid,+15055550125\n');
    const argv = ['load', other, '--campaign', campaign];
    const no = await bench.run(argv, { isTerminal: true, stdin: '\n' });
    expect(no).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('is called twice. Load it? [y/N] '),
    });
    expect(await bench.queued('spring')).toHaveLength(1);
    expect((await bench.run(argv, { isTerminal: true, stdin: 'y\n' })).code).toBe(0);
    expect(await bench.queued('spring')).toHaveLength(2);
  });

  test('of two first lists at once one is loaded', async () => {
    const other = await bench.campaign('autumn', { dedupeBy: 'row' });
    const lists = [await bench.list('a.csv', 3), await bench.list('b.csv', 4)];
    const loads = await Promise.all(
      lists.map((list) => bench.run(['load', list, '--campaign', other])),
    );
    expect(new Set(loads.map(({ code }) => code))).toEqual(new Set([0, 2]));
    expect(await bench.queued('autumn')).toHaveLength(loads[0]?.code === 0 ? 3 : 4);
  });
});

function askFor(word: string): object {
  return { introNotes: `${'Be brief. '.repeat(20)}Ask for ${word}.`, defaultName: 'there' };
}

async function stored(): Promise<string> {
  return (await bench.run(['campaign', 'show', 'spring'])).stdout;
}

describe('a campaign file that changes the stored campaign', () => {
  const changes =
    /\n {2}introNotes: ….*Ask for Ann\." → ….*Ask for Bob\."\n {2}callingWindow: "anytime" → \{ "from": "08:00", "to": "21:00", "days": \[ "mon",/;
  let list: string;
  let changed: string;
  beforeEach(async () => {
    list = await bench.list('list.csv', 2);
    await bench.run(['load', list, '--campaign', await bench.campaign('spring', askFor('Ann'))]);
    changed = await bench.campaign('spring', { ...askFor('Bob'), callingWindow: undefined });
  });

  test('is asked about on a terminal, with what it changes', async () => {
    const before = await stored();
    const argv = ['load', list, '--campaign', changed];
    const no = await bench.run(argv, { isTerminal: true, stdin: '\n' });
    expect(no).toMatchObject({ code: 2, stdout: '' });
    expect(no.stderr).toMatch(
      /\nThe file changes campaign spring as it is stored, also for 2 calls that wait:\n/,
    );
    expect(no.stderr).toMatch(changes);
    expect(no.stderr).toContain('\nChange it? [y/N] ');
    expect(no.stderr).toContain(
      '"--campaign spring" loads the list with the campaign as it is stored.',
    );
    expect(await stored()).toBe(before);
    expect((await bench.run(argv, { isTerminal: true, stdin: 'y\n' })).code).toBe(0);
    expect(await stored()).toContain('Ask for Bob.');
    // What is stored already changes nothing.
    expect(await bench.run(argv, { isTerminal: true })).toMatchObject({
      code: 0,
      stderr: expect.not.stringContaining('changes campaign'),
    });
  });

  test.each([
    ['where nobody can be asked', {}, []],
    ['by --yes', { isTerminal: true }, ['--yes']],
  ])('is stored %s, and what it changes is said', async (_, io, options) => {
    const { code, stderr } = await bench.run(['load', list, '--campaign', changed, ...options], io);
    expect({ code, stderr }).toEqual({ code: 0, stderr: expect.stringMatching(changes) });
    expect(stderr).not.toContain('[y/N]');
    expect(await stored()).toContain('Ask for Bob.');
  });

  test('is told of by a dry run', async () => {
    const before = await stored();
    const { stderr } = await bench.run(['load', list, '--campaign', changed, '--dry-run'], {
      isTerminal: true,
    });
    expect(stderr).toMatch(changes);
    expect(await stored()).toBe(before);
  });
});
