import type { CampaignStatusJson } from '@libby-dialer/http-api';
import { useInfiniteQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { useMemo } from 'react';
import { SearchField } from '../kit/fields/search-field.tsx';
import { EmptyState } from '../kit/frame/empty-state.tsx';
import { Failure } from '../kit/frame/failure.tsx';
import { Page } from '../kit/frame/page.tsx';
import { client } from '../live/api.ts';
import { useLive } from '../live/live-snapshot.ts';
import { pageAt } from '../live/pages.ts';
import { CampaignTable } from './campaign-table.tsx';
import { NoCampaign } from './no-campaign.tsx';

const route = getRouteApi('/campaigns');

/** Of what goes on beyond the snapshot. */
const REFRESH_MS = 5000;

/** Every campaign there is, those that are over as well; live as far as the snapshot has them. */
export function CampaignsPage() {
  const { contains } = route.useSearch();
  const navigate = route.useNavigate();
  const { snapshot } = useLive();
  const query = useInfiniteQuery({
    queryKey: ['GET /campaigns', contains],
    initialPageParam: undefined as string | undefined,
    queryFn: async ({ pageParam, signal }) =>
      await client.request('GET /campaigns', { query: { ...pageAt(pageParam), contains }, signal }),
    getNextPageParam: ({ nextCursor }) => nextCursor ?? undefined,
    // Whoever reads further pages fetches them, and not again and again.
    refetchInterval: ({ state }) =>
      snapshot?.isCut === true && state.data?.pages.length === 1 ? REFRESH_MS : false,
    refetchOnWindowFocus: ({ state }) => (state.data?.pages.length ?? 0) <= 1,
  });
  const { data } = query;
  const live = snapshot?.campaigns;
  const rows = useMemo(
    () => withLive(data?.pages.flatMap(({ campaigns }) => campaigns) ?? [], live ?? []),
    [data, live],
  );
  return (
    <Page title="Campaigns">
      <Failure error={query.error} />
      <CampaignTable
        isFiltered
        campaigns={rows}
        total={contains === undefined ? snapshot?.campaignsInAll : undefined}
        more={query.hasNextPage ? () => void query.fetchNextPage() : undefined}
        isLoadingMore={query.isFetchingNextPage}
        empty={query.isPending ? null : <NoneFound contains={contains} />}
        tools={
          <SearchField
            label="Campaigns whose name contains"
            value={contains ?? ''}
            onChange={(text) =>
              void navigate({
                search: (before) => ({ ...before, contains: text || undefined }),
                replace: true,
              })
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
