import type { Hold } from '@libby-dialer/dial-queue';
import type { Campaign } from '@libby-dialer/dialing';
import type { Context } from '../context.ts';
import { dedupeByError } from '../load/load-refusals.ts';
import { type CampaignChange, campaignChanges } from './campaign-changes.ts';

export type StoredAs =
  | { readonly kind: 'added' }
  /** For the calls that wait as well. It lifts a hold of the campaign. */
  | { readonly kind: 'changed'; readonly changes: readonly CampaignChange[] }
  /** It was stored like that already; a hold of the campaign stands. */
  | { readonly kind: 'unchanged'; readonly hold: Hold | undefined };

/**
 * Stores or changes a campaign without loading a list. Throws `DialerError` (`dedupe_by`), and
 * `CampaignChangedError`.
 * @param edition only if this is still the latest (`CampaignStore.edition`); empty: only a new one
 */
export async function putCampaign(
  { queue: { campaigns, holds } }: Context,
  campaign: Campaign,
  edition?: string,
): Promise<StoredAs> {
  const { id } = campaign;
  const before = await campaigns.peek(id);
  const answer = await campaigns.put(campaign, edition);
  if (!answer.stored) throw dedupeByError(campaign, answer.dedupeBy);
  if (answer.isChanged && before === undefined) return { kind: 'added' };
  if (answer.isChanged)
    return { kind: 'changed', changes: before ? campaignChanges(before, campaign) : [] };
  const hold = (await holds.list()).find(({ scope }) => scope === `campaign:${id}`);
  return { kind: 'unchanged', hold };
}
