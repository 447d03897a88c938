import type { SetAsideJob } from '@libby-dialer/dial-queue';
import type { Campaign } from '@libby-dialer/dialing';
import { countOf, DialerError } from '@libby-dialer/runtime';
import type { Context } from '../context.ts';

/** A job that is not as the enqueuer has made it: nobody is dialed by it. */
export interface ListedSetAsideJob {
  readonly campaign: string;
  readonly job: SetAsideJob;
  /** Its id is that of the row that it tells of. */
  readonly canBeQueued: boolean;
}

/** Of one campaign, or of all. Throws `NoSuchCampaignError`. */
export async function listSetAsideJobs(
  context: Context,
  campaign: string | undefined,
): Promise<ListedSetAsideJob[]> {
  const campaigns =
    campaign === undefined
      ? await context.queue.campaigns.list()
      : [await context.campaign(campaign)];
  const jobs: ListedSetAsideJob[] = [];
  for (const each of campaigns) jobs.push(...(await jobsOf(context, each)));
  return jobs;
}

export interface SetAsideDecision {
  /** `queued`: dial what each says, where its id is that of the row. `canceled`: dial nobody. */
  readonly as: 'queued' | 'canceled';
  /** Who decided it; kept for audit. */
  readonly by: string;
}

export interface ResolvedSetAsideJobs {
  /** How many were queued again, or canceled. */
  readonly done: number;
  /** Where some cannot be told to be the row that their id stands for; they stay set aside. */
  readonly refusal: DialerError | undefined;
}

/**
 * Decides what is to become of jobs that are set aside. Throws `DialerError` (`no_such_campaign`,
 * `no_such_job`). @param jobIds undefined: every one of the campaign
 */
export async function resolveSetAsideJobs(
  context: Context,
  id: string,
  jobIds: readonly string[] | undefined,
  { as, by }: SetAsideDecision,
): Promise<ResolvedSetAsideJobs> {
  const campaign = await context.campaign(id);
  const jobs = (await jobsOf(context, campaign)).map(({ job }) => job);
  const meant = jobIds?.map((jobId) => jobOf(jobs, id, jobId)) ?? jobs;
  const decider = { by, at: await context.now() };
  const setAside = context.queue.setAsideJobs;
  if (as === 'canceled') {
    await setAside.cancel(id, meant, decider);
    return { done: meant.length, refusal: undefined };
  }
  const done = await setAside.requeue(campaign, meant, decider);
  return { done, refusal: done < meant.length ? notQueued(meant.length - done) : undefined };
}

async function jobsOf({ queue }: Context, campaign: Campaign): Promise<ListedSetAsideJob[]> {
  const setAside = queue.setAsideJobs;
  const identity = await queue.peekIdentity();
  const jobs: ListedSetAsideJob[] = [];
  for await (const job of setAside.list(campaign.id)) {
    const canBeQueued =
      identity !== undefined && setAside.callOf(identity, campaign, job) !== undefined;
    jobs.push({ campaign: campaign.id, job, canBeQueued });
  }
  return jobs;
}

function jobOf(jobs: readonly SetAsideJob[], campaign: string, jobId: string): SetAsideJob {
  const job = jobs.find(({ callId }) => callId === jobId);
  if (job !== undefined) return job;
  throw new DialerError('no_such_job', `No job ${jobId} of ${campaign} is set aside.`, {
    kind: 'not_found',
  });
}

function notQueued(count: number): DialerError {
  const message =
    `${countOf(count, 'job')} cannot be told to be the row that the id stands for, and might ring a person twice. ` +
    'Load the list again, which queues what is missing of it, or resolve them as canceled.';
  return new DialerError('not_queued', message, { kind: 'refused' });
}
