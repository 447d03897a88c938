import type { AuditEntryJson } from '@libby-dialer/http-api';
import { useInfiniteQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { useState } from 'react';
import { CampaignLink } from '../campaigns/campaign-link.tsx';
import { SearchField } from '../kit/fields/search-field.tsx';
import { EmptyState } from '../kit/frame/empty-state.tsx';
import { Failure } from '../kit/frame/failure.tsx';
import { Page } from '../kit/frame/page.tsx';
import { type Column, DataTable } from '../kit/tables/data-table.tsx';
import { PersonText } from '../kit/words/person-text.tsx';
import { When } from '../kit/words/when.tsx';
import { client } from '../live/api.ts';
import { pageAt } from '../live/pages.ts';
import './audit.css';
import { AuditEntryDialog } from './audit-entry-dialog.tsx';
import { type AuditFilter, auditFilter, auditQuery, SINCE } from './audit-filter.ts';
import { ACTION_WORDS, actionText, askedText, endText } from './audit-words.ts';

const route = getRouteApi('/audit');

/** How often the newest are fetched again while they are looked at. */
const REFRESH_MS = 10_000;

const COLUMNS: readonly Column<AuditEntryJson>[] = [
  { key: 'at', heading: 'When', value: ({ at }) => at, cell: ({ at }) => <When at={at} /> },
  {
    key: 'by',
    heading: 'Who',
    value: ({ by }) => by,
    cell: ({ by }) => <PersonText text={by} />,
  },
  { key: 'action', heading: 'Did what', value: actionText },
  {
    key: 'campaign',
    heading: 'Campaign',
    isMinor: true,
    value: ({ campaign }) => campaign,
    cell: ({ campaign }) => (campaign === null ? '–' : <CampaignLink id={campaign} />),
  },
  {
    key: 'asked',
    heading: 'Asked for',
    isMinor: true,
    value: askedText,
    cell: (entry) => <PersonText text={askedText(entry)} />,
  },
  {
    key: 'end',
    heading: 'What it did',
    isSpare: true,
    value: endText,
    cell: (entry) => <PersonText text={endText(entry)} />,
  },
  {
    key: 'via',
    heading: 'From',
    isMinor: true,
    value: ({ via, from }) => [via, from].filter(Boolean).join(', '),
  },
];

/** Who decided what, when, from where, and what it did. */
export function AuditPage() {
  const filter = auditFilter(route.useSearch());
  const [opened, setOpened] = useState<AuditEntryJson>();
  const query = useInfiniteQuery({
    queryKey: ['GET /audit', filter],
    initialPageParam: undefined as string | undefined,
    queryFn: async ({ pageParam, signal }) =>
      await client.request('GET /audit', {
        query: { ...auditQuery(filter, Date.now()), ...pageAt(pageParam) },
        signal,
      }),
    getNextPageParam: ({ nextCursor }) => nextCursor ?? undefined,
    refetchInterval: ({ state }) => (state.data?.pages.length === 1 ? REFRESH_MS : false),
  });
  return (
    <Page title="Audit">
      <Failure error={query.error} />
      <DataTable
        name="audit"
        columns={COLUMNS}
        rows={query.data?.pages.flatMap(({ entries }) => entries) ?? []}
        keyOf={({ id }) => id}
        onOpen={setOpened}
        more={query.hasNextPage ? () => void query.fetchNextPage() : undefined}
        isLoadingMore={query.isFetchingNextPage}
        empty={query.isPending ? null : <NothingKept filter={filter} hasMore={query.hasNextPage} />}
        tools={<Filters filter={filter} />}
      />
      {opened !== undefined && (
        <AuditEntryDialog entry={opened} onClose={() => setOpened(undefined)} />
      )}
    </Page>
  );
}

interface NothingKeptProps {
  readonly filter: AuditFilter;
  readonly hasMore: boolean;
}

function NothingKept({ filter, hasMore }: NothingKeptProps) {
  if (hasMore) return <EmptyState title="Nothing like that among the newest." />;
  if (Object.keys(filter).length === 0)
    return <EmptyState title="Nobody has decided anything yet." />;
  return (
    <EmptyState
      title="Nothing like that is kept."
      action={
        <Link to="/audit" className="button">
          Show all
        </Link>
      }
    />
  );
}

function Filters({ filter }: { readonly filter: AuditFilter }) {
  const navigate = route.useNavigate();
  const change = (changed: AuditFilter) => {
    const given = Object.entries(changed).map(([name, value]) => [name, value || undefined]);
    void navigate({
      search: (before) => ({ ...before, ...Object.fromEntries(given) }),
      replace: true,
      resetScroll: false,
    });
  };
  return (
    <div className="audit-filters">
      <Choice
        label="What was done"
        all="all that was done"
        options={Object.entries(ACTION_WORDS)}
        value={filter.action}
        onChange={(action) => change({ action })}
      />
      <Choice
        label="Since when"
        all="at any time"
        options={Object.entries(SINCE).map(([key, { words }]) => [key, words])}
        value={filter.since}
        onChange={(since) => change({ since })}
      />
      <SearchField
        label="By (full name)"
        value={filter.by ?? ''}
        onChange={(by) => change({ by })}
      />
      <SearchField
        label="Campaign (full id)"
        value={filter.campaign ?? ''}
        onChange={(campaign) => change({ campaign })}
      />
    </div>
  );
}

interface ChoiceProps {
  readonly label: string;
  readonly all: string;
  readonly options: readonly (readonly [key: string, words: string])[];
  readonly value: string | undefined;
  readonly onChange: (value: string) => void;
}

function Choice({ label, all, options, value = '', onChange }: ChoiceProps) {
  return (
    <select
      className="field"
      aria-label={label}
      value={value}
      onChange={({ target }) => onChange(target.value)}
    >
      <option value="">{all}</option>
      {options.map(([key, words]) => (
        <option key={key} value={key}>
          {words}
        </option>
      ))}
    </select>
  );
}
