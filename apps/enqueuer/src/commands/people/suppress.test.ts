import { readFile, writeFile } from 'node:fs/promises';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { gzipSync } from 'node:zlib';
import { Interrupted } from '@libby-dialer/runtime';
import { eventually } from '@libby-dialer/testkit';
import { describe, expect, test } from 'vitest';
import { type CommandBench, eachTest, phone } from '../../testing/command-bench.ts';

let bench: CommandBench;
eachTest((each) => {
  bench = each;
});

const NATIONAL = ['--country', 'US'];

/** Which of a number's forms are on the list. */
async function listed(...numbers: string[]): Promise<boolean[]> {
  const { stdout } = await bench.run(['suppress', 'check', ...numbers]);
  return stdout
    .trim()
    .split('\n')
    .map((line) => line.endsWith('suppressed'));
}

const added = async () => await bench.context.queue.doNotCall.count();

const [first, second, third] = [phone(0), phone(1), phone(2)];
const bare = (number: string) => number.slice(2);

describe('suppress import', () => {
  test.each([
    ['numbers alone', `${first}\n${second}\n${third}\n`],
    ['ten digits each', [first, second, third].map((number) => `${bare(number)}\r\n`).join('')],
    ['no line break at the end', [first, second, third].map(bare).join('\n')],
    [
      'written for people',
      `(${bare(first).slice(0, 3)}) ${bare(first).slice(3, 6)}-${bare(first).slice(6)}\n${second}\n${third}`,
    ],
    [
      'pairs of area code and number',
      [first, second, third].map((n) => `${bare(n).slice(0, 3)},${bare(n).slice(3)}\n`).join(''),
    ],
    [
      'pairs with headings',
      `"areaCode","number"\n${[first, second, third].map((n) => `"${bare(n).slice(0, 3)}","${bare(n).slice(3)}"\n`).join('')}`,
    ],
    ['a heading people use', `Name,Mobile,Since\nAda,${first},1\nBo,${second},2\nCy,${third},3\n`],
    ['one column with a heading', `Phone\n${first}\n${second}\n${third}\n`],
    [
      'NDJSON',
      [first, second, third]
        .map((toPhoneNumber) => `${JSON.stringify({ toPhoneNumber })}\n`)
        .join(''),
    ],
  ])('reads %s', async (_, content) => {
    const file = await bench.file('list', content);
    const result = await bench.json(['suppress', 'import', file, ...NATIONAL, '--json']);
    expect(result).toEqual({
      rows: 3,
      added: 3,
      alreadyListed: 0,
      rejected: 0,
      bothReadings: 0,
      rejectsFile: null,
    });
    expect(await listed(first, second, third)).toEqual([true, true, true]);
  });

  test('reads standard input, and gzip', async () => {
    const piped = await bench.json(['suppress', 'import', '-', '--json'], {
      stdin: `${first}\n${second}\n`,
    });
    expect(piped).toMatchObject({ rows: 2, added: 2 });
    const packed = join(bench.directory, 'list.txt.gz');
    await writeFile(packed, gzipSync(`${second}\n${third}\n`));
    const result = await bench.json(['suppress', 'import', packed, '--json']);
    expect(result).toMatchObject({ rows: 2, added: 1, alreadyListed: 1 });
  });

  test('the same list again adds nothing, whatever its size', async () => {
    const numbers = Array.from({ length: 1500 }, (_, index) => phone(index));
    const file = await bench.file('list.txt', [...numbers, first].join('\n'));
    const once = await bench.run(['suppress', 'import', file]);
    expect(once).toMatchObject({
      code: 0,
      stdout:
        '1,501 rows\n  added                1,500\n  already on the list      1\n  rejected                 0\n',
    });
    const version = await bench.json(['suppress', 'status', '--json']);
    expect(version).toMatchObject({ numbers: 1500 });
    expect(await bench.json(['suppress', 'import', file, '--json'])).toMatchObject({
      added: 0,
      alreadyListed: 1501,
    });
    expect(await bench.json(['suppress', 'status', '--json'])).toEqual(version);
  });

  test('what cannot be read goes to a file that can be mended and imported, and nowhere else', async () => {
    const file = await bench.file('list.csv', `505,5550123\n505,55501\n505,\n212,5550100,x\n`);
    const { code, stdout, stderr } = await bench.run(
      ['suppress', 'import', file, ...NATIONAL, '--json'],
      {
        env: { LOG_LEVEL: 'trace' },
      },
    );
    const rejectsFile = `${file}.rejected.csv`;
    expect(code).toBe(3);
    expect(JSON.parse(stdout)).toEqual({
      rows: 4,
      added: 1,
      alreadyListed: 0,
      rejected: 3,
      bothReadings: 0,
      rejectsFile,
    });
    expect(stderr).not.toMatch(/55501/);
    const rejects = await readFile(rejectsFile, 'utf8');
    expect(rejects.split('\n').map((line) => line.split(',').slice(0, 4).join())).toEqual([
      'areaCode,number,line,code',
      '505,55501,2,invalid_phone',
      '505,,3,missing_phone',
      expect.stringContaining('212'),
      '',
    ]);
    await writeFile(rejectsFile, rejects.replace('505,55501,', '505,5550124,'));
    const again = [
      'suppress',
      'import',
      rejectsFile,
      ...NATIONAL,
      '--rejects',
      `${file}.left.csv`,
      '--json',
    ];
    expect(await bench.json(again)).toMatchObject({ added: 1 });
    expect(await listed('+15055550123', '+15055550124')).toEqual([true, true]);
  });

  test('digits that may be two numbers keep both from being called', async () => {
    const file = await bench.file('list.txt', '491713920101\n+49 171 3920102\n');
    const counts = await bench.json(['suppress', 'import', file, '--country', 'DE', '--json']);
    expect(counts).toMatchObject({ rows: 2, added: 2, rejected: 0, bothReadings: 1 });
    expect(await listed('+491713920101', '+49491713920101', '+491713920102')).toEqual([
      true,
      true,
      true,
    ]);
    expect((await bench.run(['suppress', 'add', '491713920103', '--country', 'DE'])).code).toBe(0);
    expect(await listed('+491713920103', '+49491713920103')).toEqual([true, true]);
    const removed = await bench.run(['suppress', 'remove', '491713920103', '--country', 'DE']);
    expect(removed).toMatchObject({ code: 2, stderr: expect.stringContaining('can be read as') });
  });

  test('the country beside a number counts before the one for all', async () => {
    const file = await bench.file(
      'list.csv',
      'phone_code,phone_number\n44,2079460123\n1,5055550123\n,2125550123\n',
    );
    const counts = await bench.json(['suppress', 'import', file, ...NATIONAL, '--json']);
    expect(counts).toMatchObject({ rows: 3, added: 3, rejected: 0 });
    expect(await listed('+442079460123', '+15055550123', '+12125550123')).toEqual([
      true,
      true,
      true,
    ]);
  });

  test('a number that no numbering plan knows yet can be listed: some campaign may vouch for it', async () => {
    expect((await bench.run(['suppress', 'add', '+12715550123'])).code).toBe(0);
    expect(await listed('+12715550123')).toEqual([true]);
    expect((await bench.run(['suppress', 'add', '+1271555012'])).code).toBe(2);
  });

  test('without a country ten digits are rejected, and it is said what to do', async () => {
    const file = await bench.file('list.txt', `${bare(first)}\n`);
    expect((await bench.run(['suppress', 'import', file])).code).toBe(3);
    expect(await readFile(`${file}.rejected.csv`, 'utf8')).toContain('in which country');
    expect(await bench.run(['suppress', 'import', file, '--country', 'XX'])).toMatchObject({
      code: 2,
    });
  });

  test.each([
    [
      'two columns that may be it',
      `Home phone,Mobile\n${first},${second}\n`,
      'import one at a time',
      2,
    ],
    ['none', `Name,Reference\nAda,${first}\n`, 'name it with --column', 2],
    [
      'no headings above several columns',
      `Ada,${first}\nBo,${second}\n`,
      'put a line of headings above it',
      1,
    ],
  ])('never guesses the column: %s', async (_, content, words, exitCode) => {
    const file = await bench.file('list.csv', content);
    const { code, stderr } = await bench.run(['suppress', 'import', file]);
    expect(code).toBe(exitCode);
    expect(stderr).toContain(words);
    expect(stderr).not.toContain(bare(first));
  });

  test('a column may be named', async () => {
    const file = await bench.file('list.csv', `Home phone,Reference\n${first},${second}\n`);
    const argv = ['suppress', 'import', file, '--column', 'reference'];
    expect((await bench.run(argv)).code).toBe(0);
    expect(await listed(first, second)).toEqual([false, true]);
    expect((await bench.run([...argv.slice(0, -1), 'fax'])).stderr).toContain(
      'No column has the heading "fax"',
    );
  });

  test('a row that ends early is taken where its number is there, and refused where it is not', async () => {
    const file = await bench.file(
      'list.csv',
      `Phone,Name,Notes\n${first},Ada\n${second},Ben,x,,\n,,\n`,
    );
    expect(await bench.json(['suppress', 'import', file, '--json'])).toMatchObject({
      rows: 2,
      added: 2,
      rejected: 0,
    });
    const cut = await bench.file('cut.csv', `Name,Notes,Phone\nAda,x\nBen,x,${first}\n`);
    const result = await bench.json(['suppress', 'import', cut, '--json']);
    expect(result).toMatchObject({ rows: 2, alreadyListed: 1, rejected: 1 });
  });

  test('interrupted, it says how far it got, keeps that, and leaves no rejects file', async () => {
    const stdin = new PassThrough();
    const stop = new AbortController();
    const running = bench.run(['suppress', 'import', '-', '--by', 'Ada'], {
      stdin,
      signal: stop.signal,
    });
    stdin.write(
      Array.from({ length: 1000 }, (_, index) => `${phone(index)}\n`).join('') + 'x'.repeat(70_000),
    );
    await eventually(
      async () =>
        ((await bench.json(['suppress', 'status', '--json'])) as { numbers: number }).numbers ===
        1000,
    );
    stop.abort(new Interrupted('SIGINT'));
    const { code, stderr } = await running;
    expect(code).toBe(130);
    expect(stderr).toBe(
      'Interrupted after 1,000 rows (1,000 added, 0 rejected); the same command goes on from there.\n',
    );
    expect(await bench.decisions()).toMatchObject([
      {
        action: 'do_not_call.import',
        by: 'Ada',
        details: { list: '-' },
        end: { failure: 'interrupted', effect: { rows: 1000, added: 1000 } },
      },
    ]);
  });
});

describe('suppress', () => {
  test('add returns once each earlier claim is over, import too', async () => {
    const argv = [
      'load',
      await bench.list('list.csv', 1),
      '--campaign',
      await bench.campaign('spring'),
    ];
    await bench.run(argv);
    const [callId = ''] = await bench.queued('spring');
    await bench.claim('spring', callId);
    let done = 0;
    const commands = [
      bench.run(['suppress', 'add', first]),
      bench.run(['suppress', 'import', '-'], { stdin: `${second}\n` }),
    ].map((command) => command.finally(() => (done += 1)));
    await eventually(async () => (await added()) === 2);
    expect(done).toBe(0);
    await bench.settle('spring', callId, 'accepted');
    await Promise.all(commands);
    expect(await listed(first, second)).toEqual([true, true]);
  });

  test('interrupted while it waits, it says that the numbers are on the list', async () => {
    await bench.run([
      'load',
      await bench.list('list.csv', 1),
      '--campaign',
      await bench.campaign('spring'),
    ]);
    const [callId = ''] = await bench.queued('spring');
    await bench.claim('spring', callId);
    const stop = new AbortController();
    const running = bench.run(['suppress', 'add', second], { signal: stop.signal });
    await eventually(async () => (await added()) === 1);
    stop.abort(new Interrupted('SIGINT'));
    const { code, stderr } = await running;
    expect(code).toBe(130);
    expect(stderr).toContain(
      'The numbers are on the list, but calls claimed before may still go out within seconds.',
    );
  });

  test('keeps for audit who changed how much, and no number', async () => {
    await bench.run(['suppress', 'add', first, second, '--by', 'Ada']);
    await bench.run(['suppress', 'remove', first]);
    const entries = await bench.decisions();
    expect(entries).toMatchObject([
      { action: 'do_not_call.add', by: 'Ada', end: { effect: { added: 2 } } },
      { action: 'do_not_call.remove', by: userInfo().username, end: { effect: { removed: 1 } } },
    ]);
    expect(JSON.stringify(entries)).not.toContain(first.slice(2));
    expect((await bench.run(['suppress', 'status'])).stdout).toBe(
      '1 number on the list, version 2.\n',
    );
  });
});

describe('suppress', () => {
  test('adds, checks and removes, in any form of writing', async () => {
    const added = await bench.run([
      'suppress',
      'add',
      '+15055550123',
      '(505) 555-0123',
      '505-555-0124',
      '--country',
      'us',
    ]);
    expect(added).toMatchObject({ code: 0, stdout: '2 numbers added.\n' });
    const again = await bench.run(['suppress', 'add', '+15055550124', '+15055550125']);
    expect(again.stdout).toBe('1 number added, 1 number on the list already.\n');
    const checked = await bench.run(['suppress', 'check', '+15055550123', '+15055550126']);
    expect(checked.stdout).toBe('+15055550123  suppressed\n+15055550126  not on the list\n');
    const removed = await bench.run(['suppress', 'remove', '+15055550123', '+15055550126']);
    expect(removed.stdout).toBe('1 number removed, 1 number not on the list.\n');
  });

  test('what cannot be read is told by its place, all at once, and nothing is done', async () => {
    const argv = ['suppress', 'add', '+15055550123', '5055550124', '12'];
    const { code, stdout, stderr } = await bench.run(argv);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(
      stderr
        .trim()
        .split('\n')
        .map((line) => line.slice(0, 9)),
    ).toEqual(['Number 2:', 'Number 3:']);
    expect(stderr).not.toContain('5055550124');
    expect((await bench.run(['suppress', 'check', '+15055550123'])).stdout).toContain(
      'not on the list',
    );
  });
});

describe('suppress check-list', () => {
  test('writes a verdict on each row, and suppress changes says where they came from', async () => {
    await bench.run(['suppress', 'add', first, '--by', 'Ada']);
    const file = await bench.file('people.csv', `Name,Phone\nAda,${first}\nBo,${second}\nCy,1\n`);
    expect(await bench.run(['suppress', 'check-list', file])).toMatchObject({
      code: 3,
      stdout: expect.stringContaining(`row,number,verdict,reason\r\n2,${first},listed,\r\n`),
      stderr: expect.stringContaining('3 rows: 1 on the list, 1 not, 1 cannot be read.\n'),
    });
    await bench.run(['suppress', 'import', file, '--by', 'Bo']);
    const { stdout } = await bench.run(['suppress', 'changes']);
    expect(stdout).toMatch(
      /Bo +imported .*people\.csv → 1 put on it of 3 rows\n.*Ada +added 1 number/,
    );
    expect(await bench.json(['suppress', 'changes', '--limit', '1', '--json'])).toMatchObject({
      changes: [{ by: 'Bo', action: 'imported', given: 3, changed: 1, failure: null }],
    });
  });
});
