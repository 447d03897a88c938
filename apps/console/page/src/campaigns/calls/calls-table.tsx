import type { ApiAnswer, CampaignStatusJson } from '@libby-dialer/http-api';
import { useInfiniteQuery } from '@tanstack/react-query';
import { getRouteApi, useNavigate } from '@tanstack/react-router';
import { useMemo } from 'react';
import { EmptyState } from '../../kit/frame/empty-state.tsx';
import { Failure } from '../../kit/frame/failure.tsx';
import { DataTable } from '../../kit/tables/data-table.tsx';
import { countOf, formatCount } from '../../kit/words/numbers.ts';
import { OUTCOME_NAMES, OUTCOME_WORDS } from '../../kit/words/outcome.tsx';
import { client } from '../../live/api.ts';
import { pageAt } from '../../live/pages.ts';
import { settledCalls } from '../campaign-words.ts';
import { CALL_COLUMNS } from './call-columns.tsx';
import { type CallFilter, callFilter } from './call-filter.ts';
import { CALLS, callQuery } from './calls-query.ts';
import { RetryButton } from './retry-button.tsx';

const route = getRouteApi('/campaigns/$id');
type CallPage = ApiAnswer<'GET /campaigns/{id}/calls'>;

/** How often a table of what goes on is fetched again while it is looked at. */
const REFRESH_MS = 5000;
/** More pages are fetched by whoever reads them, and not again and again. */
const MOST_REFRESHED = 4;

export function CallsTable({ campaign }: { readonly campaign: CampaignStatusJson }) {
  const filter = callFilter(route.useSearch());
  const navigate = useNavigate();
  const { id } = campaign;
  const total = totalOf(campaign, filter);
  const query = useInfiniteQuery({
    queryKey: [CALLS, id, filter.show],
    initialPageParam: undefined as string | undefined,
    queryFn: async ({ pageParam, signal }) =>
      await client.request('GET /campaigns/{id}/calls', {
        params: { id },
        query: { ...callQuery(filter), ...pageAt(pageParam) },
        signal,
      }),
    getNextPageParam: ({ nextCursor }) => nextCursor ?? undefined,
    refetchInterval: ({ state: { data } }) =>
      data !== undefined && mayLack(data.pages, total) ? REFRESH_MS : false,
  });
  const { data } = query;
  const rows = useMemo(() => data?.pages.flatMap(({ calls }) => calls) ?? [], [data]);
  return (
    <>
      <Failure error={query.error} />
      <DataTable
        name={`${id} calls`}
        columns={CALL_COLUMNS}
        rows={rows}
        keyOf={({ callId }) => callId}
        onOpen={({ callId }) =>
          void navigate({ to: '/calls/$callId', params: { callId }, search: { campaign: id } })
        }
        total={total}
        more={query.hasNextPage ? () => void query.fetchNextPage() : undefined}
        isLoadingMore={query.isFetchingNextPage}
        empty={query.isPending ? null : <EmptyState title="No call matches." />}
        tools={<ShowChoice campaign={campaign} filter={filter} />}
        renderActions={(filtered) => (
          <>
            <RetryButton campaign={campaign} outcome={filter.show} only={filtered} />
            <AllResults campaign={campaign} filter={filter} />
          </>
        )}
      />
    </>
  );
}

/**
 * Whether calls may be shown no more as they are: of the first page always, of several where all
 * were fetched and there are more or fewer by now.
 */
function mayLack(pages: readonly CallPage[], total: number): boolean {
  if (pages.length <= 1 || pages.length > MOST_REFRESHED) return pages.length === 1;
  const shown = pages.reduce((sum, { calls }) => sum + calls.length, 0);
  return pages.at(-1)?.nextCursor === null && shown !== total;
}

/** A link, so that it is the browser that keeps them: there may be a million. */
function AllResults({ campaign, filter: { show } }: ShowChoiceProps) {
  const outcome = OUTCOME_NAMES.find((name) => name === show);
  const isOfOpenCalls = show !== undefined && outcome === undefined;
  const count = totalOf(campaign, { show });
  if (isOfOpenCalls || count === 0) return null;
  const request = { params: { id: campaign.id }, query: { outcome } };
  return (
    <a className="button" href={client.urlOf('GET /campaigns/{id}/results.csv', request)} download>
      All {countOf(count, 'result')}
    </a>
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
        void navigate({
          search: (before) => ({ ...before, show: callFilter({ show: target.value }).show }),
          resetScroll: false,
        })
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
