/**
 * Rows per second and memory of `enqueuer load` against `addBulk` of ready-made jobs, at two sizes,
 * and of a workbook of the larger one:
 *
 *   npm run bench -- load [--rows 100000] [--times 10] [--rounds 3]
 *
 * Whole processes, their start included. The larger size (rows x times; `--times 0` leaves it out)
 * is for memory, and run once.
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LIST_CAMPAIGN, writeList, writeWorkbook } from './src/list-file.ts';
import { MeasuredProcess } from './src/measured-process.ts';
import { judge, median, numbersFrom, print, printMachine } from './src/report.ts';
import { RedisStage } from './src/stage.ts';
import { CAMPAIGN_ID, campaignText } from './src/workload.ts';

const GOALS = { ratio: 0.9, peakMb: 160, bytesPerFurtherRow: 5 };
/** Of a workbook against a CSV with the same rows. */
const WORKBOOK_GOALS = { ratio: 0.25, peakMb: 400 };
const LONGEST_RUN_MS = 1_800_000;

interface Figures {
  readonly rowsPerSecond: number;
  readonly cpuMsPerRow: number;
  readonly peakMb: number;
}

const settings = numbersFrom({ rows: 100_000, times: 10, rounds: 3 });

await printMachine();
const folder = await mkdtemp(join(tmpdir(), 'bench-load-'));
try {
  await measure();
} finally {
  await rm(folder, { recursive: true });
}

async function measure(): Promise<void> {
  const campaign = join(folder, 'campaign.json');
  await writeFile(campaign, campaignText(LIST_CAMPAIGN));
  const list = join(folder, 'list.csv');
  await writeList(list, settings.rows);
  const ours: Figures[] = [];
  const raw: Figures[] = [];
  for (let round = 0; round < settings.rounds; round += 1) {
    ours.push(await load(list, campaign, settings.rows));
    raw.push(await addBulk(settings.rows));
  }
  print(`${settings.rows} rows, ${settings.rounds} rounds`);
  const [small, baseline] = [medians(ours), medians(raw)];
  print(`enqueuer load  ${line(small)}`);
  print(`addBulk        ${line(baseline)}`);
  const ratio = small.rowsPerSecond / baseline.rowsPerSecond;
  const cpu = baseline.cpuMsPerRow / small.cpuMsPerRow;
  judge(
    `load : addBulk = ${ratio.toFixed(2)} (goal ${GOALS.ratio}), by CPU time ${cpu.toFixed(2)}`,
    ratio >= GOALS.ratio,
  );
  if (settings.times > 0) await measureLarger(list, campaign, small);
}

async function measureLarger(list: string, campaign: string, small: Figures): Promise<void> {
  const rows = settings.rows * settings.times;
  await writeList(list, rows);
  const large = await load(list, campaign, rows);
  print(`${rows} rows, once\nenqueuer load  ${line(large)}`);
  const bytes = ((large.peakMb - small.peakMb) * 2 ** 20) / (rows - settings.rows);
  judge(
    `${large.peakMb.toFixed(0)} MB at most (goal: under ${GOALS.peakMb})`,
    large.peakMb < GOALS.peakMb,
  );
  judge(
    `${bytes.toFixed(1)} bytes per further row (goal: at most ${GOALS.bytesPerFurtherRow})`,
    bytes <= GOALS.bytesPerFurtherRow,
  );
  await measureWorkbook(campaign, rows, large);
}

async function measureWorkbook(campaign: string, rows: number, csv: Figures): Promise<void> {
  const path = join(folder, 'list.xlsx');
  await writeWorkbook(path, rows);
  const workbook = await load(path, campaign, rows);
  print(`.xlsx          ${line(workbook)}`);
  const ratio = workbook.rowsPerSecond / csv.rowsPerSecond;
  judge(
    `.xlsx : CSV = ${ratio.toFixed(2)} (goal ${WORKBOOK_GOALS.ratio})`,
    ratio >= WORKBOOK_GOALS.ratio,
  );
  judge(
    `${workbook.peakMb.toFixed(0)} MB at most (goal: under ${WORKBOOK_GOALS.peakMb})`,
    workbook.peakMb < WORKBOOK_GOALS.peakMb,
  );
}

async function load(list: string, campaign: string, rows: number): Promise<Figures> {
  return run(rows, (redis) => ({
    program: 'dist/enqueuer.js',
    args: ['load', list, '--campaign', campaign, '--json'],
    env: { REDIS_URL: redis.server.url, DIALER_PREFIX: redis.keys.prefix },
  }));
}

async function addBulk(rows: number): Promise<Figures> {
  return run(rows, (redis) => ({
    program: 'bench/contestants/raw-load.ts',
    args: [redis.server.url, redis.keys.queues, CAMPAIGN_ID, String(rows)],
    env: {},
  }));
}

async function run(
  rows: number,
  command: (redis: RedisStage) => { program: string; args: string[]; env: Record<string, string> },
): Promise<Figures> {
  await using redis = await RedisStage.open();
  const { program, args, env } = command(redis);
  const startedAt = Date.now();
  await using process = await MeasuredProcess.start(program, args, { env });
  const { atMs, cpuMs, maxRssMb } = await process.usageToItsEnd(LONGEST_RUN_MS);
  const queued = await redis.client.llen(`${redis.keys.queue(CAMPAIGN_ID)}wait`);
  if (queued !== rows) throw new Error(`${program} queued ${queued} of ${rows} rows`);
  return {
    rowsPerSecond: (1000 * rows) / (atMs - startedAt),
    cpuMsPerRow: cpuMs / rows,
    peakMb: maxRssMb,
  };
}

function medians(figures: readonly Figures[]): Figures {
  return {
    rowsPerSecond: median(figures.map(({ rowsPerSecond }) => rowsPerSecond)),
    cpuMsPerRow: median(figures.map(({ cpuMsPerRow }) => cpuMsPerRow)),
    peakMb: median(figures.map(({ peakMb }) => peakMb)),
  };
}

function line({ rowsPerSecond, cpuMsPerRow, peakMb }: Figures): string {
  return `${rowsPerSecond.toFixed(0).padStart(6)} rows/s, CPU per row ${(1000 * cpuMsPerRow).toFixed(0)} us, ${peakMb.toFixed(0)} MB at most`;
}
