/**
 * A person's own table back, with what became of each row beside it: from a workbook with many
 * columns that was really dialed, and from a CSV of many rows.
 *
 *   npm run bench -- join [--rows 100000] [--columns 40] [--csv-rows 1000000]
 *
 * Loads the workbook, dials it through the simulator, joins it back and compares both row by row.
 * The results of the CSV are put into Redis as workers write them; 0 leaves it out.
 */
import { createReadStream, createWriteStream } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { pipeline } from 'node:stream/promises';
import { newWorkbook } from '@libby-dialer/call-list';
import { workbookPart } from '@libby-dialer/call-list/testing';
import { eventually, fictionalNumbers } from '@libby-dialer/testkit';
import { externalId, LIST_CAMPAIGN, writeList } from './src/list-file.ts';
import { MeasuredProcess } from './src/measured-process.ts';
import { judge, numbersFrom, print, printMachine } from './src/report.ts';
import { RedisStage, SimulatorStage, workerEnvironment } from './src/stage.ts';
import { benchCampaign, CAMPAIGN_ID, campaignText, personName } from './src/workload.ts';

const LONGEST_RUN_MS = 3_600_000;
const CONCURRENCY = 50;
const ROWS_PER_STEP = 1000;
const MOST_MB = 250;
const OUTCOME = />(?:accepted|unknown)</;
const SHEET = 'xl/worksheets/sheet1.xml';

const settings = numbersFrom({ rows: 100_000, columns: 40, 'csv-rows': 1_000_000 });

await printMachine();
const folder = await mkdtemp(join(tmpdir(), 'bench-join-'));
try {
  await measureWorkbook(settings.rows, settings.columns);
  if (settings['csv-rows'] > 0) await measureCsv(settings['csv-rows']);
} finally {
  await rm(folder, { recursive: true });
}

async function measureWorkbook(rows: number, columns: number): Promise<void> {
  const list = join(folder, 'contacts.xlsx');
  await pipeline(newWorkbook(tableOf(rows, columns)), createWriteStream(list));
  await using redis = await RedisStage.open();
  await enqueuer(redis, rows, 'load', ['load', list, '--campaign', await campaignFile()]);
  print(`dialed: ${await dial(redis, rows)}`);
  const done = join(folder, 'done.xlsx');
  await enqueuer(redis, rows, 'join', joining(list, done));
  const same = await sameRows(list, done);
  judge(`${same} of ${rows} rows byte by byte as they were, with an outcome`, same === rows);
}

async function measureCsv(rows: number): Promise<void> {
  const list = join(folder, 'contacts.csv');
  await writeList(list, rows);
  await using redis = await RedisStage.open();
  await redis.queue.campaigns.put(benchCampaign(LIST_CAMPAIGN));
  await settleAll(redis, rows);
  const done = join(folder, 'done.csv');
  await enqueuer(redis, rows, 'join', joining(list, done));
  const same = await sameLines(list, done);
  judge(`${same} of ${rows} lines byte by byte as they were, and accepted`, same === rows);
}

function joining(list: string, done: string): string[] {
  return ['results', CAMPAIGN_ID, '--join', list, '-o', done];
}

async function campaignFile(): Promise<string> {
  const path = join(folder, 'campaign.json');
  await writeFile(path, campaignText({ ...LIST_CAMPAIGN, introNotes: 'Ask {{name}}.' }));
  return path;
}

async function* tableOf(rows: number, columns: number) {
  const others = Array.from({ length: columns - 3 }, (_, index) => `Column ${index + 4}`);
  yield [['Phone', 'Name', 'Customer', ...others]];
  const numbers = fictionalNumbers();
  for (let from = 0; from < rows; from += ROWS_PER_STEP) {
    yield Array.from({ length: Math.min(ROWS_PER_STEP, rows - from) }, (_, index) => {
      const row = from + index;
      const own = [numbers[row % numbers.length] ?? '', personName(row), externalId(row)];
      return [...own, ...others.map((_, column) => cellOf(row, column))];
    });
  }
}

/** Texts, numbers, dates, formulas that are none, and nothing. */
function cellOf(row: number, column: number): string | number | Date | undefined {
  const kinds = [
    `Text ${row}, column ${column} <&>`,
    row * column,
    new Date(Date.UTC(2026, column % 12, 1 + (row % 28))),
    `=1+${row}`,
    undefined,
  ];
  return kinds[(row + column) % kinds.length];
}

/** Runs a command and prints what it took. */
async function enqueuer(
  redis: RedisStage,
  rows: number,
  what: string,
  args: readonly string[],
): Promise<void> {
  const env = { REDIS_URL: redis.server.url, DIALER_PREFIX: redis.keys.prefix };
  const startedAt = Date.now();
  await using process = await MeasuredProcess.start('dist/enqueuer.js', args, { env });
  const { atMs, cpuMs, maxRssMb } = await process.usageToItsEnd(LONGEST_RUN_MS);
  const perSecond = ((1000 * rows) / (atMs - startedAt)).toFixed(0);
  const cpuUs = ((1000 * cpuMs) / rows).toFixed(0);
  print(`${what} of ${rows} rows: ${perSecond} rows/s, CPU per row ${cpuUs} us`);
  if (what === 'join')
    judge(`${maxRssMb.toFixed(0)} MB at most (goal: under ${MOST_MB})`, maxRssMb < MOST_MB);
}

/** Until the last call has an outcome; on a machine that stands still some may end in doubt. */
async function dial(redis: RedisStage, rows: number): Promise<string> {
  await using simulator = await SimulatorStage.open();
  const env = workerEnvironment(redis, simulator.libby, CONCURRENCY);
  await using worker = await MeasuredProcess.start('dist/worker.js', [], { env });
  let ended: [outcome: string, count: number][] = [];
  await eventually(
    async () => {
      const status = await redis.queue.status.read(CAMPAIGN_ID);
      ended = Object.entries(status?.outcomes ?? {}).filter(([, count]) => count > 0);
      return ended.reduce((sum, [, count]) => sum + count, 0) >= rows;
    },
    { timeoutMs: LONGEST_RUN_MS, intervalMs: 200 },
  );
  await worker.stop();
  return ended.map(([outcome, count]) => `${count} ${outcome}`).join(', ');
}

/** Counts the rows that came back with nothing but further cells at their end. */
async function sameRows(list: string, done: string): Promise<number> {
  const before = rowsIn(list);
  let same = -1;
  for await (const row of rowsIn(done)) {
    const { value: own = '' } = await before.next();
    const isHeadings = same === -1;
    if (row.startsWith(own) && (isHeadings || OUTCOME.test(row))) same += 1;
  }
  await before.return(undefined);
  return same;
}

async function* rowsIn(path: string): AsyncGenerator<string> {
  let rest = '';
  for await (const text of workbookPart(path, SHEET)) {
    const rows = (rest + text).split('</row>');
    rest = rows.pop() ?? '';
    yield* rows;
  }
}

async function sameLines(list: string, done: string): Promise<number> {
  const before = createInterface(createReadStream(list))[Symbol.asyncIterator]();
  let same = -1;
  for await (const line of createInterface(createReadStream(done))) {
    const { value: own } = await before.next();
    const isHeadings = same === -1;
    if (line.startsWith(`${own},`) && (isHeadings || line.includes(',accepted,'))) same += 1;
  }
  return same;
}

/** As if workers had dialed all of them: what they leave in the ledger and the stream. */
async function settleAll(redis: RedisStage, rows: number): Promise<void> {
  const identity = await redis.queue.identity();
  const { ledger, state, results } = redis.keys.campaign(CAMPAIGN_ID);
  const numbers = fictionalNumbers();
  const at = new Date(Date.UTC(2026, 10, 30)).toISOString();
  for (let from = 0; from < rows; from += ROWS_PER_STEP) {
    const commands = redis.client.pipeline();
    for (let row = from; row < Math.min(rows, from + ROWS_PER_STEP); row += 1) {
      const callId = identity.callId(CAMPAIGN_ID, `externalId:${externalId(row)}`);
      const result = {
        callId,
        campaign: CAMPAIGN_ID,
        externalId: externalId(row),
        row: row + 1,
        toPhoneNumber: numbers[row % numbers.length],
        fromPhoneNumber: '+15055550100',
        name: personName(row),
        outcome: 'accepted',
        reason: 'accepted',
        httpStatus: 200,
        attempts: 1,
        queuedAt: at,
        dialedAt: at,
        settledAt: at,
        worker: 'worker-1',
        revision: 1,
        list: join(folder, 'contacts.csv'),
        permission: { doNotCall: 0 },
      };
      const id = `1-${row + 1}`;
      commands.xadd(results, id, 'campaign', CAMPAIGN_ID, 'result', JSON.stringify(result));
      const entry = { state: 'accepted', owner: 'worker-1', attempts: 1, revision: 1 };
      commands.hset(ledger, callId, JSON.stringify(entry));
    }
    await commands.exec();
  }
  const span = ['firstResult', '1-1', 'lastResult', `1-${rows}`];
  await redis.client.hset(state, 'outcome:accepted', rows, ...span);
}
