import type { CampaignStatusJson } from '@libby-dialer/http-api';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { Allowed } from '../access/allowed.tsx';
import { ActionDialog } from '../kit/action-dialog.tsx';
import { Button } from '../kit/button.tsx';
import { countOf, formatCount } from '../kit/numbers.ts';
import { OUTCOME_MEANINGS, OUTCOME_WORDS } from '../kit/outcome.tsx';
import { client } from '../live/api.ts';
import type { CallFilter } from './call-filter.ts';

/** What provably did not ring. For what may have rung there is none: that leads to the desk. */
const RETRYABLE = ['rejected', 'exhausted', 'expired', 'canceled'] as const;
type Retryable = (typeof RETRYABLE)[number];

/** Queues the calls that are shown again, where they provably never rang. */
export function RetryButton({
  campaign,
  outcome,
}: {
  readonly campaign: CampaignStatusJson;
  readonly outcome: CallFilter['show'];
}) {
  const [isAsked, setAsked] = useState(false);
  if (outcome === 'unknown') return <ToDesk campaign={campaign} />;
  const retryable = RETRYABLE.find((each) => each === outcome);
  if (retryable === undefined) return null;
  const count = campaign.outcomes[retryable];
  return (
    <Allowed to="operator">
      <Button disabled={count === 0} onClick={() => setAsked(true)}>
        Queue {formatCount(count)} again…
      </Button>
      {isAsked && (
        <RetryDialog campaign={campaign} outcome={retryable} onClose={() => setAsked(false)} />
      )}
    </Allowed>
  );
}

function ToDesk({ campaign: { id, outcomes } }: { readonly campaign: CampaignStatusJson }) {
  if (outcomes.unknown === 0) return null;
  return (
    <Allowed to="operator">
      <Link to="/in-doubt" search={{ campaign: id }} className="button">
        Decide {formatCount(outcomes.unknown)}…
      </Link>
    </Allowed>
  );
}

interface RetryDialogProps {
  readonly campaign: CampaignStatusJson;
  readonly outcome: Retryable;
  readonly onClose: () => void;
}

function RetryDialog({ campaign: { id, outcomes }, outcome, onClose }: RetryDialogProps) {
  const count = countOf(outcomes[outcome], `${OUTCOME_WORDS[outcome]} call`);
  return (
    <ActionDialog
      title={`Queue ${count} again?`}
      doIt={`Queue ${count}`}
      doing="Queueing them again."
      onClose={onClose}
      action={async () => {
        const { calls } = await client.request('POST /campaigns/{id}/retry', {
          params: { id },
          body: { outcome },
        });
        return [`${countOf(calls, 'call is', 'calls are')} queued again.`];
      }}
    >
      <p>{OUTCOME_MEANINGS[outcome]}</p>
      <p>Each is dialed once more, by the campaign as it is now.</p>
    </ActionDialog>
  );
}
