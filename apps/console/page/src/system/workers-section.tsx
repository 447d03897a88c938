import type { WorkerJson } from '@libby-dialer/http-api';
import { useQuery } from '@tanstack/react-query';
import { EmptyState } from '../kit/frame/empty-state.tsx';
import { Failure } from '../kit/frame/failure.tsx';
import { Notice } from '../kit/frame/notice.tsx';
import { Section } from '../kit/frame/page.tsx';
import { type Column, DataTable } from '../kit/tables/data-table.tsx';
import { formatCount } from '../kit/words/numbers.ts';
import { When } from '../kit/words/when.tsx';
import { asking } from '../live/queries.ts';
import { hasOtherVersions, workerText } from './worker-words.ts';

/** Workers say every five seconds that they are there. */
const REFRESH_MS = 5_000;

const COLUMNS: readonly Column<WorkerJson>[] = [
  { key: 'host', heading: 'Host', value: ({ host }) => host },
  { key: 'pid', heading: 'Process', isNumber: true, isMinor: true, value: ({ pid }) => pid },
  {
    key: 'state',
    heading: 'State',
    value: workerText,
    cell: (worker) => (
      <span className={worker.isSilent || worker.troubles.length > 0 ? 'ill' : ''}>
        {workerText(worker)}
      </span>
    ),
  },
  {
    key: 'inFlight',
    heading: 'In flight',
    isNumber: true,
    value: ({ inFlight }) => inFlight,
    cell: ({ inFlight, concurrency }) => (
      <>
        {formatCount(inFlight)} <span className="soft">of {formatCount(concurrency)}</span>
      </>
    ),
  },
  {
    key: 'seen',
    heading: 'Last seen',
    value: ({ lastSeenAt }) => lastSeenAt,
    cell: ({ lastSeenAt }) => <When at={lastSeenAt} />,
  },
  {
    key: 'since',
    heading: 'Since',
    isMinor: true,
    value: ({ since }) => since,
    cell: ({ since }) => <When at={since} />,
  },
  { key: 'version', heading: 'Version', isMinor: true, value: ({ version }) => version },
  { key: 'node', heading: 'Node.js', isMinor: true, value: ({ node }) => node },
];

export function WorkersSection() {
  const { data, error, isPending } = useQuery({
    ...asking('GET /workers', {}),
    refetchInterval: REFRESH_MS,
  });
  const workers = data?.workers ?? [];
  return (
    <Section title="Workers" note={listeningText(data?.count)}>
      <Failure error={error} />
      {workers
        .filter(({ troubles, isSilent }) => troubles.length > 0 && !isSilent)
        .map(({ id, host, troubles }) => (
          <Notice key={id} kind="alarm" title={`${host}:`}>
            {troubles.join(' ')}
          </Notice>
        ))}
      {hasOtherVersions(workers) && (
        <Notice kind="note">
          Not all are of one version: a campaign with newer rules waits for workers that know them.
        </Notice>
      )}
      <DataTable
        name="workers"
        columns={COLUMNS}
        rows={workers}
        keyOf={({ id }) => id}
        empty={isPending ? null : <NoWorker />}
      />
    </Section>
  );
}

function listeningText(count: number | null | undefined): string | undefined {
  if (count === undefined) return undefined;
  return count === null ? 'Redis does not tell how many listen' : `${formatCount(count)} listening`;
}

function NoWorker() {
  return (
    <EmptyState title="No worker has been heard of within the hour.">
      Start one with ./bin/worker: until then no call goes out.
    </EmptyState>
  );
}
