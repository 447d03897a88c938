import type { ApiAnswer } from '@libby-dialer/http-api';
import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate } from '@tanstack/react-router';
import { EmptyState } from '../kit/frame/empty-state.tsx';
import { Failure } from '../kit/frame/failure.tsx';
import { type Column, DataTable } from '../kit/tables/data-table.tsx';
import { formatCount } from '../kit/words/numbers.ts';
import { asking } from '../live/queries.ts';

export type Webhook = ApiAnswer<'GET /forwarders'>['forwarders'][number];

const REFRESH_MS = 5000;

const COLUMNS: readonly Column<Webhook>[] = [
  {
    key: 'name',
    heading: 'Webhook',
    value: ({ name }) => name,
    cell: ({ name }) => (
      <Link to="/intake/webhooks/$name" params={{ name }}>
        {name}
      </Link>
    ),
  },
  { key: 'state', heading: 'State', value: webhookState },
  {
    key: 'unread',
    heading: 'Not sent yet',
    isNumber: true,
    isSpare: true,
    value: ({ unread }) => unread,
    cell: ({ unread }) => (unread === null ? 'unknown' : formatCount(unread)),
  },
  {
    key: 'hand',
    heading: 'Being sent',
    isNumber: true,
    isMinor: true,
    value: ({ inHand }) => inHand,
    cell: ({ inHand }) => formatCount(inHand),
  },
  {
    key: 'dead',
    heading: 'Given up',
    isNumber: true,
    value: ({ dead }) => dead,
    cell: ({ dead }) => formatCount(dead),
  },
];

export function webhookState({ isRunning, unread, inHand }: Webhook): string {
  if (isRunning) return 'running';
  return unread === 0 && inHand === 0 ? 'not running' : 'not running, results wait';
}

/** The webhooks, as one query for the table and each of their pages. */
export function useWebhooks() {
  return useQuery({ ...asking('GET /forwarders', {}), refetchInterval: REFRESH_MS });
}

export function WebhooksTable() {
  const navigate = useNavigate();
  const query = useWebhooks();
  return (
    <>
      <Failure error={query.error} />
      <DataTable
        name="webhooks"
        place="second"
        columns={COLUMNS}
        rows={query.data?.forwarders ?? []}
        keyOf={({ name }) => name}
        onOpen={({ name }) => void navigate({ to: '/intake/webhooks/$name', params: { name } })}
        empty={query.isPending ? null : <NoWebhook />}
      />
    </>
  );
}

function NoWebhook() {
  return (
    <EmptyState title="No webhook has been started yet.">
      <code>./bin/enqueuer forward --to URL</code>, with <code>FORWARD_SECRET</code> set, posts each
      result to a service of yours.
    </EmptyState>
  );
}
