import type { CampaignStatusJson } from '@libby-dialer/http-api';
import { useInfiniteQuery } from '@tanstack/react-query';
import { getRouteApi, useNavigate } from '@tanstack/react-router';
import { DataTable } from '../kit/data-table.tsx';
import { EmptyState } from '../kit/empty-state.tsx';
import { Failure } from '../kit/failure.tsx';
import { formatCount } from '../kit/numbers.ts';
import { OUTCOME_NAMES, OUTCOME_WORDS } from '../kit/outcome.tsx';
import { client } from '../live/api.ts';
import { CALL_COLUMNS } from './call-columns.tsx';
import { type CallFilter, callFilter } from './call-filter.ts';
import { CALLS, callQuery } from './calls-query.ts';
import { settledCalls } from './campaign-words.ts';
import { RetryButton } from './retry-button.tsx';

const route = getRouteApi('/campaigns/$id');

/** So often a table of what goes on is fetched anew while it is looked at. */
const REFRESH_MS = 5000;

export function CallsTable({ campaign }: { readonly campaign: CampaignStatusJson }) {
  const filter = route.useSearch();
  const navigate = useNavigate();
  const { id } = campaign;
  const query = useInfiniteQuery({
    queryKey: [CALLS, id, filter],
    initialPageParam: undefined as string | undefined,
    queryFn: async ({ pageParam, signal }) =>
      await client.request('GET /campaigns/{id}/calls', {
        params: { id },
        query: { ...callQuery(filter), cursor: pageParam },
        signal,
      }),
    getNextPageParam: ({ nextCursor }) => nextCursor ?? undefined,
    refetchInterval: ({ state }) => (state.data?.pages.length === 1 ? REFRESH_MS : false),
  });
  return (
    <>
      <Failure error={query.error} />
      <DataTable
        name={`${id} calls`}
        columns={CALL_COLUMNS}
        rows={query.data?.pages.flatMap(({ calls }) => calls) ?? []}
        keyOf={({ callId }) => callId}
        onOpen={({ callId }) =>
          void navigate({ to: '/calls/$callId', params: { callId }, search: { campaign: id } })
        }
        total={totalOf(campaign, filter)}
        more={query.hasNextPage ? () => void query.fetchNextPage() : undefined}
        isLoadingMore={query.isFetchingNextPage}
        empty={query.isPending ? null : <EmptyState title="No call is like this." />}
        tools={
          <>
            <ShowChoice campaign={campaign} filter={filter} />
            <RetryButton campaign={campaign} outcome={filter.show} />
          </>
        }
      />
    </>
  );
}

/** How many there are like this, by the live numbers. */
function totalOf(campaign: CampaignStatusJson, { show }: CallFilter): number {
  if (show === undefined) return settledCalls(campaign);
  if (show === 'queued') return campaign.pending;
  return show === 'in_flight' ? campaign.inFlight : campaign.outcomes[show];
}

interface ShowChoiceProps {
  readonly campaign: CampaignStatusJson;
  readonly filter: CallFilter;
}

function ShowChoice({ campaign, filter }: ShowChoiceProps) {
  const navigate = route.useNavigate();
  const counted = (words: string, show: CallFilter) =>
    `${words} (${formatCount(totalOf(campaign, show))})`;
  return (
    <select
      className="field"
      aria-label="Which calls"
      value={filter.show ?? ''}
      onChange={({ target }) =>
        void navigate({ search: callFilter({ show: target.value }), resetScroll: false })
      }
    >
      <option value="">{counted('with an outcome', {})}</option>
      {OUTCOME_NAMES.map((name) => (
        <option key={name} value={name}>
          {counted(OUTCOME_WORDS[name], { show: name })}
        </option>
      ))}
      <option value="queued">{counted('waiting', { show: 'queued' })}</option>
      <option value="in_flight">{counted('in flight', { show: 'in_flight' })}</option>
    </select>
  );
}
