import type { CampaignStatusJson } from '@libby-dialer/http-api';
import { useInfiniteQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { EmptyState } from '../kit/empty-state.tsx';
import { Failure } from '../kit/failure.tsx';
import { Page } from '../kit/page.tsx';
import { SearchField } from '../kit/search-field.tsx';
import { client } from '../live/api.ts';
import { useLive } from '../live/live-snapshot.ts';
import { CampaignTable } from './campaign-table.tsx';
import { NoCampaign } from './no-campaign.tsx';

const route = getRouteApi('/campaigns');

/** Every campaign there is, those that are over as well; live as far as the snapshot has them. */
export function CampaignsPage() {
  const { contains } = route.useSearch();
  const navigate = route.useNavigate();
  const { snapshot } = useLive();
  const query = useInfiniteQuery({
    queryKey: ['GET /campaigns', contains],
    initialPageParam: undefined as string | undefined,
    queryFn: async ({ pageParam, signal }) =>
      await client.request('GET /campaigns', { query: { cursor: pageParam, contains }, signal }),
    getNextPageParam: ({ nextCursor }) => nextCursor ?? undefined,
  });
  const found = query.data?.pages.flatMap(({ campaigns }) => campaigns) ?? [];
  return (
    <Page title="Campaigns">
      <Failure error={query.error} />
      <CampaignTable
        campaigns={withLive(found, snapshot?.campaigns ?? [])}
        more={query.hasNextPage ? () => void query.fetchNextPage() : undefined}
        isLoadingMore={query.isFetchingNextPage}
        empty={query.isPending ? null : <NoneFound contains={contains} />}
        tools={
          <SearchField
            label="Campaigns whose name contains"
            value={contains ?? ''}
            onChange={(text) =>
              void navigate({ search: text === '' ? {} : { contains: text }, replace: true })
            }
          />
        }
      />
    </Page>
  );
}

function withLive(
  found: readonly CampaignStatusJson[],
  live: readonly CampaignStatusJson[],
): CampaignStatusJson[] {
  const byId = new Map(live.map((campaign) => [campaign.id, campaign]));
  return found.map((campaign) => byId.get(campaign.id) ?? campaign);
}

function NoneFound({ contains }: { contains: string | undefined }) {
  if (contains !== undefined)
    return <EmptyState title={`No campaign has “${contains}” in its name.`} />;
  return <NoCampaign />;
}
