import { randomBytes } from 'node:crypto';
import { stat } from 'node:fs/promises';
import { InvalidArgumentError, Option } from '@commander-js/extra-typings';
import { LIST_FORMATS, ListError, readCampaignFile } from '@libby-dialer/call-list';
import { hasCalls, type ScheduleRun, type ScheduleStore } from '@libby-dialer/dial-queue';
import {
  type CronTime,
  campaignOf,
  checkSchedule,
  isoInstant,
  listPathOf,
  type Schedule,
  ScheduleCalendar,
  ScheduleError,
  type ScheduleSettings,
} from '@libby-dialer/dialing';
import {
  type CarryEnd,
  type Context,
  ListLookout,
  RunCarrier,
  storedCampaign,
} from '@libby-dialer/operations';
import { DialerError, requireDurableRedis, UsageError } from '@libby-dialer/runtime';
import type { CommandLine } from '../command-line.ts';
import { parseDuration } from '../duration.ts';
import { loadedSoFar } from '../reports/load-report.ts';
import {
  nextRunsText,
  type ScheduleView,
  scheduleJson,
  scheduleText,
} from '../reports/schedule-report.ts';
import { callTimeText } from '../reports/wall-clock.ts';
import { canAsk, confirm } from '../terminal/confirm.ts';
import { type Io, print, warn } from '../terminal/io.ts';
import { withContext } from '../with-context.ts';
import { listFailure } from './list-failure.ts';
import { printLoaded, progressOf } from './load-output.ts';

const NEXT_SHOWN = 3;
const LAST_SHOWN = 5;
const LAST_IN_JSON = 30;
const LEASE_MS = 30_000;
const DONE = 0;
const ROWS_REJECTED = 3;

interface AddOptions {
  readonly cron: string;
  readonly timezone: string;
  readonly list: string;
  readonly campaign: string;
  readonly waitForList: number;
  readonly expiresAfter?: number | undefined;
  readonly keepRuns?: number | undefined;
  readonly format?: string | undefined;
}

export function addScheduleCommands({ program, io, run }: CommandLine): void {
  const schedule = program
    .command('schedule')
    .description('Lists that are called again and again ("enqueuer serve" runs them).');
  schedule
    .command('add')
    .description(
      'Add a schedule, or change it. Each run is a campaign of its own: <name>-2026-12-01.',
    )
    .argument('<name>', 'what its campaigns are called after: a-z, 0-9 and -')
    .requiredOption(
      '--cron <cron>',
      'when, by the clock of the zone: "0 18 * * 1-5"; six fields have seconds first',
    )
    .requiredOption('--timezone <zone>', 'IANA name, such as America/Denver')
    .requiredOption(
      '--list <path>',
      'of each run’s list; {{date}}, {{time}} and {{campaign}} are filled in',
    )
    .requiredOption(
      '--campaign <file>',
      'campaign file (YAML or JSON), or the id of a stored campaign; kept as it is now',
    )
    .option(
      '--wait-for-list <duration>',
      'how long a run waits for its list: 90s, 30m, 2h, 1d',
      duration,
      0,
    )
    .option(
      '--expires-after <duration>',
      'how long after a run is due its calls may begin',
      positiveDuration,
    )
    .option(
      '--keep-runs <n>',
      'archive the campaigns of all but so many runs, once exported',
      wholeNumber,
    )
    .addOption(
      new Option(
        '--format <format>',
        'of the list, where its name and content do not tell',
      ).choices(LIST_FORMATS),
    )
    .action((name, options) => run(add(io, name, options)));
  schedule
    .command('list')
    .description('Show the schedules: their next and last runs, and what became of these.')
    .option('--json', 'print an array')
    .action((options) => run(list(io, options)));
  schedule
    .command('run')
    .description('Carry out a run here and now, unless it has queued calls already.')
    .argument('<name>', 'name of the schedule')
    .option(
      '--date <date>',
      'local date of the run, such as 2026-12-01 (where several share it: 2026-12-01T18:30); left out: today',
    )
    .option('--early', 'also before the run is due; it is not carried out again then')
    .option('--json', 'print the result as one JSON object')
    .action((name, options) => run(runNow(io, name, options)));
  schedule
    .command('remove')
    .description('Remove a schedule. Its campaigns stay.')
    .argument('<name>', 'name of the schedule')
    .action((name) => run(remove(io, name)));
}

function duration(text: string): number {
  const ms = parseDuration(text);
  if (ms === undefined)
    throw new InvalidArgumentError('It must be a duration such as 90s, 30m, 2h or 1d.');
  return ms;
}

function positiveDuration(text: string): number {
  const ms = duration(text);
  if (ms === 0) throw new InvalidArgumentError('It must be more than nothing.');
  return ms;
}

function wholeNumber(text: string): number {
  if (/^[1-9]\d{0,5}$/.test(text)) return Number(text);
  throw new InvalidArgumentError('It must be a whole number from 1.');
}

async function add(io: Io, name: string, options: AddOptions): Promise<number> {
  const file = await readCampaignFile(options.campaign);
  for (const warning of file?.warnings ?? []) warn(io, warning);
  return await withContext(io, async (context) => {
    const campaign = file?.campaign ?? (await storedCampaign(context, options.campaign));
    const schedule = checked({ ...settingsOf(name, options), campaign }, await context.now());
    const answer = await context.queue.schedules.put(schedule);
    await matchTriggers(context);
    if (campaign.expiresAt !== undefined && options.expiresAfter === undefined) {
      warn(
        io,
        `${options.campaign} has expiresAt, so that no run begins after it; --expires-after gives each run its own.`,
      );
    }
    const next = new ScheduleCalendar(schedule).cron.next(schedule.addedAt, NEXT_SHOWN);
    await print(
      io.stdout,
      `${name} ${SAID[answer]}. Its next runs:\n${nextRunsText(schedule, next)}`,
    );
    return DONE;
  });
}

const SAID = {
  added: 'is added',
  replaced: 'is changed: what is due from now on is done by the new definition',
  unchanged: 'is there already, just so',
} as const;

function settingsOf(name: string, options: AddOptions): Omit<ScheduleSettings, 'campaign'> {
  const { cron, timezone, list, format, waitForList, expiresAfter, keepRuns } = options;
  return {
    name,
    cron: cron.trim(),
    timezone,
    list,
    ...(format !== undefined && { format }),
    waitForListMs: waitForList,
    ...(expiresAfter !== undefined && { expiresAfterMs: expiresAfter }),
    ...(keepRuns !== undefined && { keepRuns }),
  };
}

function checked(settings: ScheduleSettings, now: number): Schedule {
  try {
    return checkSchedule(settings, now);
  } catch (error) {
    if (error instanceof ScheduleError) throw new UsageError(error.message, { cause: error });
    throw error;
  }
}

async function matchTriggers({ queue }: Context): Promise<void> {
  await using triggers = queue.scheduleTriggers();
  await triggers.match(await queue.schedules.list());
}

async function list(io: Io, { json }: { json?: boolean | undefined }): Promise<number> {
  return await withContext(io, async (context) => {
    const store = context.queue.schedules;
    const now = await context.now();
    const views: ScheduleView[] = [];
    for (const schedule of await store.list()) {
      views.push(
        await viewOf(context, store, schedule, { now, last: json ? LAST_IN_JSON : LAST_SHOWN }),
      );
    }
    const text =
      views.length === 0 ? 'There is no schedule yet.\n' : views.map(scheduleText).join('\n');
    await print(io.stdout, json ? `${JSON.stringify(views.map(scheduleJson))}\n` : text);
    return DONE;
  });
}

async function viewOf(
  { queue: { status } }: Context,
  store: ScheduleStore,
  schedule: Schedule,
  { now, last }: { now: number; last: number },
): Promise<ScheduleView> {
  const runs = (await store.runs(schedule.name)).slice(0, last);
  return {
    schedule,
    next: new ScheduleCalendar(schedule).cron.next(now, NEXT_SHOWN),
    last: await Promise.all(
      runs.map(async (run) => ({ run, status: await status.read(run.campaign) })),
    ),
  };
}

interface RunOptions {
  readonly date?: string | undefined;
  readonly early?: boolean | undefined;
  readonly json?: boolean | undefined;
}

async function runNow(io: Io, name: string, options: RunOptions): Promise<number> {
  return await withContext(io, async (context) => {
    await requireDurableRedis(context.redis, context.config.redis, context.logger);
    const store = context.queue.schedules;
    const schedule = await scheduleNamed(store, name);
    const now = await context.now();
    const time = timeOf(schedule, options.date, now);
    // What is recorded as due is a daemon's to carry out, so nothing is before it is known that it
    // can be.
    const foreseen = await store.foresee(schedule, time);
    await insistOnList(schedule, foreseen);
    refuseExpired(schedule, foreseen, now);
    if (foreseen.state !== 'loaded' && now < foreseen.dueAt)
      await insistOnEarly(io, schedule, foreseen, options);
    const run = await wantedRun(store, schedule, time);
    const carrier = new RunCarrier({
      context,
      store,
      processId: `schedule-run-${process.pid}-${randomBytes(3).toString('hex')}`,
      now: () => context.now(),
      lookout: new ListLookout(0),
      leaseMs: LEASE_MS,
      signal: io.signal,
      telling: {
        stdin: io.stdin,
        warn: (sentence) => warn(io, sentence),
        ...progressOf(io, context.logger, loadedSoFar),
      },
    });
    const end = await carrier.carryOutNow(schedule, run);
    if (end.kind === 'loaded' && !hasCalls({ ...end.loaded.counts }))
      warn(io, nothingQueuedSaid(run, now));
    return await tell(io, schedule, run, end, options);
  });
}

async function tell(
  io: Io,
  { name }: Schedule,
  run: ScheduleRun,
  end: CarryEnd,
  options: RunOptions,
): Promise<number> {
  if (end.kind === 'loaded') {
    await printLoaded(io, run.campaign, end.loaded, options);
    return end.loaded.counts.rejected > 0 ? ROWS_REJECTED : DONE;
  }
  if (end.kind === 'finished') {
    const said = `${run.campaign} is loaded already; it is not loaded again.\n`;
    await print(
      io.stdout,
      options.json ? `${JSON.stringify({ campaign: run.campaign, alreadyLoaded: true })}\n` : said,
    );
    return DONE;
  }
  if (end.kind === 'failed')
    throw end.error instanceof ListError
      ? listFailure(end.error)
      : (end.error ?? new DialerError(end.reason, end.message));
  throw new DialerError(
    'run_taken',
    `Run ${run.local} of ${name} is being carried out by another process.`,
  );
}

async function scheduleNamed(store: ScheduleStore, name: string): Promise<Schedule> {
  const schedule = await store.get(name);
  if (schedule === undefined) throw noSuchSchedule(name);
  return schedule;
}

function noSuchSchedule(name: string): UsageError {
  return new UsageError(
    `There is no schedule ${name}; "enqueuer schedule list" shows those there are.`,
  );
}

/**
 * The run that a person means: by its date, which must be enough to tell it, or by its local time.
 */
function timeOf(schedule: Schedule, given: string | undefined, now: number): CronTime {
  const { name, cron, timezone } = schedule;
  const wanted = given ?? localDate(now, timezone);
  const [day = '', time] = wanted.split('T');
  if (!/^\d{4}-\d{2}-\d{2}$/.test(day) || !isThereTime(`${day}T${time ?? '00:00'}`)) {
    throw new UsageError(`--date: ${wanted} is no date such as 2026-12-01.`);
  }
  const times = new ScheduleCalendar(schedule).cron.on(day);
  const [found, ...others] =
    time === undefined ? times : times.filter(({ local }) => local === wanted);
  if (found === undefined) {
    throw new UsageError(
      `${name} ("${cron}" ${timezone}) has no run on ${wanted}; name another with --date.`,
    );
  }
  if (others.length === 0) return found;
  const names = times.slice(0, 4).map(({ local }) => local);
  throw new UsageError(
    `${name} has ${times.length} runs on ${day}; name one with --date, such as ${names.join(', ')}.`,
  );
}

/** Not the 31st of February, which `Date` takes for a day in March. */
function isThereTime(local: string): boolean {
  const date = new Date(`${local}Z`);
  return !Number.isNaN(date.getTime()) && date.toISOString().startsWith(local);
}

function localDate(now: number, timezone: string): string {
  // The Swedish way to write a date is ISO 8601.
  return new Intl.DateTimeFormat('sv-SE', { timeZone: timezone }).format(now);
}

async function wantedRun(
  store: ScheduleStore,
  schedule: Schedule,
  time: CronTime,
): Promise<ScheduleRun> {
  const run = await store.noteWanted(schedule, time);
  if (run !== undefined) return run;
  const message = `Run ${time.local} of ${schedule.name} is too long ago: there is no record any more of whether it was loaded.`;
  throw new DialerError('run_forgotten', message);
}

async function insistOnList(schedule: Schedule, run: ScheduleRun): Promise<void> {
  const path = listPathOf(schedule, run);
  const isThere = await stat(path).then(
    () => true,
    () => false,
  );
  if (!isThere) throw new UsageError(`There is no list ${path}.`);
}

/** Its calls would be queued only to end as `expired`. */
function refuseExpired(schedule: Schedule, run: ScheduleRun, now: number): void {
  const { expiresAt } = campaignOf(schedule, run);
  if (run.state === 'loaded' || expiresAt === undefined || now < expiresAt) return;
  throw new DialerError(
    'run_expired',
    `The calls of run ${run.local} of ${schedule.name} expired at ${isoInstant(expiresAt)}; load its list into another campaign.`,
  );
}

/** It uses the run up: its list may not be complete, and may be meant for then. */
async function insistOnEarly(
  io: Io,
  { name, timezone }: Schedule,
  { local, dueAt }: ScheduleRun,
  { early = false }: RunOptions,
): Promise<void> {
  if (early) return;
  const said = `Run ${local} of ${name} is due only at ${callTimeText(dueAt, [timezone])}, and is not carried out again then if it is now.`;
  if (canAsk(io) && (await confirm(io, `${said} Carry it out?`))) return;
  throw new UsageError(
    `${said} If that is meant: enqueuer schedule run ${name} --date ${local} --early`,
  );
}

function nothingQueuedSaid({ local, dueAt }: ScheduleRun, now: number): string {
  const then =
    now < dueAt
      ? 'it is still carried out when it is due'
      : 'the same command carries it out again';
  return `run ${local} has queued nothing; ${then}.`;
}

async function remove(io: Io, name: string): Promise<number> {
  return await withContext(io, async (context) => {
    if (!(await context.queue.schedules.remove(name))) throw noSuchSchedule(name);
    await matchTriggers(context);
    await print(io.stdout, `${name} is removed. Its campaigns stay.\n`);
    return DONE;
  });
}
