/**
 * How fast the console takes calls that other programs push over HTTP, and what pages that look on
 * cost it:
 *
 *   npm run bench -- console [--rate 2000] [--batch 20] [--seconds 20] [--pages 50]
 *
 * 1. So many calls a second in requests of so many calls each, begun by the clock however long
 *    those before take. Each has to be answered as queued, and to be in the queue.
 * 2. Twenty campaigns with calls, and nobody, one and so many pages that listen to the events.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { ApiClient } from '@libby-dialer/api-client';
import { fictionalNumbers } from '@libby-dialer/testkit';
import { ConsoleProcess } from './src/console-process.ts';
import { lookedOnBy } from './src/open-pages.ts';
import { judge, median, numbersFrom, print, printMachine } from './src/report.ts';
import { RedisStage } from './src/stage.ts';
import { benchHeadings, CAMPAIGN_ID, formValues, personName } from './src/workload.ts';

const GOALS = { p99Ms: 100, coreShare: 0.05 };
const WARM_UP_MS = 2000;
const CAMPAIGNS = 20;
const NUMBERS = fictionalNumbers();
/** There are fewer fictional numbers than calls. */
const CAMPAIGN = { dedupeBy: 'externalId' };

const settings = numbersFrom({ rate: 2000, batch: 20, seconds: 20, pages: 50 });

await printMachine();
if (settings.seconds > 0) await measurePush();
if (settings.pages > 0) await measurePages();

async function measurePush(): Promise<void> {
  const { rate, batch, seconds } = settings;
  await using redis = await RedisStage.open();
  await redis.putCampaign(CAMPAIGN);
  await using console = await ConsoleProcess.start(redis);
  const { client, program } = console;
  await pushFor(client, WARM_UP_MS, 0);
  const before = await program.usage();
  const redisBefore = await redis.cpuMs();
  const waits = await pushFor(client, seconds * 1000, 1);
  const cpuMs = (await program.usage()).cpuMs - before.cpuMs;
  const redisCpuMs = (await redis.cpuMs()) - redisBefore;
  const calls = waits.length * batch;
  const sorted = waits.toSorted((a, b) => a - b);
  const p99 = sorted[Math.ceil(sorted.length * 0.99) - 1] ?? Number.NaN;
  print(
    `${calls} calls at ${rate}/s, ${batch} in each request: median ${median(waits).toFixed(0)} ms, p99 ${p99.toFixed(0)} ms`,
  );
  print(
    `CPU per call ${((1000 * cpuMs) / calls).toFixed(0)} us, of Redis ${((1000 * redisCpuMs) / calls).toFixed(0)} us`,
  );
  judge(`p99 ${p99.toFixed(0)} ms (goal: under ${GOALS.p99Ms} ms)`, p99 < GOALS.p99Ms);
}

/** How long each request took, from when it was due. */
async function pushFor(client: ApiClient, forMs: number, round: number): Promise<number[]> {
  const { rate, batch } = settings;
  const everyMs = (1000 * batch) / rate;
  const startedAt = performance.now();
  const pushes: Promise<number>[] = [];
  for (let nth = 0; nth * everyMs < forMs; nth += 1) {
    const dueAt = startedAt + nth * everyMs;
    await sleep(Math.max(0, dueAt - performance.now()));
    pushes.push(push(client, `${round}-${nth}`).then(() => performance.now() - dueAt));
  }
  return await Promise.all(pushes);
}

async function push(client: ApiClient, name: string): Promise<void> {
  const body = Array.from({ length: settings.batch }, (_, row) => recordOf(row, `${name}-${row}`));
  const { calls } = await client.request('POST /campaigns/{id}/calls', {
    params: { id: CAMPAIGN_ID },
    body,
  });
  if (!calls.every(({ status }) => status === 'queued')) throw new Error('a call was not queued');
}

async function measurePages(): Promise<void> {
  await using redis = await RedisStage.open();
  for (let nth = 0; nth < CAMPAIGNS; nth += 1) {
    await redis.putCampaign({ ...CAMPAIGN, id: `campaign-${nth}` });
    await redis.load(100, `campaign-${nth}`);
  }
  await using console = await ConsoleProcess.start(redis);
  const shares: number[] = [];
  for (const pages of [0, 1, settings.pages]) {
    const { coreShare, commands } = await lookedOnBy(pages, console, redis);
    shares.push(coreShare);
    print(
      `${pages} pages: ${(100 * coreShare).toFixed(1)} % of a core, ${commands.toFixed(0)} commands a second`,
    );
  }
  const [, one = 0, many = 0] = shares;
  const more = many - one;
  judge(
    `${settings.pages} pages cost ${(100 * more).toFixed(1)} % of a core more than one (goal: under ${100 * GOALS.coreShare} %)`,
    more < GOALS.coreShare,
  );
}

/** A record like the rows of the other benches, of some 350 bytes. */
function recordOf(row: number, externalId: string) {
  const values = formValues(row);
  return {
    toPhoneNumber: NUMBERS[row % NUMBERS.length] ?? '',
    name: personName(row),
    externalId,
    formInfo: benchHeadings().map((heading, index) => ({ [heading]: values[index] ?? '' })),
  };
}
