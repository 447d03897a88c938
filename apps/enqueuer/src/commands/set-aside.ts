import { Option } from '@commander-js/extra-typings';
import { readCall, type SetAsideJob } from '@libby-dialer/dial-queue';
import { type Campaign, isoInstant } from '@libby-dialer/dialing';
import type { Context } from '@libby-dialer/operations';
import { countOf, DialerError, UsageError } from '@libby-dialer/runtime';
import type { CommandLine } from '../command-line.ts';
import { type Io, print } from '../terminal/io.ts';
import { type Cell, formatTable, printFitted } from '../terminal/table.ts';
import { withContext } from '../with-context.ts';

const HEADING = ['JOB', 'CAMPAIGN', 'REASON', 'QUEUED', 'ROW', 'NUMBER', 'NAME', 'CAN BE QUEUED'];

interface ListOptions {
  readonly json?: boolean | undefined;
}

interface ResolveOptions {
  readonly all?: boolean | undefined;
  readonly as: 'queued' | 'canceled';
  readonly by: string;
}

/** A job with what can be said of it. */
interface Finding {
  readonly campaign: string;
  readonly job: SetAsideJob;
  readonly canBeQueued: boolean;
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
    .description('Say what is to become of them. Loading their list again queues its rows as well.')
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
    .requiredOption('--by <who>', 'who decided it; kept for audit')
    .action((campaign, jobs, options) => run(resolve(io, campaign, jobs, options)));
}

async function list(
  io: Io,
  id: string | undefined,
  { json = false }: ListOptions,
): Promise<number> {
  return await withContext(io, async (context) => {
    const campaigns =
      id === undefined ? await context.campaigns.list() : [await context.campaign(id)];
    const findings: Finding[] = [];
    for (const campaign of campaigns) findings.push(...(await findingsOf(context, campaign)));
    if (json) await print(io.stdout, `${JSON.stringify({ jobs: findings.map(jsonOf) })}\n`);
    else if (findings.length === 0) await print(io.stdout, 'No job is set aside.\n');
    else await printFitted(io.stdout, (width) => tableOf(findings, width));
    return 0;
  });
}

async function findingsOf({ queue }: Context, campaign: Campaign): Promise<Finding[]> {
  const setAside = queue.setAsideJobs;
  const identity = await queue.peekIdentity();
  const findings: Finding[] = [];
  for await (const job of setAside.list(campaign.id)) {
    const canBeQueued =
      identity !== undefined && setAside.callOf(identity, campaign, job) !== undefined;
    findings.push({ campaign: campaign.id, job, canBeQueued });
  }
  return findings;
}

function jsonOf({
  campaign,
  job: { callId, refusal, queuedAt, data },
  canBeQueued,
}: Finding): object {
  return {
    job: callId,
    campaign,
    reason: refusal,
    queuedAt: isoInstant(queuedAt),
    canBeQueued,
    data,
  };
}

function tableOf(findings: readonly Finding[], width: number): string {
  return `${formatTable([HEADING, ...findings.map(rowOf)], width)}\n${countOf(findings.length, 'job')} set aside.\n`;
}

function rowOf({ campaign, job, canBeQueued }: Finding): Cell[] {
  const call = readCall(job.data);
  const told = [call?.row ?? '', call?.to ?? '', call?.name ?? ''];
  return [
    job.callId,
    campaign,
    job.refusal,
    isoInstant(job.queuedAt),
    ...told,
    canBeQueued ? 'yes' : 'no',
  ];
}

async function resolve(
  io: Io,
  id: string,
  ids: readonly string[],
  options: ResolveOptions,
): Promise<number> {
  const { all = false, as, by } = options;
  if (all === ids.length > 0)
    throw new UsageError('Name the jobs that "enqueuer set-aside list" shows, or say --all.');
  return await withContext(io, async (context) => {
    const campaign = await context.campaign(id);
    const jobs = (await findingsOf(context, campaign)).map(({ job }) => job);
    const meant = all ? jobs : ids.map((jobId) => jobOf(jobs, id, jobId));
    const decider = { by, at: await context.now() };
    const setAside = context.queue.setAsideJobs;
    if (as === 'canceled') {
      await setAside.cancel(id, meant, decider);
      await print(io.stdout, `${countOf(meant.length, 'job')} canceled.\n`);
      return 0;
    }
    const queued = await setAside.requeue(campaign, meant, decider);
    await print(io.stdout, `${countOf(queued, 'call')} queued again.\n`);
    if (queued < meant.length) throw notQueued(meant.length - queued);
    return 0;
  });
}

function jobOf(jobs: readonly SetAsideJob[], campaign: string, jobId: string): SetAsideJob {
  const job = jobs.find(({ callId }) => callId === jobId);
  if (job !== undefined) return job;
  throw new DialerError(
    'no_such_job',
    `No job ${jobId} of ${campaign} is set aside; see "enqueuer set-aside list".`,
  );
}

function notQueued(count: number): DialerError {
  const message =
    `${countOf(count, 'job')} cannot be told to be the row that the id stands for, and might ring a person twice. ` +
    'Load the list again, which queues what is missing of it, or resolve them as canceled.';
  return new DialerError('not_queued', message);
}
