import { randomBytes } from 'node:crypto';
import { createRowChecker, type ListRow } from '@libby-dialer/call-list';
import { type CallPreview, Identity } from '@libby-dialer/dial-queue';
import { type Campaign, parseCampaign } from '@libby-dialer/dialing';
import { DryRun, type Known, type RowForesight, totalsJson } from '@libby-dialer/operations';
import { expect, test } from 'vitest';
import {
  fateRuns,
  totalsText,
  VERDICTS_HEADING,
  verdictCsv,
  verdictLines,
} from './dry-run-report.ts';

const DENVER = '+13035550123';
const NEW_YORK = '+12125550123';
const NOW = Date.parse('2026-12-01T14:00:00Z');
const HEADINGS = ['Name', 'Phone', 'startsAt'];

function campaign(settings: object = {}): Campaign {
  const verdict = parseCampaign({ id: 'spring', fromPhoneNumber: '+15055550100', ...settings });
  if (!verdict.ok) throw new Error(verdict.problems.join('\n'));
  return verdict.campaign;
}

async function* listOf(rows: readonly (readonly string[])[]): AsyncGenerator<ListRow[]> {
  yield rows.map((cells, index) => ({
    line: index + 2,
    row: index + 1,
    cells: HEADINGS.map((_, position) => cells[position] ?? ''),
    raw: undefined,
    record: undefined,
    problem: undefined,
  }));
}

interface Seen {
  readonly run: DryRun;
  readonly rows: RowForesight[];
}

async function dryRun(
  phones: readonly string[][],
  settings: object = {},
  known?: Known,
): Promise<Seen> {
  const given = campaign(settings);
  const run = new DryRun({
    campaign: given,
    checker: createRowChecker(given, { headings: HEADINGS }),
    identity: new Identity(randomBytes(32)),
    known,
    signal: new AbortController().signal,
    now: NOW,
  });
  const rows: RowForesight[] = [];
  for await (const chunk of run.run(listOf(phones))) rows.push(...chunk);
  return { run, rows };
}

test('each row: now, at the hour of the recipient, or never and why', async () => {
  const { rows } = await dryRun([
    ['Ada', NEW_YORK],
    ['Bob', DENVER],
    ['Eve', DENVER],
    ['Tim', ''],
    ['Zoe', '+14155550123', '2026-12-01T17:30:00Z'],
  ]);
  expect(rows.map(verdictCsv)).toEqual([
    '2,now,2026-12-01T14:00:00.000Z,America/New_York,number,US,,,Tue 2026-12-01 09:00,,2,1,,\r\n',
    '3,at,2026-12-01T15:00:00.000Z,America/Denver,number,US,,,Tue 2026-12-01 08:00,,3,2,,\r\n',
    '4,never,,,,,duplicate,,,,4,3,,\r\n',
    '5,never,,,,,missing_phone,There is no phone number.,,,5,4,,\r\n',
    '6,at,2026-12-01T17:30:00.000Z,America/Los_Angeles,number,US & US-CA,,,Tue 2026-12-01 09:30,,6,5,,\r\n',
  ]);
  expect(VERDICTS_HEADING.split(',')).toHaveLength(14);
  expect(verdictLines(rows, 3)).toEqual({
    rows: 3,
    lines: [
      'row 2: now, America/New_York by its number, by the rules of US\n',
      'row 3: at Tue 2026-12-01 08:00 America/Denver (15:00 UTC), America/Denver by its number, by the rules of US\n',
      'row 4: never a second time: repeats an earlier row\n',
    ],
  });
});

test('a row of several phones: which is dialed, why not the one before, and on the list by any', async () => {
  const asked: string[] = [];
  const known: Known = {
    calls: async (ids) => ids.map(() => ({ verdict: 'queued' })),
    suppressed: async (numbers) => {
      asked.push(...numbers);
      return numbers.map((number) => number.endsWith('0199'));
    },
    callsSince: async (questions) => questions.map(() => 0),
  };
  const settings = { columns: { toPhoneNumber: ['phone', 'startsAt'], startsAt: null } };
  const list = [
    ['Ada', '12', NEW_YORK],
    ['Bob', DENVER, '+13035550199'],
    ['Cal', '+13035550124'],
  ];
  const { rows } = await dryRun(list, settings, known);
  expect(asked).toEqual([NEW_YORK, DENVER, '+13035550199', '+13035550124']);
  expect(rows.map(({ fate, phoneColumn }) => [fate, phoneColumn])).toEqual([
    ['queued', 'startsAt'],
    ['suppressed', 'Phone'],
    ['queued', 'Phone'],
  ]);
  expect(verdictLines(rows, 1).lines).toEqual([
    'row 2: now, America/New_York by its number, by the rules of US, the number under "startsAt"; passed over "Phone": The number has too few digits.\n',
  ]);
  expect(verdictCsv(rows[0] as RowForesight)).toContain(
    ',2,1,startsAt,"""Phone"": The number has too few digits."\r\n',
  );
});

test('a call that may begin on a Sunday waits in Alabama for Monday', async () => {
  const { rows } = await dryRun([['Ada', '+12055550123']], { startsAt: '2026-12-06T16:00:00Z' });
  expect(rows.map(verdictCsv)).toEqual([
    '2,at,2026-12-07T14:00:00.000Z,America/Chicago,number,US & US-AL,,,Mon 2026-12-07 08:00,,2,1,,\r\n',
  ]);
});

test('what is there already, and who is not to be called', async () => {
  const previews: CallPreview[] = [
    { verdict: 'already_settled', outcome: 'accepted' },
    { verdict: 'already_queued' },
    { verdict: 'queued' },
    { verdict: 'queued' },
  ];
  const asked: string[][] = [];
  const known: Known = {
    calls: async () => previews,
    suppressed: async (numbers) => {
      asked.push([...numbers]);
      return numbers.map((number) => number === DENVER);
    },
    callsSince: async (questions) => questions.map(() => 0),
  };
  const list = [
    ['A', NEW_YORK],
    ['T', ''],
    ['B', '+12125550124'],
    ['C', DENVER],
    ['D', '+13035550124'],
  ];
  const { run, rows } = await dryRun(list, {}, known);
  expect(rows.map(({ fate, outcome, verdict }) => [fate, outcome, verdict])).toEqual([
    ['already_settled', 'accepted', 'never'],
    ['rejected', undefined, 'never'],
    ['already_queued', undefined, 'never'],
    ['suppressed', undefined, 'never'],
    ['queued', undefined, 'at'],
  ]);
  expect(asked).toEqual([[NEW_YORK, '+12125550124', DENVER, '+13035550124']]);
  // Whoever is suppressed is queued all the same, and settled so when its turn comes.
  expect(run.counts).toMatchObject({
    rows: 5,
    queued: 2,
    alreadyQueued: 1,
    alreadySettled: 1,
    rejected: 1,
  });
});

test('who has had as many calls as a cap allows, and has still when the hours open', async () => {
  const calls: readonly number[] = [NOW - 24 * 3_600_000 + 1800_000, NOW - 1000];
  const known: Known = {
    calls: async (ids) => ids.map(() => ({ verdict: 'queued' })),
    suppressed: async (numbers) => numbers.map(() => false),
    callsSince: async (questions) =>
      questions.map(({ number, since }) =>
        number.endsWith('123') ? calls.filter((at) => at > since).length : 0,
      ),
  };
  const settings = { frequencyCap: { calls: 2, hours: 24 } };
  const list = [
    ['A', NEW_YORK],
    ['T', ''],
    ['B', '+12125550124'],
    ['C', DENVER],
  ];
  const { run, rows } = await dryRun(list, settings, known);
  // At 15:00 UTC, when Denver opens, the first of the two calls is more than a day ago.
  expect(rows.map(({ fate, verdict }) => [fate, verdict])).toEqual([
    ['capped', 'never'],
    ['rejected', 'never'],
    ['queued', 'now'],
    ['queued', 'at'],
  ]);
  expect(run.counts).toMatchObject({ rows: 4, queued: 3, rejected: 1 });
  expect(totalsJson(run.totals)).toMatchObject({
    reasons: { capped: 1 },
    verdicts: { now: 1, at: 1, never: 2 },
  });
  expect(verdictLines(rows, 1).lines).toEqual([
    'row 2: never: has had as many calls as a frequency cap allows (2 calls in 24 hours)\n',
  ]);
  expect(verdictCsv(rows[0] as RowForesight)).toContain(',capped,2 calls in 24 hours,');
});

test('totals, and how long it takes at its pace and in its hours', async () => {
  const expiresAt = '2026-12-01T15:30:00Z';
  const settings = { expiresAt, pacing: { callsPerSecond: 0.001 } };
  const list = [
    ['A', NEW_YORK],
    ['B', '+12125550124'],
    ['C', DENVER],
    ['D', '+14155550123'],
  ];
  const { run } = await dryRun(list, settings);
  expect(totalsJson(run.totals)).toEqual({
    wouldExpire: 1,
    verdicts: { now: 2, at: 1, never: 1 },
    reasons: { would_expire: 1 },
    zones: { 'America/New_York': 2, 'America/Denver': 1 },
    rules: { US: 3 },
    unchecked: {},
    firstAt: '2026-12-01T15:00:00.000Z',
    lastAt: '2026-12-01T15:00:00.000Z',
    // A call takes 1,000 s: 14:00 to 14:33 for the first two, and Denver's is through at 15:16:40.
    estimate: {
      callsPerSecond: 0.001,
      limitedBy: 'callsPerSecond',
      endsAt: '2026-12-01T15:16:40.000Z',
      latestAt: expiresAt.replace('Z', '.000Z'),
      unplaced: 0,
    },
  });
  const text = totalsText(run.totals, NOW);
  expect(text).toContain(
    '  later           1  from Tue 2026-12-01 08:00 America/Denver (15:00 UTC)\n',
  );
  expect(text).toContain('At most 3.6 calls an hour (pacing.callsPerSecond).\n');
  expect(text).toContain('at about Tue 2026-12-01 15:16 UTC, in 1 h 16 min, at the latest');
});

test('what stands under no checked rule is named', async () => {
  const list = [
    ['A', NEW_YORK],
    ['B', '+442079460123'],
    ['C', '+18005550123'],
  ];
  const { run, rows } = await dryRun(list, { timezone: 'America/Denver' });
  expect(totalsJson(run.totals)).toMatchObject({
    rules: { US: 1 },
    unchecked: { GB: 1, 'no region': 1 },
  });
  expect(totalsText(run.totals, NOW)).toMatch(/\nUnder no checked rule\n +GB +1\n +no region +1\n/);
  expect(rows.map((row) => verdictCsv(row).split(',').at(-5))).toEqual(['', 'GB', 'no region']);
  expect(verdictLines(rows, 3).lines.slice(1)).toEqual([
    'row 3: now, Europe/London by its number, under no checked rule (GB)\n',
    expect.stringMatching(/^row 4: at .*, under no checked rule \(no region\)\n$/),
  ]);
  // Who says that these are no solicitations asks for no rule.
  const { run: anytime } = await dryRun(list, { callingWindow: 'anytime' });
  expect(totalsJson(anytime.totals)).toMatchObject({ rules: {}, unchecked: {} });
});

test('with neither pace nor lines it says that only the workers limit it', async () => {
  const { run } = await dryRun([
    ['A', NEW_YORK],
    ['C', DENVER],
  ]);
  expect(totalsJson(run.totals)).toMatchObject({
    estimate: {
      callsPerSecond: null,
      limitedBy: null,
      endsAt: '2026-12-01T15:00:00.000Z',
      unplaced: 0,
    },
  });
  expect(totalsText(run.totals, NOW)).toContain(
    'As fast as the workers go: no pace and no lines limit it.\nThe last hours open at Tue 2026-12-01 15:00 UTC, in 1 h.\n',
  );
});

test('an assumption is said where one is made', async () => {
  const { run } = await dryRun([['A', NEW_YORK]], { pacing: { maxInFlight: 2 } });
  expect(totalsText(run.totals, NOW)).toContain(
    'At most 2 calls a second (pacing.maxInFlight, if the API answers within 1 s)',
  );
});

test('neighbours with one fate are told together, rejects each by itself', async () => {
  const { rows } = await dryRun([
    ['A', NEW_YORK],
    ['B', DENVER],
    ['T', ''],
    ['U', ''],
  ]);
  expect(fateRuns(rows)).toMatchObject([
    { line: 2, toLine: 3, rows: 2, fate: 'queued' },
    { line: 4, rows: 1, fate: 'rejected', code: 'missing_phone' },
    { line: 5, rows: 1, fate: 'rejected' },
  ]);
});

test('nothing to place: no estimate', async () => {
  const { run } = await dryRun([['T', '']]);
  expect(totalsJson(run.totals)).toMatchObject({
    estimate: null,
    firstAt: null,
    verdicts: { now: 0, at: 0, never: 1 },
  });
});
