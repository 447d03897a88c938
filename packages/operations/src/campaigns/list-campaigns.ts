import { CampaignUnsupportedError } from '@libby-dialer/dial-queue';
import type { Campaign, CampaignState } from '@libby-dialer/dialing';
import type { Context } from '../context.ts';
import { campaignAsWritten } from './campaign-changes.ts';

export interface ListedCampaign {
  readonly campaign: Campaign;
  /** Undefined where it was removed at that very moment. */
  readonly state: CampaignState | undefined;
}

export interface ArchivedCampaign {
  readonly id: string;
  /** Epoch ms. */
  readonly archivedAt: number;
}

/** All campaigns but those that are archived. */
export async function listCampaigns({
  queue: { campaigns, status },
}: Context): Promise<ListedCampaign[]> {
  const [stored, statuses] = await Promise.all([campaigns.list(), status.readAll()]);
  const states = new Map(statuses.map(({ id, state }) => [id, state]));
  return stored.map((campaign) => ({ campaign, state: states.get(campaign.id) }));
}

export async function listArchivedCampaigns({
  queue: { campaigns, archive },
}: Context): Promise<ArchivedCampaign[]> {
  const archived = (await campaigns.listArchived()).map(async ({ id }) => ({
    id,
    archivedAt: (await archive.archivedAt(id)) ?? 0,
  }));
  return await Promise.all(archived);
}

/**
 * A campaign with all of its rules. Throws `NoSuchCampaignError`, and `CampaignUnsupportedError`
 * where a newer version has stored it.
 */
export async function campaignInFull(context: Context, id: string): Promise<Campaign> {
  const campaign = await context.campaign(id);
  if (campaign.unknownRules !== undefined)
    throw new CampaignUnsupportedError(id, campaign.unknownRules);
  return campaign;
}

/** A campaign as its file would have it. */
export interface CampaignDefinition {
  /** Undefined where a newer version has stored it: it is not known in full. */
  readonly written: ReturnType<typeof campaignAsWritten> | undefined;
  /** Which change of it is the latest; for `putCampaign`. */
  readonly edition: string;
}

/** Undefined: there is no such campaign. */
export async function campaignDefinition(
  { queue: { campaigns } }: Context,
  id: string,
): Promise<CampaignDefinition | undefined> {
  const edition = await campaigns.edition(id);
  const campaign = await campaigns.peek(id);
  if (campaign === undefined) return undefined;
  const isKnown = campaign.unknownRules === undefined;
  return { edition, written: isKnown ? campaignAsWritten(campaign) : undefined };
}
