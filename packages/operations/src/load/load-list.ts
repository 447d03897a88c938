import {
  type CheckedList,
  ListError,
  type ListInput,
  type ListSource,
  openCheckedList,
  RejectsFile,
  type RowChecker,
  rejectsPathOf,
  type Understanding,
  understandRows,
} from '@libby-dialer/call-list';
import {
  type CallLoader,
  CampaignArchivedError,
  CampaignCanceledError,
  type CanaryOpening,
} from '@libby-dialer/dial-queue';
import type { Campaign, Canary } from '@libby-dialer/dialing';
import { decide } from '../audit/decide.ts';
import { changesToKeep } from '../campaigns/campaign-changes.ts';
import type { Context } from '../context.ts';
import { ListLoader, type LoadCounts } from './list-loader.ts';
import type { ProgressView } from './list-progress.ts';
import {
  anotherListError,
  campaignChangedError,
  canceledError,
  dedupeByError,
  refuseIfClosed,
  type StoredCampaignChange,
  storedCampaignChange,
} from './load-refusals.ts';
import { type Unplaceable, UnplaceableRows } from './unplaceable-rows.ts';

export interface ListLoad extends ListInput {
  readonly campaign: Campaign;
  /** What people call the list; left out: its path. */
  readonly name?: string | undefined;
  /** How many callable rows to load at most. */
  readonly limit?: number | undefined;
  /**
   * How many calls of the campaign go first while the rest is held; only if something new is
   * queued.
   */
  readonly canary?: Canary | undefined;
  /** Path of the rejects file; left out: beside the list. */
  readonly rejects?: string | undefined;
  /** Told, before anything else, what the list was taken for. */
  readonly understood?: ((understanding: Understanding) => Promise<void>) | undefined;
  /**
   * Asked whether it is meant that the stored campaign is changed, for calls that wait as well;
   * left out: it is.
   */
  readonly isChangeMeant?: ((change: StoredCampaignChange) => Promise<boolean>) | undefined;
  /**
   * Asked whether it is meant that another list is loaded, where each of its rows is a call of its
   * own; left out: it is not.
   */
  readonly isAnotherMeant?: (() => Promise<boolean>) | undefined;
  /**
   * Told, before anything is stored, that the list can be read, and of its hash where its rows are
   * calls by their place in it.
   */
  readonly opened?: (listHash: string | undefined) => Promise<void>;
  /** Given a look at how far it is; disposed when it is through or broken off. */
  readonly watch?: (look: () => ProgressView) => Disposable;
  /** Told how far it got where it was interrupted by the signal or stopped by an error. */
  readonly brokenOff?: (counts: LoadCounts, by: 'signal' | 'error') => void;
}

/** What came of a list. */
export interface LoadedList {
  /** What it is called. */
  readonly list: string;
  readonly counts: LoadCounts;
  /** Undefined when no row was rejected. */
  readonly rejectsFile: string | undefined;
  /** Calls that are queued and can never be placed. */
  readonly unplaceable: readonly Unplaceable[];
  /** What became of the canary; undefined: none was asked for, or nothing was new. */
  readonly canary: CanaryOpening | undefined;
}

/**
 * Loads a list into a campaign: whatever of it is new, each row once, however often it is run.
 * Rejects with the signal's reason when that aborts, with `ListError`, or with a `DialerError`
 * (`campaign_canceled`, `campaign_changed`, `dedupe_by`, `another_list`, `redis_unfit`).
 */
export async function loadList(context: Context, load: ListLoad): Promise<LoadedList> {
  const { campaign, path } = load;
  await context.requireDurableRedis();
  await refuseIfClosed(context, campaign);
  const opened = await openCheckedList(campaign, load);
  try {
    const list = await withUnderstanding(load, opened);
    await load.opened?.(list.dedupeHash);
    const change = await meantChange(context, load);
    const isMeant = await isAnotherMeant(context, load, list.dedupeHash);
    await using rejects = new RejectsFile(
      load.rejects ?? rejectsPathOf(path),
      list.identity,
      list.source.list.csv,
    );
    await rejects.start();
    const decision = {
      action: 'list.load',
      campaign: campaign.id,
      details: {
        list: load.name ?? path,
        limit: load.limit,
        canary: load.canary,
        changes: changesToKeep(change?.changes ?? []),
      },
    } as const;
    return await decide(context, decision, (did) =>
      take(context, load, list, { rejects, isMeant, did }),
    );
  } finally {
    opened.source.list.close();
  }
}

async function withUnderstanding(
  { campaign, understood }: ListLoad,
  opened: CheckedList,
): Promise<CheckedList> {
  if (understood === undefined) return opened;
  const { understanding, list } = await understandRows(campaign, opened);
  await understood(understanding);
  return list;
}

interface Taking {
  readonly rejects: RejectsFile;
  /** That it is another list than before. */
  readonly isMeant: boolean;
  readonly did: (counts: LoadCounts) => void;
}

async function take(
  context: Context,
  load: ListLoad,
  { checker, source, identity, dedupeHash }: CheckedList,
  { rejects, isMeant, did }: Taking,
): Promise<LoadedList> {
  const { campaign, limit, signal, warn } = load;
  await using calls = await storeCampaign(context, load, checker);
  const unplaceable = new UnplaceableRows(campaign, await context.now());
  const loader = new ListLoader({
    campaign: campaign.id,
    checker,
    identity: await context.queue.identity(),
    add: async (batch) => {
      await noteList(calls, load, dedupeHash, isMeant);
      return await calls.add(batch);
    },
    reject: (rows) => rejects.write(rows),
    queued: (call, place) => unplaceable.look(call, place),
    limit,
    signal,
  });
  did(loader.counts); // as they are when it ends, however it ends
  await runToItsEnd(load, loader, calls, source);
  return {
    list: identity.list,
    counts: loader.counts,
    rejectsFile: await rejects.close({ isWhole: loader.isWhole, warn }),
    unplaceable: unplaceable.found(),
    canary: await calls.canary(),
  };
}

/**
 * However it ends, the campaign is not left marked as loading, and whoever waits learns how far it
 * got.
 */
async function runToItsEnd(
  { signal, watch, brokenOff }: ListLoad,
  loader: ListLoader,
  calls: CallLoader,
  { list, bytesRead, bytesTotal }: ListSource,
): Promise<void> {
  try {
    using _progress = watch?.(() => ({
      rows: loader.counts.rows,
      taken: { queued: loader.counts.queued },
      rejected: loader.counts.rejected,
      bytesRead: bytesRead(),
      bytesTotal,
    }));
    await loader.load(list.rows);
  } catch (error) {
    if (!(signal.aborted && error instanceof ListError)) {
      await calls.finish().catch(() => {}); // the first error says more
      if (error instanceof CampaignArchivedError) throw error;
      if (error instanceof CampaignCanceledError) throw canceledError(error.campaign, error);
      brokenOff?.(loader.counts, 'error');
      throw error;
    }
  }
  await calls.finish();
  if (!signal.aborted) return;
  brokenOff?.(loader.counts, 'signal');
  throw signal.reason as Error;
}

/** A stored campaign is what calls that wait are dialed by. */
async function meantChange(
  context: Context,
  { campaign, isChangeMeant }: ListLoad,
): Promise<StoredCampaignChange | undefined> {
  const change = await storedCampaignChange(context, campaign);
  if (change !== undefined && isChangeMeant !== undefined && !(await isChangeMeant(change)))
    throw campaignChangedError(campaign);
  return change;
}

/** Refused before anything is stored, unless it is meant. */
async function isAnotherMeant(
  { queue }: Context,
  { campaign, isAnotherMeant: ask }: ListLoad,
  hash: string | undefined,
): Promise<boolean> {
  const isAnother = hash !== undefined && (await queue.preview(campaign.id).isAnotherList(hash));
  if (isAnother && (await ask?.()) !== true) throw anotherListError(campaign);
  return isAnother;
}

/**
 * Before any of its calls: of a list whose rows are all rejected nothing can come a second time.
 */
async function noteList(
  calls: CallLoader,
  { campaign }: ListLoad,
  hash: string | undefined,
  isMeant: boolean,
): Promise<void> {
  if (hash === undefined || (await calls.noteList(hash, { isMeant }))) return;
  throw anotherListError(campaign);
}

async function storeCampaign(
  context: Context,
  { campaign, canary }: ListLoad,
  { head }: RowChecker,
): Promise<CallLoader> {
  const answer = await context.queue.campaigns.put(campaign);
  if (!answer.stored) throw dedupeByError(campaign, answer.dedupeBy);
  const calls = context.queue.loader(campaign.id, canary);
  try {
    const dedupeBy = await calls.fixDedupeBy(campaign.dedupeBy);
    if (dedupeBy !== campaign.dedupeBy) throw dedupeByError(campaign, dedupeBy);
    const { id, ...rest } = head;
    await context.queue.campaigns.putListHead(campaign.id, id, rest);
    return calls;
  } catch (error) {
    await calls[Symbol.asyncDispose]();
    throw error;
  }
}
