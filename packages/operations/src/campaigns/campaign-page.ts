import type { CampaignState } from '@libby-dialer/dialing';
import type { Context } from '../context.ts';
import type { CampaignView } from '../status/campaign-view.ts';
import type { StatusWatch } from '../status/status-watch.ts';

/** Of a state that few are in, no more are looked at for one page. */
const MOST_LOOKED_AT = 1000;
const LOOKED_AT_ONCE = 200;

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
    const lacking = limit - campaigns.length;
    const some = ids.slice(looked, looked + (state === undefined ? lacking : LOOKED_AT_ONCE));
    looked += some.length;
    const { views } = await watch.some(await likelyIn(queue, state, some));
    const wanted = views.filter(({ status }) => state === undefined || status.state === state);
    campaigns.push(...wanted.slice(0, lacking));
  }
  const upTo = campaigns.length === limit ? campaigns.at(-1)?.status.id : ids[looked - 1];
  return { campaigns, next: upTo === ids.at(-1) ? undefined : upTo };
}

/** Those that may be in a state, by what costs less than a view. */
async function likelyIn(
  { campaigns, status }: Context['queue'],
  state: CampaignState | undefined,
  ids: readonly string[],
): Promise<readonly string[]> {
  if (state === undefined) return ids;
  const statuses = await status.readSome(await campaigns.some(ids));
  return statuses.filter((each) => mayBeSeenAs(each.state, state)).map(({ id }) => id);
}

/** Only a view knows of hours that keep back what would be running (see `StatusWatch`). */
function mayBeSeenAs(read: CampaignState, asked: CampaignState): boolean {
  return read === asked || (read === 'running' && asked === 'waiting');
}
