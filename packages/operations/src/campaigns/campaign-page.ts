import type { CampaignState } from '@libby-dialer/dialing';
import type { Context } from '../context.ts';
import type { CampaignView } from '../status/campaign-view.ts';
import type { StatusWatch } from '../status/status-watch.ts';

/** Of a state that few are in, no more are looked at for one page. */
const MOST_LOOKED_AT = 1000;

export interface CampaignPageRequest {
  /** The id after which the page begins; left out: the first page. */
  readonly after?: string | undefined;
  readonly limit: number;
  readonly state?: CampaignState | undefined;
  /** Part of the id. */
  readonly contains?: string | undefined;
}

export interface CampaignPage {
  readonly campaigns: readonly CampaignView[];
  /** The id after which the next page begins; undefined: there is none. */
  readonly next: string | undefined;
}

/** Some of the campaigns that are not archived, by id. A page may hold fewer than the limit. */
export async function campaignPage(
  { queue }: Context,
  watch: StatusWatch,
  { after = '', limit, state, contains = '' }: CampaignPageRequest,
): Promise<CampaignPage> {
  const ids = (await queue.campaigns.ids()).filter((id) => id > after && id.includes(contains));
  const campaigns: CampaignView[] = [];
  let looked = 0;
  while (looked < Math.min(ids.length, MOST_LOOKED_AT) && campaigns.length < limit) {
    const some = ids.slice(looked, looked + limit - campaigns.length);
    looked += some.length;
    const views = await watch.some(some);
    campaigns.push(...views.filter(({ status }) => state === undefined || status.state === state));
  }
  return { campaigns, next: looked < ids.length ? ids[looked - 1] : undefined };
}
