import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type CronTime, type Schedule, ScheduleCalendar } from '@libby-dialer/dialing';
import { beforeEach, describe, expect, test } from 'vitest';
import { type CommandBench, eachTest } from '../../testing/command-bench.ts';

let bench: CommandBench;
let add: string[];
eachTest((each) => {
  bench = each;
});
beforeEach(async () => {
  const campaign = await bench.campaign('template');
  add = ['schedule', 'add', 'nightly', '--cron', '30 18 * * 1-5', '--timezone', 'America/Denver'];
  add.push('--list', join(bench.directory, '{{date}}.csv'), '--campaign', campaign);
});

/** The command line with another value for an option. */
function adding(option: string, value: string): string[] {
  return add.map((word, index) => (add[index - 1] === option ? value : word));
}

describe('schedule add', () => {
  test('says what is new, and when it will run', async () => {
    const { code, stdout } = await bench.run(add);
    expect(code).toBe(0);
    const run = String.raw`  \w{3} \d{4}-\d\d-\d\d 18:30 America/Denver \(\w{3} \d{4}-\d\d-\d\d 0[01]:30 UTC\)  nightly-\d{4}-\d\d-\d\d\n`;
    expect(stdout).toMatch(new RegExp(`^nightly is added. Its next runs:\n(${run}){3}$`));
    expect((await bench.run(add)).stdout).toMatch(/^nightly is there already, just so/);
    expect((await bench.run([...add, '--wait-for-list', '2h'])).stdout).toMatch(
      /^nightly is changed: .*\n {2}waitForList: "0 s" → "2 h"\nIts next runs:\n/,
    );
    const [schedule] = (await bench.json(['schedule', 'list', '--json'])) as Record<
      string,
      unknown
    >[];
    expect(schedule).toMatchObject({
      name: 'nightly',
      waitForListMs: 7_200_000,
      expiresAfterMs: null,
      last: [],
    });
  });

  test('asks on a terminal before it changes one, and shows what differs', async () => {
    await bench.run(add);
    const later = adding('--cron', '0 19 * * 1-5');
    const canaried = [...later, '--canary', '5'];
    const refused = await bench.run(canaried, { isTerminal: true, stdin: 'n\n' });
    expect(refused).toMatchObject({ code: 1, stdout: '' });
    expect(refused.stderr).toContain(
      'Schedule nightly is there already:\n' +
        '  cron: "30 18 * * 1-5" → "0 19 * * 1-5"\n' +
        '  canary: not set → { "calls": 5 }\n' +
        'Change it? [y/N]',
    );
    expect((await bench.run(add, { isTerminal: true })).stdout).toContain('is there already');
    const changed = await bench.run(canaried, { isTerminal: true, stdin: 'y\n' });
    expect(changed).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^nightly is changed/),
    });
    expect(await bench.run([...later, '--yes'], { isTerminal: true })).toMatchObject({ code: 0 });
  });

  test('says what a changed campaign file changes', async () => {
    await bench.run(add);
    await bench.campaign('template', { defaultName: 'there' });
    expect((await bench.run(add)).stdout).toContain(
      '\n  campaign.defaultName: not set → "there"\nIts next runs:',
    );
  });

  test('takes a stored campaign as it is now', async () => {
    await bench.run(['campaign', 'put', await bench.campaign('stored', { defaultName: 'there' })]);
    expect((await bench.run(adding('--campaign', 'stored'))).code).toBe(0);
    expect((await bench.run(adding('--campaign', 'nobody'))).code).toBe(2);
  });

  test.each([
    ['--cron', '61 * * * *', 'The cron "61 * * * *" cannot be read'],
    ['--timezone', 'Denver', 'Denver is no IANA time zone'],
    ['--list', '{{night}}.csv', 'may hold {{date}}, {{time}} and {{campaign}}'],
    ['add', 'Nightly!', 'The name Nightly! must be 1 to 52 characters'],
  ])('refuses %s %s in a sentence', async (option, value, why) => {
    const { code, stderr } = await bench.run(adding(option, value));
    expect({ code, lines: stderr.trimEnd().split('\n').length }).toEqual({ code: 2, lines: 1 });
    expect(stderr).toContain(why);
    expect(await bench.redis.exists(bench.keys.schedules)).toBe(0);
  });

  test.each([
    ['--wait-for-list', '2 hours'],
    ['--expires-after', '0'],
    ['--keep-runs', '0'],
    ['--encoding', 'klingon'],
    ['--header-row', '0'],
  ])('refuses %s %s', async (option, value) => {
    expect((await bench.run([...add, option, value])).code).toBe(2);
  });
});

test('schedule list shows a run that waits for its list', async () => {
  await bench.run(add);
  const { schedules } = bench.queue;
  const schedule = (await schedules.get('nightly')) as Schedule;
  const [due] = new ScheduleCalendar(schedule).cron.next(schedule.addedAt, 1);
  const { local, dueAt } = due as CronTime;
  await schedules.noteDue(schedule, dueAt);
  const lease = { owner: 'a daemon', leaseMs: 60_000 };
  await schedules.take('nightly', local, lease, { again: false });
  await schedules.giveBack('nightly', local, lease, { state: 'waiting_for_list' });
  const list = join(bench.directory, `${local.slice(0, 10)}.csv`);
  expect((await bench.run(['schedule', 'list'])).stdout).toContain(
    `${local.replace('T', ' ')}  waits for its list ${list}\n`,
  );
});

describe('schedule run', () => {
  /** Also before that day has come. */
  const run = ['schedule', 'run', 'nightly', '--date', '2026-12-01', '--early'];

  test('loads the list of a date once', async () => {
    await bench.run(add);
    await bench.list('2026-12-01.csv', 3);
    const counts = { rows: 3, queued: 3, rejected: 0 };
    expect(await bench.json([...run, '--json'])).toMatchObject({
      campaign: 'nightly-2026-12-01',
      ...counts,
    });
    const again = await bench.run(run);
    expect(again).toMatchObject({
      code: 0,
      stdout: 'nightly-2026-12-01 is loaded already; it is not loaded again.\n',
    });
    expect(await bench.queued('nightly-2026-12-01')).toHaveLength(3);
    const { stdout } = await bench.run(['schedule', 'list']);
    expect(stdout).toMatch(
      /^nightly: "30 18 \* \* 1-5" America\/Denver, .*\{\{date\}\}\.csv\n {2}next {2}/,
    );
    expect(stdout).toContain(
      '  last  Tue 2026-12-01 18:30  nightly-2026-12-01: loaded 3 rows; running: 3 pending\n',
    );
  });

  test('reads its list as the schedule was told to', async () => {
    await bench.run([...add, '--encoding', 'CP1252', '--header-row', '3', '--sheet', 'May']);
    const [schedule] = (await bench.json(['schedule', 'list', '--json'])) as object[];
    expect(schedule).toMatchObject({ encoding: 'windows-1252', headerRow: 3, sheet: 'May' });
    const content = 'May\n\nName,Phone\nJos\xe9,+15055550123\n';
    await writeFile(join(bench.directory, '2026-12-01.csv'), content, 'latin1');
    expect(await bench.run(run)).toMatchObject({
      code: 2,
      stderr: 'The list is no workbook and has no sheets.\n',
    });
    await bench.run([...add, '--encoding', 'CP1252', '--header-row', '3']);
    expect(await bench.json([...run, '--json'])).toMatchObject({ queued: 1, rejected: 0 });
  });

  test('ends with 3 where rows are rejected', async () => {
    await bench.run(add);
    await bench.file('2026-12-01.csv', 'Name,Phone\nAda,+15055550123\nBob,none\n');
    const { code, stdout } = await bench.run(run);
    expect(code).toBe(3);
    expect(stdout).toContain('2026-12-01.csv.rejected.csv');
  });

  test('records nothing where there is no list, and can be given again after a failure', async () => {
    await bench.run(add);
    const run = ['schedule', 'run', 'nightly', '--date', '2020-12-01'];
    expect(await bench.run(run)).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/^There is no list .*2020-12-01\.csv\.\n$/) as string,
    });
    expect(await bench.redis.exists(Object.values(bench.keys.schedule('nightly')))).toBe(1); // `noted`, of the schedule itself
    await bench.file('2020-12-01.csv', 'Colour\nred\n');
    expect((await bench.run(run)).code).toBe(2);
    const [failed] = (await bench.json(['schedule', 'list', '--json'])) as { last: unknown[] }[];
    expect(failed?.last).toEqual([
      expect.objectContaining({ state: 'failed', reason: 'list_no_phone_column' }),
    ]);
    await bench.list('2020-12-01.csv', 1);
    expect((await bench.run(run)).code).toBe(0);
    const [loaded] = (await bench.json(['schedule', 'list', '--json'])) as { last: unknown[] }[];
    expect(loaded?.last).toEqual([
      expect.objectContaining({ state: 'loaded', reason: null, message: null }),
    ]);
  });

  test('that fails ahead of its time leaves the run to the daemons', async () => {
    await bench.run(add);
    await bench.file('2099-12-01.csv', 'Colour\nred\n');
    expect(
      (await bench.run(['schedule', 'run', 'nightly', '--date', '2099-12-01', '--early'])).code,
    ).toBe(2);
    const [schedule] = (await bench.json(['schedule', 'list', '--json'])) as { last: unknown[] }[];
    expect(schedule?.last).toEqual([expect.objectContaining({ state: 'due', reason: null })]);
  });

  test('ahead of its time wants to be meant, for the run is used up by it', async () => {
    await bench.run(add);
    await bench.list('2099-12-01.csv', 1);
    const run = ['schedule', 'run', 'nightly', '--date', '2099-12-01'];
    const refused = await bench.run(run);
    expect(refused).toMatchObject({ code: 2, stdout: '' });
    expect(refused.stderr).toMatch(
      /^Run 2099-12-01T18:30 of nightly is due only at .*, and is not carried out again then if it is now\. If that is meant: enqueuer schedule run nightly --date 2099-12-01T18:30 --early$/m,
    );
    expect((await bench.run(run, { isTerminal: true, stdin: 'n\n' })).code).toBe(2);
    expect(await bench.queued('nightly-2099-12-01')).toEqual([]);
    expect(await bench.run(run, { isTerminal: true, stdin: 'y\n' })).toMatchObject({
      code: 0,
      stderr: expect.stringContaining('Carry it out? [y/N]'),
    });
    expect((await bench.run(run)).stdout).toContain('is loaded already');
  });

  test.each(['phone', 'row'])(
    'by %s, of which nothing was queued, can be given again',
    async (dedupeBy) => {
      await bench.campaign('template', { dedupeBy });
      await bench.run(add);
      const run = ['schedule', 'run', 'nightly', '--date', '2020-12-01'];
      await bench.file('2020-12-01.csv', 'Name,Phone\nAda,none\n');
      const said =
        'Warning: run 2020-12-01T18:30 has queued nothing; the same command carries it out again.\n';
      expect(await bench.run(run)).toMatchObject({ code: 3, stderr: said });
      expect(await bench.run(run)).toMatchObject({ code: 3, stderr: said });
      await bench.list('2020-12-01.csv', 2);
      expect(await bench.run(run)).toMatchObject({ code: 0, stderr: '' });
      expect((await bench.run(run)).stdout).toContain('is loaded already');
    },
  );

  test('ahead of its time, of which nothing was queued, leaves the run to the daemons', async () => {
    await bench.run(add);
    await bench.file('2099-12-01.csv', 'Name,Phone\nAda,none\n');
    const { code, stderr } = await bench.run([
      'schedule',
      'run',
      'nightly',
      '--date',
      '2099-12-01',
      '--early',
    ]);
    expect({ code, stderr }).toEqual({
      code: 3,
      stderr:
        'Warning: run 2099-12-01T18:30 has queued nothing; it is still carried out when it is due.\n',
    });
    const [schedule] = (await bench.json(['schedule', 'list', '--json'])) as { last: unknown[] }[];
    expect(schedule?.last).toEqual([
      expect.objectContaining({ state: 'due', startedAt: null, counts: null }),
    ]);
  });

  test('needs to know which run is meant', async () => {
    await bench.run(adding('--cron', '0 9,18 * * 1-5'));
    await bench.file('2026-12-01.csv', 'Name,Phone\nAda,+15055550123\n');
    const said = async (date: string) =>
      (await bench.run(['schedule', 'run', 'nightly', '--date', date])).stderr;
    expect(await said('2026-12-01')).toContain(
      'name one with --date, such as 2026-12-01T09:00, 2026-12-01T18:00.',
    );
    expect(await said('2026-12-05')).toContain('has no run on 2026-12-05');
    expect(await said('tomorrow')).toContain('is no date');
    expect(await said('2026-02-31')).toContain('2026-02-31 is no date');
    expect(await said('2026-12-01T24:00')).toContain('is no date');
    expect(
      await bench.json([
        'schedule',
        'run',
        'nightly',
        '--date',
        '2026-12-01T18:00',
        '--early',
        '--json',
      ]),
    ).toMatchObject({
      campaign: 'nightly-2026-12-01-1800',
      queued: 1,
    });
    expect((await bench.run(['schedule', 'run', 'weekly'])).code).toBe(2);
  });

  test('loads nothing whose calls have expired', async () => {
    await bench.run([...add, '--expires-after', '1h']);
    await bench.list('2020-12-01.csv', 1);
    const { code, stderr } = await bench.run([
      'schedule',
      'run',
      'nightly',
      '--date',
      '2020-12-01',
    ]);
    expect(code).toBe(1);
    expect(stderr).toContain('expired at 2020-12-02T02:30:00.000Z');
  });
});

test('schedule remove leaves its campaigns', async () => {
  expect((await bench.run(['schedule', 'list'])).stdout).toBe('There is no schedule yet.\n');
  await bench.run(add);
  await bench.list('2026-12-01.csv', 1);
  await bench.run(['schedule', 'run', 'nightly', '--date', '2026-12-01', '--early']);
  expect(await bench.run(['schedule', 'remove', 'nightly'])).toMatchObject({ code: 0 });
  expect((await bench.run(['schedule', 'remove', 'nightly'])).code).toBe(2);
  expect(await bench.queued('nightly-2026-12-01')).toHaveLength(1);
  expect(await bench.redis.keys(`${bench.keys.triggers}:schedules:repeat*`)).toEqual([]);
});
