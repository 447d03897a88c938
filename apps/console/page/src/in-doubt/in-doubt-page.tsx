import type { ApiAnswer, CallInDoubt } from '@libby-dialer/http-api';
import { useInfiniteQuery } from '@tanstack/react-query';
import { getRouteApi, Link, useNavigate } from '@tanstack/react-router';
import { useEffect, useState } from 'react';
import { useMay } from '../access/caller.ts';
import { Button } from '../kit/frame/button.tsx';
import { EmptyState } from '../kit/frame/empty-state.tsx';
import { Failure } from '../kit/frame/failure.tsx';
import { Page } from '../kit/frame/page.tsx';
import { DataTable } from '../kit/tables/data-table.tsx';
import { formatCount } from '../kit/words/numbers.ts';
import { client } from '../live/api.ts';
import { useLive } from '../live/live-snapshot.ts';
import { pageAt } from '../live/pages.ts';
import { doubtColumns } from './doubt-columns.tsx';
import { mayBeRedialed } from './doubt-words.ts';
import { AcceptDialog, RedialDialog } from './resolve-dialog.tsx';

const route = getRouteApi('/in-doubt');

/** How many are shown before somebody asks for more. */
const CALLS_AT_FIRST = 100;
const REFRESH_MS = 30_000;

type Counts = ApiAnswer<'GET /in-doubt'>['counts'];

/** The desk: calls that may have rung, on which only a person can decide. */
export function InDoubtPage() {
  const { campaign } = route.useSearch();
  const navigate = useNavigate();
  const { calls, counts, query } = useDoubts(campaign);
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const mayDecide = useMay('operator');
  const total = totalOf(counts, campaign);
  return (
    <Page title="In doubt" state={total > 0 && `${formatCount(total)} to decide`}>
      <Failure error={query.error} />
      <p className="prose">
        Each of these phones may have rung, and none is dialed again by itself. Ask Libby or the
        person, then say what became of the call. If you do not know, leave the call as it is.
      </p>
      <DataTable
        name="calls in doubt"
        columns={doubtColumns(calls, campaign)}
        rows={calls}
        keyOf={({ callId }) => callId}
        onOpen={({ callId, campaign: of }) =>
          void navigate({ to: '/calls/$callId', params: { callId }, search: { campaign: of } })
        }
        total={total}
        more={query.hasNextPage && calls.length < total ? query.fetchMore : undefined}
        isLoadingMore={query.isFetchingNextPage}
        empty={query.isPending ? null : <NoDoubt campaign={campaign} />}
        {...(mayDecide && { chosen, onChoose: setChosen })}
        tools={
          <>
            <CampaignChoice counts={counts} campaign={campaign} />
            {mayDecide && <Decide calls={calls.filter(({ callId }) => chosen.has(callId))} />}
          </>
        }
      />
    </Page>
  );
}

function useDoubts(campaign: string | undefined) {
  const { snapshot } = useLive();
  const query = useInfiniteQuery({
    queryKey: ['GET /in-doubt', campaign],
    initialPageParam: undefined as string | undefined,
    queryFn: async ({ pageParam, signal }) =>
      await client.request('GET /in-doubt', {
        query: { campaign, ...pageAt(pageParam, CALLS_AT_FIRST) },
        signal,
      }),
    getNextPageParam: ({ nextCursor }) => nextCursor ?? undefined,
    refetchInterval: REFRESH_MS,
  });
  const { data, hasNextPage, isFetching, fetchNextPage, refetch } = query;
  const calls = data?.pages.flatMap((page) => page.calls) ?? [];
  const counts = data?.pages.at(-1)?.counts ?? [];
  // Others decide too, and further calls come to be in doubt.
  const inDoubt = snapshot?.inDoubt;
  useEffect(() => {
    if (inDoubt !== undefined) void refetch();
  }, [inDoubt, refetch]);
  // A page is short where much had to be read for it.
  const isShort = calls.length < Math.min(totalOf(counts, campaign), CALLS_AT_FIRST);
  useEffect(() => {
    if (isShort && hasNextPage && !isFetching) void fetchNextPage();
  }, [isShort, hasNextPage, isFetching, fetchNextPage]);
  return { calls, counts, query: { ...query, fetchMore: () => void fetchNextPage() } };
}

function totalOf(counts: Counts, campaign: string | undefined): number {
  return counts
    .filter((each) => campaign === undefined || each.campaign === campaign)
    .reduce((sum, { inDoubt }) => sum + inDoubt, 0);
}

/** What can be said of those that are chosen. */
function Decide({ calls }: { readonly calls: readonly CallInDoubt[] }) {
  const [asked, setAsked] = useState<{
    readonly Dialog: typeof AcceptDialog;
    readonly calls: readonly CallInDoubt[];
  }>();
  const redialable = calls.filter(mayBeRedialed).length;
  return (
    <>
      <Button
        disabled={calls.length === 0}
        onClick={() => setAsked({ Dialog: AcceptDialog, calls })}
      >
        {calls.length === 0 ? 'Libby took…' : `Libby took ${formatCount(calls.length)}…`}
      </Button>
      <Button disabled={redialable === 0} onClick={() => setAsked({ Dialog: RedialDialog, calls })}>
        {redialable === 0 ? 'Dial once more…' : `Dial ${formatCount(redialable)} once more…`}
      </Button>
      {asked !== undefined && (
        <asked.Dialog calls={asked.calls} onClose={() => setAsked(undefined)} />
      )}
    </>
  );
}

function NoDoubt({ campaign }: Pick<CampaignChoiceProps, 'campaign'>) {
  if (campaign === undefined) return <EmptyState title="No call is in doubt." />;
  return (
    <EmptyState
      title={`No call of ${campaign} is in doubt.`}
      action={
        <Link to="/in-doubt" className="button">
          Show all campaigns
        </Link>
      }
    />
  );
}

interface CampaignChoiceProps {
  readonly counts: Counts;
  readonly campaign: string | undefined;
}

function CampaignChoice({ counts, campaign }: CampaignChoiceProps) {
  const navigate = route.useNavigate();
  const ids = new Set([...counts.map((each) => each.campaign), ...(campaign ? [campaign] : [])]);
  return (
    <select
      className="field"
      aria-label="Of which campaign"
      value={campaign ?? ''}
      onChange={({ target }) =>
        void navigate({
          search: target.value === '' ? {} : { campaign: target.value },
          resetScroll: false,
        })
      }
    >
      <option value="">all campaigns ({formatCount(totalOf(counts, undefined))})</option>
      {[...ids].map((id) => (
        <option key={id} value={id}>
          {id} ({formatCount(totalOf(counts, id))})
        </option>
      ))}
    </select>
  );
}
