import { Option } from '@commander-js/extra-typings';
import { readCall } from '@libby-dialer/dial-queue';
import { isoInstant } from '@libby-dialer/dialing';
import {
  type ListedSetAsideJob,
  listSetAsideJobs,
  resolveSetAsideJobs,
  type SetAsideDecision,
  setAsideJson,
} from '@libby-dialer/operations';
import { countOf, UsageError } from '@libby-dialer/runtime';
import { BY } from '../../actor.ts';
import type { CommandLine } from '../../command-line.ts';
import { type Io, print } from '../../terminal/io.ts';
import { type Cell, formatTable, printFitted } from '../../terminal/table.ts';
import { withContext } from '../../with-context.ts';

const HEADING = ['JOB', 'CAMPAIGN', 'REASON', 'QUEUED', 'ROW', 'NUMBER', 'NAME', 'CAN BE QUEUED'];

interface ListOptions {
  readonly json?: boolean | undefined;
}

interface ResolveOptions {
  readonly as: SetAsideDecision;
  readonly by?: string | undefined;
  readonly all?: boolean | undefined;
}

export function addSetAsideCommands({ program, io, run }: CommandLine): void {
  const setAside = program
    .command('set-aside')
    .description(
      'Jobs in the queue that are not as the enqueuer has made them: nobody is dialed by them.',
    );
  setAside
    .command('list')
    .description('Show the jobs that are set aside in one campaign, or in all.')
    .argument('[campaign]', 'id of the campaign')
    .option('--json', 'print one JSON object')
    .action((campaign, options) => run(list(io, campaign, options)));
  setAside
    .command('resolve')
    .description('Decide what becomes of them. Loading their list again queues its rows as well.')
    .argument('<campaign>', 'id of the campaign')
    .argument('[jobs...]', 'as "set-aside list" shows them')
    .option('--all', 'every one of the campaign')
    .addOption(
      new Option(
        '--as <what>',
        'queued: dial what each says, where its id is that of the row; canceled: dial nobody',
      )
        .choices(['queued', 'canceled'] as const)
        .makeOptionMandatory(),
    )
    .option(...BY)
    .action((campaign, jobs, options) => run(resolve(io, campaign, jobs, options)));
}

async function list(
  io: Io,
  campaign: string | undefined,
  { json = false }: ListOptions,
): Promise<number> {
  return await withContext(io, async (context) => {
    const jobs = await listSetAsideJobs(context, campaign);
    if (json) await print(io.stdout, `${JSON.stringify({ jobs: jobs.map(setAsideJson) })}\n`);
    else if (jobs.length === 0) await print(io.stdout, 'No job is set aside.\n');
    else await printFitted(io.stdout, (width) => tableOf(jobs, width));
    return 0;
  });
}

function tableOf(jobs: readonly ListedSetAsideJob[], width: number): string {
  return `${formatTable([HEADING, ...jobs.map(rowOf)], width)}\n${countOf(jobs.length, 'job')} set aside.\n`;
}

function rowOf({ campaign, job, canBeQueued }: ListedSetAsideJob): Cell[] {
  const call = readCall(job.data);
  const row = [call?.sheetRow ?? call?.row ?? '', call?.to ?? '', call?.name ?? ''];
  return [
    job.callId,
    campaign,
    job.refusal,
    isoInstant(job.queuedAt),
    ...row,
    canBeQueued ? 'yes' : 'no',
  ];
}

async function resolve(
  io: Io,
  campaign: string,
  ids: readonly string[],
  { all = false, as, by }: ResolveOptions,
): Promise<number> {
  if (all === ids.length > 0)
    throw new UsageError('Name the jobs that "enqueuer set-aside list" shows, or say --all.');
  return await withContext(
    io,
    async (context) => {
      const meant = all ? undefined : ids;
      const { done, refusal } = await resolveSetAsideJobs(context, campaign, meant, as);
      const text =
        as === 'canceled'
          ? `${countOf(done, 'job')} canceled`
          : `${countOf(done, 'call')} queued again`;
      await print(io.stdout, `${text}.\n`);
      if (refusal !== undefined) throw refusal;
      return 0;
    },
    by,
  );
}
