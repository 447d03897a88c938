import type { Understanding } from '@libby-dialer/call-list';
import type { Campaign, Canary, Payload } from '@libby-dialer/dialing';
import { DialerError } from '@libby-dialer/runtime';
import type { Context } from '../context.ts';
import type { DryRunTotals } from './dry-run-totals.ts';
import type { LoadCounts } from './list-loader.ts';
import type { ProgressView } from './list-progress.ts';
import {
  anotherListError,
  campaignChangedError,
  type StoredCampaignChange,
} from './load-refusals.ts';
import { type DryRunRequest, openDryRun } from './open-dry-run.ts';
import type { RowForesight } from './row-foresight.ts';

/**
 * Somebody waits for the question: of a longer list the beginning says what kind of list it is, and
 * a dry run looks at all of it.
 */
const ROWS_LOOKED_AT = 100_000;

/** Up to this many calls may go without a question. */
export const CALLS_UNASKED = 50;

export interface PlanRequest extends DryRunRequest {
  /** How many calls are to go first. */
  readonly canary?: Canary | undefined;
  /** How many rows to look at; left out: 100,000. */
  readonly mostRows?: number | undefined;
  /** Told what is foreseen of every row that is looked at, in the order of the list. */
  readonly foreseen?: ((rows: readonly RowForesight[]) => Promise<void>) | undefined;
  /** Given a look at how far it is; disposed when it is through or broken off. */
  readonly watch?: ((look: () => ProgressView) => Disposable) | undefined;
}

/** Whom a load would call, when and how many, before anything of it is done. */
export interface LoadPlan {
  /** Epoch ms of Redis's clock. */
  readonly now: number;
  readonly campaign: Campaign;
  readonly canary: Canary | undefined;
  readonly understanding: Understanding;
  /** What the campaign file changes, also for calls that wait. */
  readonly change: StoredCampaignChange | undefined;
  /** With `dedupeBy: row` each of its rows is a new call. */
  readonly isAnotherList: boolean;
  readonly counts: Readonly<LoadCounts>;
  /** The first calls as they would be sent. */
  readonly payloads: readonly Payload[];
  /** How many rows now, later or never, why never, and how long the calls take. */
  readonly totals: DryRunTotals;
  /** False: only its beginning was looked at. */
  readonly isWhole: boolean;
  /** How much of it was looked at, from 0 to 1; undefined where nobody knows how long it is. */
  readonly share: number | undefined;
  /** Calls of the campaign that wait already. */
  readonly pending: number;
}

/**
 * What loading a list would do, as far as a person needs to know it to decide. Stores and queues
 * nothing. Throws what the load would (see `loadList`).
 */
export async function planLoad(context: Context, request: PlanRequest): Promise<LoadPlan> {
  const { campaign, canary, watch, foreseen, mostRows = ROWS_LOOKED_AT } = request;
  await context.requireDurableRedis();
  using run = await openDryRun(context, request);
  const { found, understanding, change, isAnotherList, now } = run;
  const { counts, totals, payloads } = found;
  let isWhole = true;
  using _progress = watch?.(() => ({
    rows: counts.rows,
    taken: { looked: counts.rows },
    rejected: counts.rejected,
    ...run.progress(),
  }));
  for await (const rows of run.rows) {
    await foreseen?.(rows);
    if (counts.rows < mostRows) continue;
    isWhole = false;
    break;
  }
  const { bytesRead, bytesTotal } = run.progress();
  const share = isWhole ? 1 : bytesTotal && Math.min(1, bytesRead / bytesTotal);
  const pending = (await context.queue.status.read(campaign.id))?.pending ?? 0;
  const given = { now, campaign, canary, understanding, change, isAnotherList };
  return { ...given, counts, totals, payloads, isWhole, share, pending };
}

/** What a load ends with that is not meant, once its plan was seen: nothing was done. */
export function notMeantError({ campaign, change, isAnotherList }: LoadPlan): DialerError {
  if (isAnotherList) return anotherListError(campaign);
  if (change !== undefined) return campaignChangedError(campaign);
  return new DialerError('not_confirmed', 'Nothing is queued.', { kind: 'refused' });
}

/** How many of its calls could go out at once: as far as it was looked at, but for its canary. */
export function callsAtOnce({ totals, canary }: Pick<LoadPlan, 'totals' | 'canary'>): number {
  return Math.min(totals.verdicts.now, canary?.calls ?? Number.POSITIVE_INFINITY);
}
