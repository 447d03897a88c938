import type { ApiAnswer } from '@libby-dialer/http-api';
import { useInfiniteQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { Button } from '../kit/frame/button.tsx';
import { Dialog } from '../kit/frame/dialog.tsx';
import { EmptyState } from '../kit/frame/empty-state.tsx';
import { Failure } from '../kit/frame/failure.tsx';
import { type Column, DataTable } from '../kit/tables/data-table.tsx';
import { copyText } from '../kit/tables/table-export.ts';
import { PersonText } from '../kit/words/person-text.tsx';
import { When } from '../kit/words/when.tsx';
import { client } from '../live/api.ts';

type Rejected = ApiAnswer<'GET /inbox/rejected'>['rejected'][number];

const REFRESH_MS = 10_000;
const ON_A_PAGE = 50;

const COLUMNS: readonly Column<Rejected>[] = [
  {
    key: 'at',
    heading: 'When',
    value: ({ rejectedAt }) => rejectedAt,
    cell: ({ rejectedAt }) => <When at={rejectedAt} />,
  },
  {
    key: 'campaign',
    heading: 'Campaign',
    value: ({ campaign }) => campaign,
    cell: ({ campaign }) => <PersonText text={campaign} />,
  },
  {
    key: 'reason',
    heading: 'Why',
    isSentence: true,
    value: ({ reason }) => reason,
    cell: ({ reason }) => <PersonText text={reason} />,
  },
  { key: 'code', heading: 'Code', isMinor: true, value: ({ code }) => code },
  { key: 'entry', heading: 'Entry', isMinor: true, value: ({ entry }) => entry },
  {
    key: 'call',
    heading: 'What was pushed',
    isMinor: true,
    value: ({ call }) => call,
    cell: ({ call }) => <PersonText text={call} />,
  },
];

/** The entries that could not be called, the latest first, each with what was pushed. */
export function RejectsTable({ total }: { readonly total: number | undefined }) {
  const [opened, setOpened] = useState<Rejected>();
  const query = useInfiniteQuery({
    queryKey: ['GET /inbox/rejected'],
    initialPageParam: undefined as string | undefined,
    queryFn: async ({ pageParam: cursor, signal }) =>
      await client.request('GET /inbox/rejected', { query: { cursor, limit: ON_A_PAGE }, signal }),
    getNextPageParam: ({ nextCursor }) => nextCursor ?? undefined,
    refetchInterval: REFRESH_MS,
  });
  const rows = query.data?.pages.flatMap(({ rejected }) => rejected) ?? [];
  return (
    <>
      <Failure error={query.error} />
      <DataTable
        name="rejected entries"
        columns={COLUMNS}
        rows={rows}
        keyOf={({ entry }) => entry}
        onOpen={setOpened}
        total={total === undefined ? undefined : Math.max(total, rows.length)}
        more={query.hasNextPage ? () => void query.fetchNextPage() : undefined}
        isLoadingMore={query.isFetchingNextPage}
        empty={query.isPending ? null : <EmptyState title="Nothing was rejected." />}
      />
      {opened !== undefined && (
        <RejectDialog rejected={opened} onClose={() => setOpened(undefined)} />
      )}
    </>
  );
}

interface RejectDialogProps {
  readonly rejected: Rejected;
  readonly onClose: () => void;
}

function RejectDialog({ rejected, onClose }: RejectDialogProps) {
  const { entry, campaign, code, reason, call, rejectedAt } = rejected;
  return (
    <Dialog
      title={`Entry ${entry}`}
      onClose={onClose}
      actions={
        <>
          <Button onClick={() => copyText(call)}>Copy what was pushed</Button>
          <Button kind="main" onClick={onClose}>
            Close
          </Button>
        </>
      }
    >
      <p>
        {reason} <span className="soft">({code})</span>
      </p>
      <p className="soft">
        For campaign <bdi>{campaign}</bdi>, <When at={rejectedAt} />. Mend it, and push it again.
      </p>
      <pre className="payload">{indented(call)}</pre>
    </Dialog>
  );
}

/** It may be no JSON, or cut. */
function indented(call: string): string {
  try {
    return JSON.stringify(JSON.parse(call), null, 2);
  } catch {
    return call;
  }
}
