import type { Hold } from '@libby-dialer/dial-queue';
import type { Campaign } from '@libby-dialer/dialing';
import { decide } from '../audit/decide.ts';
import type { Context } from '../context.ts';
import {
  dedupeByError,
  refuseIfFixed,
  type StoredCampaignChange,
  storedCampaignChange,
} from '../load/load-refusals.ts';
import { type CampaignChange, campaignChanges, changesToKeep } from './campaign-changes.ts';

export type StoredAs =
  | { readonly kind: 'added' }
  /** For the calls that wait as well. It lifts a hold of the campaign. */
  | { readonly kind: 'changed'; readonly changes: readonly CampaignChange[] }
  /** It was stored like that already; a hold of the campaign stands. */
  | { readonly kind: 'unchanged'; readonly hold: Hold | undefined };

/**
 * What storing a campaign would change, also for calls that wait; undefined: nothing, or there is
 * none yet. Stores nothing. Throws `DialerError` (`dedupe_by`), and `CampaignArchivedError`.
 */
export async function previewCampaign(
  context: Context,
  campaign: Campaign,
): Promise<StoredCampaignChange | undefined> {
  await refuseIfFixed(context, campaign);
  return await storedCampaignChange(context, campaign);
}

/**
 * Stores or changes a campaign without loading a list. Throws `DialerError` (`dedupe_by`), and
 * `CampaignChangedError`.
 * @param edition only if this is still the latest (`CampaignStore.edition`); empty: only a new one
 */
export async function putCampaign(
  context: Context,
  campaign: Campaign,
  edition?: string,
): Promise<StoredAs> {
  const before = await context.queue.campaigns.peek(campaign.id);
  const changes = before === undefined ? undefined : campaignChanges(before, campaign);
  const decision = {
    action: 'campaign.put',
    campaign: campaign.id,
    details: { changes: changesToKeep(changes ?? []) },
  } as const;
  return await decide(context, decision, async (did) => {
    const stored = await put(context, campaign, changes, edition);
    did({ stored: stored.kind });
    return stored;
  });
}

/** @param changes undefined: there was no such campaign */
async function put(
  { queue: { campaigns, holds } }: Context,
  campaign: Campaign,
  changes: readonly CampaignChange[] | undefined,
  edition: string | undefined,
): Promise<StoredAs> {
  const answer = await campaigns.put(campaign, edition);
  if (!answer.stored) throw dedupeByError(campaign, answer.dedupeBy);
  if (answer.isChanged)
    return changes === undefined ? { kind: 'added' } : { kind: 'changed', changes };
  const hold = (await holds.list()).find(({ scope }) => scope === `campaign:${campaign.id}`);
  return { kind: 'unchanged', hold };
}
