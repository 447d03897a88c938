import type { DoNotCallChangeJson } from '@libby-dialer/http-api';
import { useInfiniteQuery } from '@tanstack/react-query';
import { EmptyState } from '../kit/frame/empty-state.tsx';
import { Failure } from '../kit/frame/failure.tsx';
import { type Column, DataTable } from '../kit/tables/data-table.tsx';
import { PersonText } from '../kit/words/person-text.tsx';
import { When } from '../kit/words/when.tsx';
import { client } from '../live/api.ts';
import { askedText, doneText } from './do-not-call-words.ts';

const COLUMNS: readonly Column<DoNotCallChangeJson>[] = [
  {
    key: 'at',
    heading: 'When',
    value: ({ at }) => at,
    cell: ({ at }) => <When at={at} />,
  },
  {
    key: 'by',
    heading: 'Who',
    isSpare: true,
    value: ({ by }) => by,
    cell: ({ by }) => <PersonText text={by} />,
  },
  {
    key: 'asked',
    heading: 'What',
    value: askedText,
    cell: (change) => <PersonText text={askedText(change)} />,
  },
  { key: 'done', heading: 'What it did', value: doneText },
  { key: 'from', heading: 'From', isMinor: true, value: ({ via, from }) => `${via}, ${from}` },
];

/** From what imports, when and by whom numbers came on the list or off it. */
export function ChangesTable() {
  const query = useInfiniteQuery({
    queryKey: ['GET /do-not-call/changes'],
    initialPageParam: undefined as string | undefined,
    queryFn: async ({ pageParam: cursor, signal }) =>
      await client.request('GET /do-not-call/changes', { query: { cursor }, signal }),
    getNextPageParam: ({ nextCursor }) => nextCursor ?? undefined,
  });
  return (
    <>
      <Failure error={query.error} />
      <DataTable
        name="do-not-call changes"
        columns={COLUMNS}
        rows={query.data?.pages.flatMap(({ changes }) => changes) ?? []}
        keyOf={({ id }) => id}
        more={query.hasNextPage ? () => void query.fetchNextPage() : undefined}
        isLoadingMore={query.isFetchingNextPage}
        empty={query.isPending ? null : <EmptyState title="No change of the list is kept." />}
      />
    </>
  );
}
