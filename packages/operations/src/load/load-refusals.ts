import { CampaignArchivedError } from '@libby-dialer/dial-queue';
import type { Campaign } from '@libby-dialer/dialing';
import { DialerError } from '@libby-dialer/runtime';
import { type CampaignChange, campaignChanges } from '../campaigns/campaign-changes.ts';
import type { Context } from '../context.ts';

/** Throws, before anything is stored, what would stop the load later. */
export async function refuseIfClosed(context: Context, campaign: Campaign): Promise<void> {
  const { canceled } = await refuseIfFixed(context, campaign);
  if (canceled) throw canceledError(campaign.id);
}

/** Throws, before anything is stored, what would keep the campaign from being stored like this. */
export async function refuseIfFixed(
  { queue }: Context,
  campaign: Campaign,
): Promise<{ readonly canceled: boolean }> {
  const { archived, canceled, dedupeBy } = await queue.preview(campaign.id).campaign();
  if (archived) throw new CampaignArchivedError(campaign.id);
  if (dedupeBy !== undefined && dedupeBy !== campaign.dedupeBy)
    throw dedupeByError(campaign, dedupeBy);
  return { canceled };
}

export function canceledError(campaign: string, cause?: unknown): DialerError {
  const message = `Campaign ${campaign} is canceled and takes no more rows; use another id, or resume it first.`;
  return new DialerError('campaign_canceled', message, {
    kind: 'conflict',
    about: { campaign },
    cause,
  });
}

/**
 * Said of a list that is not the one a campaign has loaded, where a row's place in its list makes
 * the call.
 */
export function anotherListMessage({ id }: Campaign): string {
  return `Campaign ${id} has loaded another list, and with dedupeBy: row each row of this one is a new call: whoever is in both is called twice.`;
}

export function anotherListError(campaign: Campaign): DialerError {
  return new DialerError('another_list', anotherListMessage(campaign), { kind: 'refused' });
}

/** What a campaign file changes of the campaign as it is stored. */
export interface StoredCampaignChange {
  readonly campaign: string;
  readonly changes: readonly CampaignChange[];
  /** How many calls it is changed for. */
  readonly pending: number;
  /** How many of them go first again, because its canary begins anew; undefined: it has none. */
  readonly canary: number | undefined;
}

/** Undefined if nothing, or if there is no such campaign yet. */
export async function storedCampaignChange(
  { queue: { campaigns, status } }: Context,
  given: Campaign,
): Promise<StoredCampaignChange | undefined> {
  const stored = await campaigns.peek(given.id);
  if (stored === undefined) return undefined;
  const changes = campaignChanges(stored, given);
  if (changes.length === 0) return undefined;
  const { pending = 0, holds = [] } = (await status.read(given.id)) ?? {};
  const canary = holds.find((hold) => hold.canary !== undefined)?.canary?.calls;
  return { campaign: given.id, changes, pending, canary };
}

export function campaignChangedError({ id }: Campaign): DialerError {
  const message = `Nothing is changed or loaded; the list can be loaded with campaign ${id} as it is stored.`;
  return new DialerError('campaign_changed', message, { kind: 'refused', about: { campaign: id } });
}

export function dedupeByError({ id, dedupeBy }: Campaign, fixed: string): DialerError {
  const message = `dedupeBy: campaign ${id} was first loaded with ${fixed}, which cannot change to ${dedupeBy}; put it back, or use another id.`;
  return new DialerError('dedupe_by', message, { kind: 'conflict' });
}
