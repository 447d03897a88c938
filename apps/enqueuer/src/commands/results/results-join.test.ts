import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { textRows, workbookFile } from '@libby-dialer/call-list/testing';
import type { ResultRecord } from '@libby-dialer/dialing';
import { describe, expect, test } from 'vitest';
import { type CommandBench, eachTest, phone } from '../../testing/command-bench.ts';

let bench: CommandBench;
eachTest((each) => {
  bench = each;
});

const COLUMNS =
  'outcome,reason,explanation,providerMessage,attempts,dialedNumber,phoneColumn,queuedAt,dialedAt,settledAt,waitsUntil,dialedAtUtc,settledAtUtc,callId';

/** Joins a list into a file beside it. */
async function joined(list: string, output: string, ...options: string[]) {
  const path = join(bench.directory, output);
  const argv = ['results', 'spring', '--join', list, '-o', path, ...options];
  const ended = await bench.run(argv);
  return { ...ended, text: await readFile(path, 'utf8').catch(() => '') };
}

const COMMA_OUTSIDE_OF_QUOTES = /,(?=(?:[^"]*"[^"]*")*[^"]*$)/;

/** What stands beside each row of a CSV, under these headings. */
function beside(text: string, ...names: string[]): string[][] {
  const [headings = [], ...rows] = text
    .split(/\r?\n/)
    .map((line) => line.split(COMMA_OUTSIDE_OF_QUOTES));
  return rows.map((cells) => names.map((name) => cells[headings.indexOf(name)] ?? ''));
}

describe('results --join', () => {
  test('gives every row back with its word: ended, waiting, held, refused, twice, never loaded', async () => {
    const rows = [
      `Ann,${phone(0)}`,
      `Bob,12`,
      `Ann again,${phone(0)}`,
      '',
      `Cy,${phone(1)}`,
      `Dee,${phone(2)}`,
      `Eve,${phone(3)}`,
    ];
    const list = await bench.file('list.csv', `Name,Phone\r\n${rows.slice(0, 6).join('\r\n')}\r\n`);
    const campaign = await bench.campaign('spring');
    await bench.run(['load', list, '--campaign', campaign]);
    const [ann = '', cy = '', dee = ''] = await bench.queued('spring');
    await bench.placed('spring', ann, 'rejected', {
      reason: 'bad_request',
      toPhoneNumber: phone(0),
      providerMessage: '=no',
      dialedAt: '2026-11-30T16:05:00.250Z',
      row: 1,
      list,
    });
    await bench.claim('spring', cy);
    const again = await bench.file('list.csv', `Name,Phone\r\n${rows.join('\r\n')}\r\n`);
    const { text, code, stdout, stderr } = await joined(again, 'done.csv');
    expect(code).toBe(0);
    const [heading, first] = text.split('\r\n');
    expect(heading).toBe(`Name,Phone,${COLUMNS}`);
    expect(first).toBe(
      `Ann,${phone(0)},rejected,bad_request,,'=no,1,${phone(0)},,1970-01-01T00:00:00.000Z,2026-11-30T16:05:00.250Z,1970-01-01T00:00:01.000Z,,2026-11-30 16:05:00,1970-01-01 00:00:01,${ann}`,
    );
    expect(text.split('\r\n')[4]).toBe('');
    expect(beside(text, 'outcome', 'reason', 'callId').slice(1, -1)).toEqual([
      ['not_callable', 'invalid_phone', ''],
      ['duplicate', '', ann],
      ['', '', ''],
      ['in_flight', '', cy],
      ['queued', '', dee],
      ['not_loaded', '', ''],
    ]);
    expect(text).toContain('Row 2 is the same call: see there.');
    expect(stdout).toMatch(/done\.csv\s+6 rows\n/);
    expect(stderr).toBe(
      'Warning: 1 row of the list without a call in campaign spring: was it this list, as it is now, that was loaded?\n',
    );
    await bench.openHold({ scope: 'campaign:spring', reason: 'rejections' });
    expect(beside((await joined(again, 'done.csv')).text, 'outcome', 'reason')[5]).toEqual([
      'held',
      'rejections',
    ]);
  });

  test('says under which heading the number stood, where a row has several', async () => {
    const list = await bench.file(
      'list.csv',
      `Name,Mobile,Home\nAnn,${phone(0)},${phone(9)}\nBob,12,${phone(1)}\n`,
    );
    const columns = { toPhoneNumber: ['Mobile', 'Home'] };
    const campaign = await bench.campaign('spring', { columns });
    await bench.run(['load', list, '--campaign', campaign]);
    const [ann = ''] = await bench.queued('spring');
    const called = { toPhoneNumber: phone(0), phoneColumn: 'Mobile', row: 1, list };
    await bench.placed('spring', ann, 'accepted', called);
    const { text } = await joined(list, 'done.csv');
    expect(beside(text, 'outcome', 'dialedNumber', 'phoneColumn').slice(0, 2)).toEqual([
      ['accepted', phone(0), 'Mobile'],
      ['queued', phone(1), 'Home'],
    ]);
  });

  test('knows a call by its ledger where its result is gone, and by a file where there is one', async () => {
    const [first = ''] = await bench.loaded('spring', 1);
    await bench.placed('spring', first, 'accepted', { toPhoneNumber: phone(0) });
    const list = join(bench.directory, 'spring.csv');
    for (const format of ['csv', 'ndjson']) {
      const exported = join(bench.directory, `results.${format}`);
      await bench.run(['results', 'spring', '--format', format, '-o', exported]);
    }
    await bench.redis.xtrim(bench.keys.results, 'MAXLEN', 0);
    const without = await joined(list, 'done.csv');
    expect(beside(without.text, 'outcome', 'attempts', 'settledAt')[0]).toEqual([
      'accepted',
      '1',
      '',
    ]);
    expect(without.stderr).toContain('give that file: --results');
    for (const format of ['csv', 'ndjson']) {
      const exported = join(bench.directory, `results.${format}`);
      const withFile = await joined(list, 'done.csv', '--results', exported);
      expect(withFile.stderr).toBe('');
      expect(beside(withFile.text, 'outcome', 'settledAt')[0]).toEqual([
        'accepted',
        '1970-01-01T00:00:01.000Z',
      ]);
    }
    await bench.run(['campaign', 'archive', 'spring']);
    expect(await joined(list, 'other.csv')).toMatchObject({
      code: 1,
      stderr:
        'Campaign spring is archived and its results are removed: give the file that they were exported to, with --results.\n',
    });
    const more = await bench.list('more.csv', 2);
    const exported = join(bench.directory, 'results.csv');
    const archived = await joined(more, 'other.csv', '--results', exported);
    expect(beside(archived.text, 'outcome').slice(0, 2)).toEqual([['accepted'], ['no_result']]);
    const wrong = await bench.file('wrong.csv', 'a,b\n1,2\n');
    expect(await joined(list, 'wrong-done.csv', '--results', wrong)).toMatchObject({ code: 1 });
  });

  test('says of an erased person that, and nothing else', async () => {
    const [first = '', second = ''] = await bench.loaded('spring', 2);
    await bench.placed('spring', first, 'accepted', { toPhoneNumber: phone(0) });
    await bench.run(['erase', phone(0), '--yes', '--by', 'Ann']);
    await bench.run(['erase', phone(1), '--yes', '--by', 'Ann']);
    const { text } = await joined(join(bench.directory, 'spring.csv'), 'done.csv');
    const sentence = 'The data of this person were erased on request.';
    expect(text.split('\n').slice(1, 3)).toEqual([
      `Person 0,${phone(0)},erased,,${sentence},,,,,,,,,,,`,
      `Person 1,${phone(1)},erased,,${sentence},,,,,,,,,,,`,
    ]);
    expect(text).not.toContain(second);
  });

  test('knows a row that was mended, and says which list called it where that is another', async () => {
    const list = await bench.file('list.csv', `Name,Phone\nAnn,${phone(0)}\nBob,12\n`);
    const campaign = await bench.campaign('spring');
    await bench.run(['load', list, '--campaign', campaign]);
    const rejects = `${list}.rejected.csv`;
    await writeFile(rejects, (await readFile(rejects, 'utf8')).replace(',12,', `,${phone(1)},`));
    await bench.run(['load', rejects, '--campaign', campaign]);
    const [, bob = ''] = await bench.queued('spring');
    const { data } = (await bench.queue.bullQueue('spring').getJob(bob)) ?? {};
    const { row, sheetRow, listHash } = data as Partial<ResultRecord>;
    const place = { row, sheetRow, list, listHash };
    await bench.placed('spring', bob, 'accepted', { toPhoneNumber: phone(1), ...place });
    const mended = await joined(rejects, 'done.csv');
    expect(mended.stderr).toBe('');
    expect(beside(mended.text, 'Name', 'call outcome', 'call explanation')[0]).toEqual([
      'Bob',
      'accepted',
      '',
    ]);
    const other = await bench.file('other.csv', `Name,Phone\nBob,${phone(1)}\n`);
    const ofAnother = await joined(other, 'done.csv');
    expect(beside(ofAnother.text, 'explanation')[0]).toEqual([`Called as row 3 of ${list}.`]);
    expect(ofAnother.stderr).toBe(
      'Warning: 1 row called by way of another list, or of another version of this one.\n',
    );
  });

  test('of a workbook, of records, and of a list whose rows are calls by their place', async () => {
    const list = join(bench.directory, 'list.xlsx');
    const table = textRows([
      ['Phone', 'Name', 'Outcome'],
      [phone(0), 'Ann', 'x'],
      [phone(0), 'Bob', 'y'],
    ]);
    await writeFile(
      list,
      workbookFile({
        sheets: [
          { name: 'A', rows: table },
          { name: 'B', rows: table },
        ],
      }),
    );
    const campaign = await bench.campaign('spring', { dedupeBy: 'row' });
    await bench.run(['load', list, '--campaign', campaign, '--sheet', 'A']);
    expect(await joined(list, 'done.xlsx', '--sheet', 'A')).toMatchObject({ code: 0, stderr: '' });
    const back = await joined(list, 'done.csv', '--sheet', 'A', '--bom');
    expect(back.text.startsWith(`\uFEFFPhone,Name,Outcome,call outcome,`)).toBe(true);
    expect(beside(back.text, 'call outcome')).toEqual([['queued'], ['queued'], ['']]);
    expect(await joined(list, 'other.csv', '--sheet', 'B')).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('has not loaded this list'),
    });
  });

  test.each([
    [['--join', 'list.csv']],
    [['--join', 'list.csv', '-o', 'list.csv']],
    [['--join', 'list.csv', '-o', 'done.csv.gz']],
    [['--join', 'list.csv', '-o', 'done.json', '--bom']],
    [['--join', 'list.csv', '-o', 'done.csv', '--follow']],
    [['--join', 'list.csv', '-o', 'done.csv', '--outcome', 'accepted']],
    [['--sheet', 'A']],
    [['--results', 'a.csv']],
    [['--format', 'xlsx']],
  ])('%j is bad usage', async (options) => {
    await bench.loaded('spring', 1);
    expect(await bench.run(['results', 'spring', ...options])).toMatchObject({
      code: 2,
      stdout: '',
    });
  });
});
