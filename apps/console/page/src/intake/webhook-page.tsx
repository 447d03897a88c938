import type { ApiAnswer } from '@libby-dialer/http-api';
import { useInfiniteQuery } from '@tanstack/react-query';
import { getRouteApi, useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { Allowed } from '../access/allowed.tsx';
import { CAMPAIGN_COLUMN } from '../campaigns/calls/call-columns.tsx';
import { ActionDialog } from '../kit/frame/action-dialog.tsx';
import { Button } from '../kit/frame/button.tsx';
import { EmptyState } from '../kit/frame/empty-state.tsx';
import { Facts } from '../kit/frame/facts.tsx';
import { Failure } from '../kit/frame/failure.tsx';
import { Page, Section } from '../kit/frame/page.tsx';
import { type Column, DataTable } from '../kit/tables/data-table.tsx';
import { allOf, countOf, formatCount } from '../kit/words/numbers.ts';
import { Outcome } from '../kit/words/outcome.tsx';
import { PersonText } from '../kit/words/person-text.tsx';
import { When } from '../kit/words/when.tsx';
import { client } from '../live/api.ts';
import { pageAt } from '../live/pages.ts';
import { useWebhooks, type Webhook, webhookState } from './webhooks-table.tsx';

const route = getRouteApi('/intake/webhooks/$name');
type DeadLetter = ApiAnswer<'GET /forwarders/{name}/dead-letters'>['deadLetters'][number];

const COLUMNS: readonly Column<DeadLetter>[] = [
  {
    key: 'at',
    heading: 'Given up',
    value: ({ at }) => at,
    cell: ({ at }) => <When at={at} />,
  },
  { key: 'reason', heading: 'Why', value: ({ reason }) => reason },
  {
    key: 'attempts',
    heading: 'Attempts',
    isNumber: true,
    isSpare: true,
    value: ({ attempts }) => attempts,
  },
  CAMPAIGN_COLUMN,
  {
    key: 'person',
    heading: 'Person',
    isMinor: true,
    value: ({ result }) => result.name,
    cell: ({ result }) => <PersonText text={result.name === '' ? 'no name' : result.name} />,
  },
  {
    key: 'outcome',
    heading: 'Outcome',
    isMinor: true,
    value: ({ result }) => result.outcome,
    cell: ({ result }) => <Outcome name={result.outcome} />,
  },
  { key: 'id', heading: 'Result', isMinor: true, value: ({ id }) => id },
];

/** One webhook: how far it is, and what it has given up. */
export function WebhookPage() {
  const { name } = route.useParams();
  const { data, error } = useWebhooks();
  const webhook = data?.forwarders.find((each) => each.name === name);
  return (
    <Page
      title={name}
      state={webhook && webhookState(webhook)}
      actions={webhook && <WebhookActions webhook={webhook} />}
    >
      <Failure error={error} />
      {data !== undefined && webhook === undefined && (
        <EmptyState title="There is no webhook of this name." />
      )}
      {webhook !== undefined && (
        <>
          <WebhookFacts webhook={webhook} />
          <Allowed to="operator">
            <Section title="Given up" note="each was tried as often as the webhook does">
              <DeadLetters webhook={webhook} />
            </Section>
          </Allowed>
        </>
      )}
    </Page>
  );
}

function WebhookFacts({ webhook: { unread, inHand, dead } }: { readonly webhook: Webhook }) {
  return (
    <Facts
      facts={[
        { name: 'not sent yet', value: unread === null ? 'unknown' : formatCount(unread) },
        { name: 'being sent', value: formatCount(inHand) },
        { name: 'given up', value: formatCount(dead) },
      ]}
    />
  );
}

function DeadLetters({ webhook: { name, dead } }: { readonly webhook: Webhook }) {
  const navigate = useNavigate();
  const query = useInfiniteQuery({
    queryKey: ['GET /forwarders/{name}/dead-letters', name, dead],
    initialPageParam: undefined as string | undefined,
    queryFn: async ({ pageParam, signal }) =>
      await client.request('GET /forwarders/{name}/dead-letters', {
        params: { name },
        query: pageAt(pageParam),
        signal,
      }),
    getNextPageParam: ({ nextCursor }) => nextCursor ?? undefined,
  });
  return (
    <>
      <Failure error={query.error} />
      <DataTable
        name={`${name} given up`}
        columns={COLUMNS}
        rows={query.data?.pages.flatMap(({ deadLetters }) => deadLetters) ?? []}
        keyOf={({ id }) => id}
        onOpen={({ result: { callId }, campaign }) =>
          void navigate({ to: '/calls/$callId', params: { callId }, search: { campaign } })
        }
        total={dead}
        more={query.hasNextPage ? () => void query.fetchNextPage() : undefined}
        isLoadingMore={query.isFetchingNextPage}
        empty={query.isPending ? null : <EmptyState title="Nothing was given up." />}
      />
    </>
  );
}

function WebhookActions({ webhook }: { readonly webhook: Webhook }) {
  const [asked, setAsked] = useState<'resend' | 'forget'>();
  const close = () => setAsked(undefined);
  return (
    <Allowed to="operator">
      <Button disabled={webhook.dead === 0} onClick={() => setAsked('resend')}>
        Send {allOf(webhook.dead)} again…
      </Button>
      <Allowed to="admin">
        <Button onClick={() => setAsked('forget')}>Forget…</Button>
      </Allowed>
      {asked === 'resend' && <ResendDialog webhook={webhook} onClose={close} />}
      {asked === 'forget' && <ForgetDialog webhook={webhook} onClose={close} />}
    </Allowed>
  );
}

interface WebhookDialogProps {
  readonly webhook: Webhook;
  readonly onClose: () => void;
}

function ResendDialog({ webhook: { name, dead, isRunning }, onClose }: WebhookDialogProps) {
  return (
    <ActionDialog
      title={`Send ${countOf(dead, 'result')} again?`}
      doIt={`Send ${countOf(dead, 'result')}`}
      doing="Handing them over."
      onClose={onClose}
      action={async () => {
        const { count } = await client.request('POST /forwarders/{name}/dead-letters/retry', {
          params: { name },
        });
        return [`${countOf(count, 'result is', 'results are')} sent again.`];
      }}
    >
      <p>
        That is all that it gave up, whatever the table shows. Each is posted to {name} under the
        same id as before, and tried as often as a new one. No phone rings.
      </p>
      {!isRunning && <p>{name} does not run: they wait until it is started.</p>}
    </ActionDialog>
  );
}

function ForgetDialog({ webhook: { name, dead }, onClose }: WebhookDialogProps) {
  const navigate = useNavigate();
  return (
    <ActionDialog
      title={`Forget ${name}?`}
      doIt="Forget"
      kind="danger"
      doing="Forgetting it."
      onClose={onClose}
      action={async () => {
        await client.request('DELETE /forwarders/{name}', { params: { name } });
        await navigate({ to: '/intake' });
        return [`${name} is forgotten.`];
      }}
    >
      <p>
        Where it had got to is lost, and so {countOf(dead, 'result is', 'results are')} that it gave
        up. One that is started by this name again begins anew. It must not run.
      </p>
    </ActionDialog>
  );
}
