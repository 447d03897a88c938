import type { CampaignStatusJson } from '@libby-dialer/http-api';
import { Link, useNavigate } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { type Column, DataTable } from '../kit/tables/data-table.tsx';
import { formatCount, formatPace, formatRate, formatShare } from '../kit/words/numbers.ts';
import { OUTCOME_NAMES, OutcomeBar } from '../kit/words/outcome.tsx';
import { When } from '../kit/words/when.tsx';
import { CampaignStateMark } from './campaign-state.tsx';
import {
  allCalls,
  callsPerSecond,
  STATE_WORDS,
  settledCalls,
  waitingCalls,
} from './campaign-words.ts';

const COLUMNS: readonly Column<CampaignStatusJson>[] = [
  {
    key: 'id',
    heading: 'Campaign',
    value: ({ id }) => id,
    cell: ({ id }) => (
      <Link to="/campaigns/$id" params={{ id }}>
        {id}
      </Link>
    ),
  },
  {
    key: 'state',
    heading: 'State',
    value: ({ state }) => STATE_WORDS[state],
    cell: ({ state }) => <CampaignStateMark state={state} />,
  },
  {
    key: 'through',
    heading: 'Through',
    isNumber: true,
    value: (campaign) => settledCalls(campaign) / Math.max(1, allCalls(campaign)),
    cell: (campaign) => formatShare(settledCalls(campaign), allCalls(campaign)),
  },
  {
    key: 'progress',
    heading: 'By outcome',
    value: ({ outcomes }) => OUTCOME_NAMES.map((name) => `${name} ${outcomes[name]}`).join(', '),
    cell: (campaign) => (
      <div className="campaign-progress">
        <OutcomeBar outcomes={campaign.outcomes} waiting={waitingCalls(campaign)} />
      </div>
    ),
  },
  {
    key: 'waiting',
    heading: 'Waiting',
    isNumber: true,
    isSpare: true,
    value: ({ pending }) => pending,
    cell: ({ pending }) => formatCount(pending),
  },
  {
    key: 'flight',
    heading: 'In flight',
    isNumber: true,
    isMinor: true,
    value: ({ inFlight }) => inFlight,
    cell: ({ inFlight }) => formatCount(inFlight),
  },
  {
    key: 'rate',
    heading: 'Calls/s',
    isNumber: true,
    isSpare: true,
    value: callsPerSecond,
    cell: (campaign) => (
      <>
        {formatRate(callsPerSecond(campaign))}
        {campaign.allowedCallsPerSecond !== null && (
          <span className="soft"> of {formatPace(campaign.allowedCallsPerSecond)}</span>
        )}
      </>
    ),
  },
  {
    key: 'doubt',
    heading: 'In doubt',
    isNumber: true,
    isMinor: true,
    value: ({ outcomes }) => outcomes.unknown,
    cell: ({ outcomes }) => formatCount(outcomes.unknown),
  },
  {
    key: 'end',
    heading: 'Done',
    isMinor: true,
    value: ({ eta, opensAt }) => eta ?? opensAt,
    cell: (campaign) => <End campaign={campaign} />,
  },
];

function End({ campaign: { eta, opensAt, pending } }: { campaign: CampaignStatusJson }) {
  if (pending === 0) return null;
  if (opensAt !== null)
    return (
      <>
        opens <When at={opensAt} />
      </>
    );
  return eta === null ? <span className="soft">not foreseeable</span> : <When at={eta} />;
}

/** Campaigns with live numbers, one to a row. */
export function CampaignTable({
  campaigns,
  ...rest
}: {
  readonly campaigns: readonly CampaignStatusJson[];
  readonly empty: ReactNode;
  readonly total?: number | undefined;
  readonly more?: (() => void) | undefined;
  readonly isLoadingMore?: boolean;
  readonly tools?: ReactNode;
  readonly isFiltered?: boolean;
}) {
  const navigate = useNavigate();
  return (
    <DataTable
      name="campaigns"
      columns={COLUMNS}
      rows={campaigns}
      keyOf={({ id }) => id}
      onOpen={({ id }) => void navigate({ to: '/campaigns/$id', params: { id } })}
      {...rest}
    />
  );
}
