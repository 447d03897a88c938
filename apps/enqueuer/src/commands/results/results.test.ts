import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { openList } from '@libby-dialer/call-list';
import { RESULT_COLUMNS } from '@libby-dialer/dialing';
import { Interrupted } from '@libby-dialer/runtime';
import { eventually } from '@libby-dialer/testkit';
import { describe, expect, test } from 'vitest';
import { type CommandBench, eachTest } from '../../testing/command-bench.ts';

let bench: CommandBench;
eachTest((each) => {
  bench = each;
});

describe('results', () => {
  test('as CSV: the columns in their order, safe in a spreadsheet', async () => {
    const [first = '', second = ''] = await bench.loaded('spring', 2);
    await bench.placed('spring', first, 'accepted', {
      name: '=HYPERLINK("x")',
      httpStatus: 200,
      externalId: '-7',
    });
    await bench.placed('spring', second, 'unknown', { reason: 'no_response' });
    const [heading, ...lines] = (await bench.run(['results', 'spring'])).stdout.split('\r\n');
    expect(heading).toBe(RESULT_COLUMNS.join(','));
    expect(lines).toEqual([
      `${first},spring,'-7,1,+15055550123,+15055550100,"'=HYPERLINK(""x"")",accepted,accepted,200,1,1970-01-01T00:00:00.000Z,,1970-01-01T00:00:01.000Z,worker-1,1,,,,,,,`,
      `${second},spring,,1,+15055550123,+15055550100,Ada,unknown,no_response,,1,1970-01-01T00:00:00.000Z,,1970-01-01T00:00:01.000Z,worker-1,1,,,,,,,`,
      '',
    ]);
  });

  test('--bom begins the CSV with a byte order mark', async () => {
    await bench.loaded('spring', 1);
    const file = join(bench.directory, 'results.csv');
    expect(await bench.run(['results', 'spring', '--bom', '-o', file])).toMatchObject({ code: 0 });
    expect(await readFile(file, 'utf8')).toBe(
      `\uFEFF${(await bench.run(['results', 'spring'])).stdout}`,
    );
    expect(await bench.run(['results', 'spring', '--bom', '--format', 'ndjson'])).toMatchObject({
      code: 2,
    });
  });

  test('as a workbook, in which no text is a formula', async () => {
    const [first = ''] = await bench.loaded('spring', 1);
    await bench.placed('spring', first, 'accepted', { name: '=1+1', attempts: 2 });
    const file = join(bench.directory, 'results.xlsx');
    const argv = ['results', 'spring', '--format', 'xlsx', '-o', file];
    expect(await bench.run(argv)).toMatchObject({ code: 0, stdout: '', stderr: '' });
    const list = await openList(file, {});
    const rows = (await Array.fromAsync(list.rows)).flat();
    list.close();
    const cells = Object.fromEntries(
      RESULT_COLUMNS.map((column, index) => [column, rows[0]?.cells?.[index]]),
    );
    expect(list.csv?.headings).toEqual(RESULT_COLUMNS);
    expect(cells).toMatchObject({ callId: first, name: '=1+1', attempts: '2' });
  });

  test('as NDJSON: exact; of one outcome; the latest revision of each', async () => {
    const [first = '', second = ''] = await bench.loaded('spring', 2);
    await bench.placed('spring', first, 'accepted', { name: '=1+1' });
    await bench.placed('spring', second, 'unknown', { reason: 'no_response' });
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
    const [first = ''] = await bench.loaded('spring', 1);
    await bench.placed('spring', first, 'accepted');
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
    const [first = '', second = ''] = await bench.loaded('spring', 2);
    await bench.placed('spring', first, 'accepted');
    const file = join(bench.directory, 'results.ndjson');
    const interruption = new AbortController();
    const argv = ['results', 'spring', '--follow', '--format', 'ndjson', '-o', file];
    const following = bench.run(argv, { signal: interruption.signal });
    const calls = async () =>
      (await readFile(file, 'utf8').catch(() => '')).match(/"callId":"[^"]+"/g) ?? [];
    await eventually(async () => (await calls()).length === 1);
    await bench.placed('spring', second, 'accepted');
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
