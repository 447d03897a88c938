import type { ApiAnswer } from '@libby-dialer/http-api';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { Button } from '../kit/button.tsx';
import { type Column, DataTable } from '../kit/data-table.tsx';
import { Dialog } from '../kit/dialog.tsx';
import { EmptyState } from '../kit/empty-state.tsx';
import { Failure } from '../kit/failure.tsx';
import { PersonText } from '../kit/person-text.tsx';
import { copyText } from '../kit/table-export.ts';
import { When } from '../kit/when.tsx';
import { asking } from '../live/queries.ts';

type Rejected = ApiAnswer<'GET /inbox/rejected'>['rejected'][number];

const REFRESH_MS = 10_000;
const FIRST_SHOWN = 50;
/** The console gives no more. */
const MOST_SHOWN = 1000;

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

/** The latest entries that could not be called, each with what was pushed. */
export function RejectsTable({ total }: { readonly total: number | undefined }) {
  const [limit, setLimit] = useState(FIRST_SHOWN);
  const [opened, setOpened] = useState<Rejected>();
  const query = useQuery({
    ...asking('GET /inbox/rejected', { query: { limit } }),
    refetchInterval: REFRESH_MS,
    placeholderData: keepPreviousData,
  });
  const rows = query.data?.rejected ?? [];
  const hasMore = rows.length >= limit && limit < MOST_SHOWN;
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
        more={hasMore ? () => setLimit(Math.min(MOST_SHOWN, limit * 4)) : undefined}
        isLoadingMore={query.isPlaceholderData}
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
