import type { SetAsideJob } from '@libby-dialer/dial-queue';
import type { Campaign } from '@libby-dialer/dialing';
import { countOf, DialerError } from '@libby-dialer/runtime';
import { decide } from '../audit/decide.ts';
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
  const jobs = await Promise.all(campaigns.map((each) => jobsOf(context, each)));
  return jobs.flat();
}

/** `queued`: dial what each says, where its id is that of the row. `canceled`: dial nobody. */
export type SetAsideDecision = 'queued' | 'canceled';

/** How many ids of jobs are kept for audit with a decision on them. */
const JOBS_KEPT = 20;

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
  as: SetAsideDecision,
): Promise<ResolvedSetAsideJobs> {
  const campaign = await context.campaign(id);
  const jobs = (await jobsOf(context, campaign)).map(({ job }) => job);
  const meant = jobIds?.map((jobId) => jobOf(jobs, id, jobId)) ?? jobs;
  const ids = meant.slice(0, JOBS_KEPT).map(({ callId }) => callId);
  const details = { as, jobs: meant.length, ids };
  const decision = { action: 'set_aside.resolve', campaign: id, details } as const;
  const done = await decide(context, decision, async (did) => {
    const count = await resolved(context, campaign, meant, as);
    did({ done: count });
    return count;
  });
  return { done, refusal: done < meant.length ? notQueued(meant.length - done) : undefined };
}

async function resolved(
  context: Context,
  campaign: Campaign,
  jobs: readonly SetAsideJob[],
  as: SetAsideDecision,
): Promise<number> {
  const setAside = context.queue.setAsideJobs;
  if (as === 'queued') return await setAside.requeue(campaign, jobs);
  await setAside.cancel(campaign.id, jobs, await context.now());
  return jobs.length;
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
