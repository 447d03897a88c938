import { randomBytes } from 'node:crypto';
import {
  type CheckedList,
  type ListInput,
  openCheckedList,
  type Understanding,
  understandRows,
} from '@libby-dialer/call-list';
import { type HistoryQuestion, Identity } from '@libby-dialer/dial-queue';
import type { Campaign } from '@libby-dialer/dialing';
import type { Context } from '../context.ts';
import { DryRun, type DryRunOptions } from './dry-run.ts';
import type { ProgressView } from './list-progress.ts';
import {
  refuseIfClosed,
  type StoredCampaignChange,
  storedCampaignChange,
} from './load-refusals.ts';
import type { RowForesight } from './row-foresight.ts';

export interface DryRunRequest extends ListInput {
  readonly campaign: Campaign;
  /** How many callable rows to look at at most. */
  readonly limit?: number | undefined;
}

/** Disposing of it closes the list. */
export interface OpenDryRun extends Disposable {
  /** Epoch ms, of Redis's clock where there is one. */
  readonly now: number;
  /** What the list was taken for. */
  readonly understanding: Understanding;
  /** What the load itself would ask about. */
  readonly change: StoredCampaignChange | undefined;
  readonly isAnotherList: boolean;
  /** What is foreseen of every row, in the order of the list; to be read once. */
  readonly rows: AsyncIterable<RowForesight[]>;
  /** How far the list is read. */
  readonly progress: () => Pick<ProgressView, 'bytesRead' | 'bytesTotal'>;
  /** Complete once all rows were read. */
  readonly found: Pick<DryRun, 'counts' | 'totals' | 'payloads'>;
}

/**
 * Goes through a list as a load would, and writes nothing: neither Redis nor a rejects file. Throws
 * what a load would (see `loadList`).
 * @param context undefined: nothing is known of what is there already
 */
export async function openDryRun(
  context: Context | undefined,
  request: DryRunRequest,
): Promise<OpenDryRun> {
  const { campaign, limit, signal } = request;
  if (context !== undefined) await refuseIfClosed(context, campaign);
  const opened = await openCheckedList(campaign, request);
  const close = () => opened.source.list.close();
  try {
    const { understanding, list } = await understandRows(campaign, opened);
    const change = context && (await storedCampaignChange(context, campaign));
    const isAnotherList = context !== undefined && (await isAnother(context, campaign, list));
    const there =
      context === undefined
        ? { identity: nobodysIdentity() }
        : await whatIsThere(context, campaign);
    const now = (await context?.now()) ?? Date.now();
    const { checker, source } = list;
    const run = new DryRun({ ...there, campaign, checker, limit, signal, now });
    const rows = run.run(source.list.rows);
    const progress = () => ({ bytesRead: source.bytesRead(), bytesTotal: source.bytesTotal });
    const known = { understanding, now, change, isAnotherList };
    return { ...known, rows, progress, found: run, [Symbol.dispose]: close };
  } catch (error) {
    close();
    throw error;
  }
}

async function isAnother(
  { queue }: Context,
  { id }: Campaign,
  { dedupeHash }: CheckedList,
): Promise<boolean> {
  return dedupeHash !== undefined && (await queue.preview(id).isAnotherList(dedupeHash));
}

async function whatIsThere(
  { queue }: Context,
  campaign: Campaign,
): Promise<Pick<DryRunOptions, 'identity' | 'known'>> {
  const identity = await queue.peekIdentity();
  if (identity === undefined) return { identity: nobodysIdentity() };
  const preview = queue.preview(campaign.id);
  const known = {
    calls: (callIds: readonly string[]) => preview.calls(callIds),
    suppressed: (numbers: readonly string[]) => queue.doNotCall.check(numbers),
    callsSince: (questions: readonly HistoryQuestion[]) => queue.callHistory.callsSince(questions),
  };
  return { identity, known };
}

/** Where there is no key yet nothing can be there, and any key tells the rows of one list apart. */
function nobodysIdentity(): Identity {
  return new Identity(randomBytes(32));
}
