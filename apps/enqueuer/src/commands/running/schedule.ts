import { type ListReading, readCampaignFile, readingOf } from '@libby-dialer/call-list';
import { hasCalls, type ScheduleRun } from '@libby-dialer/dial-queue';
import { MOST_CANARY_CALLS, type Schedule, type ScheduleSettings } from '@libby-dialer/dialing';
import {
  type AddedSchedule,
  addSchedule,
  type Context,
  listSchedules,
  previewSchedule,
  removeSchedule,
  runSchedule,
  type ScheduleRunEnd,
  scheduleJson,
} from '@libby-dialer/operations';
import { DialerError, UsageError } from '@libby-dialer/runtime';
import { BY } from '../../actor.ts';
import type { CommandLine } from '../../command-line.ts';
import { encodingOption, formatOption, headerRowOption, sheetOption } from '../../list-options.ts';
import { duration, positiveDuration, wholeNumber, wholeNumberUpTo } from '../../option-values.ts';
import { changeLines } from '../../reports/change-lines.ts';
import { loadedSoFar } from '../../reports/load-report.ts';
import { nextRunsText, scheduleText } from '../../reports/schedule-report.ts';
import { callTimeText } from '../../reports/wall-clock.ts';
import { canAsk, confirm } from '../../terminal/confirm.ts';
import { type Io, print, warn } from '../../terminal/io.ts';
import { withContext } from '../../with-context.ts';
import { storedCampaign } from '../campaigns/campaign-option.ts';
import { canaryAsked, canaryPassOption } from '../lists/load-options.ts';
import { printLoaded, progressOf } from '../lists/load-output.ts';

const LAST_SHOWN = 5;
const LAST_IN_JSON = 30;
const DONE = 0;
const ROWS_REJECTED = 3;

interface AddOptions extends ListReading {
  readonly cron: string;
  readonly timezone: string;
  readonly list: string;
  readonly campaign: string;
  readonly waitForList: number;
  readonly expiresAfter?: number | undefined;
  readonly keepRuns?: number | undefined;
  readonly canary?: number | undefined;
  readonly canaryPass?: number | undefined;
  readonly yes?: boolean | undefined;
  readonly by?: string | undefined;
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
      'path of each run’s list; {{date}}, {{time}} and {{campaign}} are filled in',
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
      'keep this many runs; campaigns of older ones are archived, once exported',
      wholeNumber(6),
    )
    .option(
      '--canary <n>',
      'dial this many calls of each run first, and hold the rest until a person releases it',
      wholeNumberUpTo(MOST_CANARY_CALLS),
    )
    .addOption(canaryPassOption())
    .addOption(formatOption())
    .addOption(sheetOption())
    .addOption(encodingOption())
    .addOption(headerRowOption())
    .option(
      '--yes',
      'do not ask before an existing one is changed; without a terminal nobody is asked',
    )
    .option(...BY)
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
    .option(...BY)
    .action((name, options) => run(runNow(io, name, options)));
  schedule
    .command('remove')
    .description('Remove a schedule. Its campaigns stay.')
    .argument('<name>', 'name of the schedule')
    .option(...BY)
    .action((name, { by }) => run(remove(io, name, by)));
}

async function add(io: Io, name: string, options: AddOptions): Promise<number> {
  const file = await readCampaignFile(options.campaign);
  for (const warning of file?.warnings ?? []) warn(io, warning);
  return await withContext(
    io,
    async (context) => {
      const campaign = file?.campaign ?? (await storedCampaign(context, options.campaign));
      const settings = { ...settingsOf(name, options), campaign };
      if (!options.yes && canAsk(io)) await askOfChange(io, context, settings);
      const added = await addSchedule(context, settings);
      if (campaign.expiresAt !== undefined && options.expiresAfter === undefined) {
        warn(
          io,
          `${options.campaign} has expiresAt, so that no run begins after it; --expires-after gives each run its own.`,
        );
      }
      await print(io.stdout, addedText(added));
      return DONE;
    },
    options.by,
  );
}

/** What is due from now on is done by the changed one. */
async function askOfChange(io: Io, context: Context, settings: ScheduleSettings): Promise<void> {
  const { answer, changes } = await previewSchedule(context, settings);
  if (answer !== 'replaced') return;
  const lines = changeLines(changes).join('');
  if (await confirm(io, `Schedule ${settings.name} is there already:\n${lines}Change it?`)) return;
  throw new DialerError('not_confirmed', 'Nothing is changed.', { kind: 'refused' });
}

function addedText({ answer, schedule, changes, next }: AddedSchedule): string {
  const said = `${schedule.name} ${ANSWERS[answer]}.`;
  const lines = answer === 'replaced' ? changeLines(changes) : [];
  const runs = `Its next runs:\n${nextRunsText(schedule, next)}`;
  return lines.length === 0 ? `${said} ${runs}` : `${said}\n${lines.join('')}${runs}`;
}

const ANSWERS: Record<AddedSchedule['answer'], string> = {
  added: 'is added',
  replaced: 'is changed: what is due from now on is done by the new definition',
  unchanged: 'is there already, just so',
};

function settingsOf(name: string, options: AddOptions): Omit<ScheduleSettings, 'campaign'> {
  const { cron, timezone, list, waitForList, expiresAfter, keepRuns } = options;
  const canary = canaryAsked(options);
  return {
    name,
    cron: cron.trim(),
    timezone,
    list,
    ...readingOf(options),
    waitForListMs: waitForList,
    ...(expiresAfter !== undefined && { expiresAfterMs: expiresAfter }),
    ...(keepRuns !== undefined && { keepRuns }),
    ...(canary !== undefined && { canary }),
  };
}

async function list(io: Io, { json }: { json?: boolean | undefined }): Promise<number> {
  return await withContext(io, async (context) => {
    const views = await listSchedules(context, { last: json ? LAST_IN_JSON : LAST_SHOWN });
    const text =
      views.length === 0 ? 'There is no schedule yet.\n' : views.map(scheduleText).join('\n');
    await print(io.stdout, json ? `${JSON.stringify(views.map(scheduleJson))}\n` : text);
    return DONE;
  });
}

interface RunOptions {
  readonly date?: string | undefined;
  readonly early?: boolean | undefined;
  readonly by?: string | undefined;
  readonly json?: boolean | undefined;
}

async function runNow(io: Io, name: string, options: RunOptions): Promise<number> {
  return await withContext(
    io,
    async (context) => {
      const { stdin, signal } = io;
      const ended = await runSchedule(context, name, {
        ...progressOf(io, context.logger, loadedSoFar),
        date: options.date,
        isEarlyMeant: (schedule, run) => isEarlyMeant(io, schedule, run, options),
        stdin,
        signal,
        warn: (sentence) => warn(io, sentence),
      });
      const { run, now, end } = ended;
      if (end.kind === 'loaded' && !hasCalls({ ...end.loaded.counts }))
        warn(io, nothingQueuedText(run, now));
      return await printEnd(io, ended, options);
    },
    options.by,
  );
}

async function printEnd(
  io: Io,
  { schedule: { name, canary }, run, end }: ScheduleRunEnd,
  options: RunOptions,
): Promise<number> {
  if (end.kind === 'loaded') {
    await printLoaded(io, run.campaign, end.loaded, { ...options, canary });
    return end.loaded.counts.rejected > 0 ? ROWS_REJECTED : DONE;
  }
  if (end.kind === 'finished') {
    const text = `${run.campaign} is loaded already; it is not loaded again.\n`;
    await print(
      io.stdout,
      options.json ? `${JSON.stringify({ campaign: run.campaign, alreadyLoaded: true })}\n` : text,
    );
    return DONE;
  }
  if (end.kind === 'failed') throw end.error ?? new DialerError(end.reason, end.message);
  throw new DialerError(
    'run_taken',
    `Run ${run.local} of ${name} is being carried out by another process.`,
  );
}

/** It uses the run up: its list may not be complete, and may be meant for then. */
async function isEarlyMeant(
  io: Io,
  { name, timezone }: Schedule,
  { local, dueAt }: ScheduleRun,
  { early = false }: RunOptions,
): Promise<boolean> {
  if (early) return true;
  const message = `Run ${local} of ${name} is due only at ${callTimeText(dueAt, [timezone])}, and is not carried out again then if it is now.`;
  if (canAsk(io) && (await confirm(io, `${message} Carry it out?`))) return true;
  throw new UsageError(
    `${message} If that is meant: enqueuer schedule run ${name} --date ${local} --early`,
  );
}

function nothingQueuedText({ local, dueAt }: ScheduleRun, now: number): string {
  const then =
    now < dueAt
      ? 'it is still carried out when it is due'
      : 'the same command carries it out again';
  return `run ${local} has queued nothing; ${then}.`;
}

async function remove(io: Io, name: string, by: string | undefined): Promise<number> {
  return await withContext(
    io,
    async (context) => {
      await removeSchedule(context, name);
      await print(io.stdout, `${name} is removed. Its campaigns stay.\n`);
      return DONE;
    },
    by,
  );
}
