import type { CallJson, CampaignStatusJson } from '@libby-dialer/http-api';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { Allowed } from '../../access/allowed.tsx';
import { ActionDialog } from '../../kit/frame/action-dialog.tsx';
import { Button } from '../../kit/frame/button.tsx';
import { allOf, countOf, formatCount } from '../../kit/words/numbers.ts';
import { OUTCOME_MEANINGS, OUTCOME_WORDS } from '../../kit/words/outcome.tsx';
import { client } from '../../live/api.ts';
import { inParts } from '../../live/pages.ts';
import type { CallFilter } from './call-filter.ts';

/** What provably did not ring. For what may have rung there is none: that leads to the desk. */
const RETRYABLE = ['rejected', 'exhausted', 'expired', 'canceled'] as const;
type Retryable = (typeof RETRYABLE)[number];

interface RetryButtonProps {
  readonly campaign: CampaignStatusJson;
  readonly outcome: CallFilter['show'];
  /** Those that are shown, where words filter them; undefined: all of that outcome are meant. */
  readonly only: readonly CallJson[] | undefined;
}

/** Queues the calls that are shown again, where they provably never rang. */
export function RetryButton({ campaign, outcome, only }: RetryButtonProps) {
  const [isAsked, setAsked] = useState(false);
  if (outcome === 'unknown') return <ToDesk campaign={campaign} />;
  const retryable = RETRYABLE.find((each) => each === outcome);
  if (retryable === undefined) return null;
  const count = only?.length ?? campaign.outcomes[retryable];
  return (
    <Allowed to="operator">
      <Button disabled={count === 0} onClick={() => setAsked(true)}>
        Queue {only === undefined ? allOf(count) : `the ${formatCount(count)} shown`} again…
      </Button>
      {isAsked && (
        <RetryDialog
          campaign={campaign}
          outcome={retryable}
          only={only}
          onClose={() => setAsked(false)}
        />
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
  readonly only: readonly CallJson[] | undefined;
  readonly onClose: () => void;
}

function RetryDialog({ campaign, outcome, only, onClose }: RetryDialogProps) {
  // What is asked about stays so, whatever the table shows meanwhile.
  const [chosen] = useState(only);
  const word = OUTCOME_WORDS[outcome];
  const inAll = campaign.outcomes[outcome];
  const count = countOf(chosen?.length ?? inAll, `${word} call`);
  return (
    <ActionDialog
      title={`Queue ${count} again?`}
      doIt={`Queue ${count}`}
      doing="Queueing them again."
      onClose={onClose}
      action={async () => doneText(await retry(campaign.id, outcome, chosen), chosen, word)}
    >
      {chosen === undefined ? (
        inAll > 1 && <p>These are all that are {word}, also those that the table does not show.</p>
      ) : (
        <p>
          Only those that the table shows by its filter, of {formatCount(inAll)} that are {word}.
        </p>
      )}
      <p>{OUTCOME_MEANINGS[outcome]}</p>
      <p>Each waits for its turn again, by the campaign as it is now.</p>
    </ActionDialog>
  );
}

/** As many are queued again. @param only undefined: all of that outcome */
async function retry(
  id: string,
  outcome: Retryable,
  only: readonly CallJson[] | undefined,
): Promise<number> {
  const ask = async (callIds?: readonly string[]) => {
    const body = { outcome, ...(callIds && { callIds: [...callIds] }) };
    return (await client.request('POST /campaigns/{id}/retry', { params: { id }, body })).calls;
  };
  if (only === undefined) return await ask();
  let queued = 0;
  for (const calls of inParts(only)) queued += await ask(calls.map(({ callId }) => callId));
  return queued;
}

function doneText(queued: number, only: readonly CallJson[] | undefined, word: string): string[] {
  const others = (only?.length ?? queued) - queued;
  return [
    `${countOf(queued, 'call is', 'calls are')} queued again.`,
    ...(others > 0 ? [`${countOf(others, 'other was', 'others were')} no longer ${word}.`] : []),
  ];
}
