import type { ApiAnswer } from '@libby-dialer/http-api';
import { useInfiniteQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { Failure } from '../../kit/frame/failure.tsx';
import { type Column, DataTable } from '../../kit/tables/data-table.tsx';
import { formatCount } from '../../kit/words/numbers.ts';
import { placeOf } from '../../kit/words/times.ts';
import { When } from '../../kit/words/when.tsx';
import { client } from '../../live/api.ts';
import { pageAt } from '../../live/pages.ts';
import type { CheckResult } from './check-view.tsx';

type Verdict = ApiAnswer<'GET /lists/{list}/verdicts'>['rows'][number];
type Which = Verdict['verdict'] | '';

/** What comes below it is to be found as well. */
const ROWS_AT_FIRST = 25;

const FATES: Readonly<Record<string, string>> = {
  suppressed: 'on the do-not-call list',
  capped: 'called too often recently',
  would_expire: 'its time is out before its hours open',
  never_opens: 'its hours never open',
  already_queued: 'queued already',
  already_settled: 'called already',
  duplicate: 'twice in the list',
  rejected: 'cannot be called',
};

const COLUMNS: readonly Column<Verdict>[] = [
  {
    key: 'row',
    heading: 'Row',
    isNumber: true,
    value: ({ sheetRow, line }) => sheetRow ?? line,
  },
  {
    key: 'when',
    heading: 'When',
    value: ({ verdict, at }) => (verdict === 'at' ? (at ?? 'later') : verdict),
    cell: (row) => <VerdictText row={row} />,
  },
  {
    key: 'why',
    heading: 'Why',
    isSentence: true,
    value: whyOf,
    cell: (row) => <span title={whyOf(row)}>{whyOf(row)}</span>,
  },
  {
    key: 'clock',
    heading: 'Time zone',
    isMinor: true,
    value: ({ zones }) => zones.map(placeOf).join(' and '),
  },
  {
    key: 'rules',
    heading: 'Rule',
    isMinor: true,
    value: ({ rules }) => rules.join(', '),
  },
];

function VerdictText({ row: { verdict, at, zones } }: { readonly row: Verdict }) {
  if (verdict !== 'at') return verdict;
  return at === null ? 'later' : <When at={at} zone={zones[0]} />;
}

function whyOf({ verdict, fate, reason }: Verdict): string {
  if (reason !== null) return reason;
  return FATES[fate] ?? (verdict === 'at' ? 'before its hours open' : '');
}

interface VerdictsTableProps {
  readonly list: string;
  readonly checkedAt: string;
  readonly result: CheckResult;
}

/** The verdict on each row, by its number in the list: nothing in it names a person. */
export function VerdictsTable({ list, checkedAt, result }: VerdictsTableProps) {
  const [which, setWhich] = useState<Which>('');
  const query = useInfiniteQuery({
    queryKey: ['GET /lists/{list}/verdicts', list, checkedAt, which],
    initialPageParam: undefined as string | undefined,
    queryFn: async ({ pageParam: cursor, signal }) =>
      await client.request('GET /lists/{list}/verdicts', {
        params: { list },
        query: { ...pageAt(cursor, ROWS_AT_FIRST), ...(which !== '' && { verdict: which }) },
        signal,
      }),
    getNextPageParam: ({ nextCursor }) => nextCursor ?? undefined,
  });
  const { now, at, never } = result.verdicts;
  const total = { '': result.rows, now, at, never }[which];
  return (
    <>
      <Failure error={query.error} />
      <DataTable
        name="Verdicts"
        place="second"
        columns={COLUMNS}
        rows={query.data?.pages.flatMap(({ rows }) => rows) ?? []}
        keyOf={({ line, sheetRow }) => `${line} ${sheetRow ?? ''}`}
        total={total}
        more={query.hasNextPage ? () => void query.fetchNextPage() : undefined}
        isLoadingMore={query.isFetchingNextPage}
        empty={query.isPending ? null : <p className="soft">There is no such row.</p>}
        tools={
          <select
            className="field"
            aria-label="Which rows"
            value={which}
            onChange={({ target }) => setWhich(target.value as Which)}
          >
            <option value="">all rows</option>
            <option value="now">now: {formatCount(now)}</option>
            <option value="at">later: {formatCount(at)}</option>
            <option value="never">never: {formatCount(never)}</option>
          </select>
        }
      />
    </>
  );
}
