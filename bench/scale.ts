/**
 * What the console costs with many campaigns and calls, and how long one waits for it:
 *
 *   npm run bench -- scale [--campaigns 10000] [--open 200] [--calls 1000000] [--pages 50]
 *     [--requests 10]
 *
 * Half of the calls are in one campaign, a tenth waits, the others are settled (see
 * `src/large-state.ts` for how that state is made). No worker runs.
 *
 * 1. Nobody, one and so many pages that listen to the events, while a call of each open campaign
 *    ends every second.
 * 2. The requests of the page, each so many times, one after the other.
 * 3. Where Chromium is on the PATH: how long until pages show their rows, and what an open one
 *    costs the browser.
 */
import { CHROMIUM } from '../test/console/chromium.ts';
import { ConsoleProcess } from './src/console-process.ts';
import { BIG_CAMPAIGN, endCalls, externalIdOf, fillLargeState } from './src/large-state.ts';
import { lookedOnBy } from './src/open-pages.ts';
import { paintedPages } from './src/painted-pages.ts';
import { judge, median, numbersFrom, print, printMachine } from './src/report.ts';
import { RedisStage } from './src/stage.ts';
import { askOverWire } from './src/wire.ts';

const GOALS = { morePagesShare: 0.05, onePageShare: 0.1, kbPerSecond: 25, requestCpuMs: 150 };

const settings = numbersFrom({
  campaigns: 10_000,
  open: 200,
  calls: 1_000_000,
  pages: 50,
  requests: 10,
});

await printMachine();
await using redis = await RedisStage.open(undefined, { appendonly: false });
const startedAt = performance.now();
await fillLargeState(redis, settings);
const { campaigns, open, calls } = settings;
print(
  `${campaigns} campaigns, ${open} of them open, ${calls} calls: ${mb(await redis.dataBytes())} MB of Redis, made in ${((performance.now() - startedAt) / 1000).toFixed(0)} s`,
);
await using console = await ConsoleProcess.start(redis);
await measurePages();
await measureRequests();
if (CHROMIUM !== undefined) await measurePainting();

async function measurePages(): Promise<void> {
  const over = new AbortController();
  const ending = endCalls(redis, over.signal);
  const looked = [];
  for (const pages of [0, 1, settings.pages]) {
    const cost = await lookedOnBy(pages, console, redis);
    looked.push(cost);
    print(
      `${pages} pages: ${percent(cost.coreShare)} of a core, ${cost.commands.toFixed(0)} commands and ${kb(cost.bytesPerPage)} KB to each page a second`,
    );
  }
  over.abort();
  await ending;
  const { maxRssMb } = await console.program.usage();
  print(`the console's memory: ${maxRssMb.toFixed(0)} MB at most`);
  const [, one, many] = looked;
  if (one === undefined || many === undefined) return;
  const more = many.coreShare - one.coreShare;
  judge(
    `one page costs ${percent(one.coreShare)} of a core (goal: under ${percent(GOALS.onePageShare)})`,
    one.coreShare < GOALS.onePageShare,
  );
  judge(
    `${settings.pages} pages cost ${percent(more)} of a core more than one (goal: under ${percent(GOALS.morePagesShare)})`,
    more < GOALS.morePagesShare,
  );
  judge(
    `${kb(many.bytesPerPage)} KB a second to each page (goal: under ${GOALS.kbPerSecond} KB)`,
    many.bytesPerPage < 1000 * GOALS.kbPerSecond,
  );
}

async function measureRequests(): Promise<void> {
  const big = `/campaigns/${BIG_CAMPAIGN}`;
  const deep = await pageAfter(`${big}/calls?limit=1000`, 5);
  const requests: readonly (readonly [path: string, body?: unknown])[] = [
    ['/snapshot'],
    ['/campaigns'],
    ['/campaigns?limit=1000'],
    ['/campaigns?contains=09'],
    ['/campaigns?state=running'],
    [big],
    [`${big}/backlog`],
    [`${big}/calls`],
    [deep],
    [`${big}/calls?outcome=unknown`],
    [`${big}/calls?state=queued`],
    ['/in-doubt'],
    ['/calls/find', { externalId: externalIdOf(BIG_CAMPAIGN, 7) }],
    ['/calls/find', { number: '+15055550100' }],
  ];
  for (const request of requests) await measureRequest(...request);
}

async function measureRequest(path: string, body?: unknown): Promise<void> {
  await askOverWire(console.url, path, body);
  const waits: number[] = [];
  const [before, commandsBefore] = [await console.program.usage(), await commandsSoFar()];
  let bytes = 0;
  for (let nth = 0; nth < settings.requests; nth += 1) {
    const asked = performance.now();
    bytes = (await askOverWire(console.url, path, body)).bytes;
    waits.push(performance.now() - asked);
  }
  const [after, commandsAfter] = [await console.program.usage(), await commandsSoFar()];
  const cpuMs = (after.cpuMs - before.cpuMs) / settings.requests;
  const commands = (commandsAfter - commandsBefore) / settings.requests;
  const name = body === undefined ? path : `${path} ${JSON.stringify(body)}`;
  judge(
    `${name}: median ${median(waits).toFixed(0)} ms, slowest ${Math.max(...waits).toFixed(0)} ms, ${cpuMs.toFixed(0)} ms of CPU, ${commands.toFixed(0)} commands, ${kb(bytes)} KB`,
    cpuMs < GOALS.requestCpuMs,
  );
}

async function commandsSoFar(): Promise<number> {
  return await redis.info('stats', 'total_commands_processed');
}

/** The address of the page after so many, as far as there are any. */
async function pageAfter(path: string, pages: number): Promise<string> {
  let from = path;
  for (let nth = 0; nth < pages; nth += 1) {
    const { text } = await askOverWire(console.url, from);
    const { nextCursor } = JSON.parse(text) as { nextCursor: string | null };
    if (nextCursor === null) break;
    from = `${path}&cursor=${nextCursor}`;
  }
  return from;
}

async function measurePainting(): Promise<void> {
  for await (const { path, shownMs, busyShare, heapMb, rows } of paintedPages(console.url, [
    { path: '/' },
    { path: '/campaigns' },
    { path: '/campaigns', isAll: true },
    { path: `/campaigns/${BIG_CAMPAIGN}` },
  ]))
    print(
      `${path}: ${rows} rows, the first after ${shownMs.toFixed(0)} ms; open it keeps the browser busy ${percent(busyShare)} of the time, with ${heapMb.toFixed(0)} MB`,
    );
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}

function kb(bytes: number): string {
  return (bytes / 1000).toFixed(1);
}

function mb(bytes: number): string {
  return (bytes / 1e6).toFixed(0);
}
