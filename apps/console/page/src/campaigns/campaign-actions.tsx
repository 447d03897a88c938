import type { CampaignStatusJson } from '@libby-dialer/http-api';
import { type ReactNode, useState } from 'react';
import { Allowed } from '../access/allowed.tsx';
import { ActionDialog } from '../kit/frame/action-dialog.tsx';
import { Button } from '../kit/frame/button.tsx';
import { countOf, formatCount } from '../kit/words/numbers.ts';
import { client } from '../live/api.ts';
import type { CampaignState } from './campaign-words.ts';
import { ChangeDialog } from './change/change-dialog.tsx';

type Steering = 'pause' | 'resume' | 'cancel';

/** What can be done in each state, the likeliest first. */
const ACTIONS: Readonly<Record<CampaignState, readonly Steering[]>> = {
  loading: ['pause', 'cancel'],
  waiting: ['pause', 'cancel'],
  running: ['pause', 'cancel'],
  held: ['pause', 'cancel'],
  paused: ['resume', 'cancel'],
  canceled: ['resume'],
  completed: [],
  archived: [],
};

const LABELS: Readonly<Record<Steering, string>> = {
  pause: 'Pause…',
  resume: 'Resume…',
  cancel: 'Cancel…',
};

export function CampaignActions({ campaign }: { readonly campaign: CampaignStatusJson }) {
  const [asked, setAsked] = useState<Steering | 'change'>();
  const close = () => setAsked(undefined);
  return (
    <Allowed to="operator">
      {ACTIONS[campaign.state].map((steering) => (
        <Button
          key={steering}
          kind={steering === 'resume' ? 'main' : 'plain'}
          onClick={() => setAsked(steering)}
        >
          {LABELS[steering]}
        </Button>
      ))}
      {campaign.state !== 'archived' && <Button onClick={() => setAsked('change')}>Change…</Button>}
      {asked === 'change' && <ChangeDialog id={campaign.id} onClose={close} />}
      {asked !== undefined && asked !== 'change' && (
        <SteeringDialog campaign={campaign} steering={asked} onClose={close} />
      )}
    </Allowed>
  );
}

interface SteeringDialogProps {
  readonly campaign: CampaignStatusJson;
  readonly steering: Steering;
  readonly onClose: () => void;
}

function SteeringDialog({ campaign, steering, onClose }: SteeringDialogProps) {
  const { id } = campaign;
  const { title, question, doIt, doing, done } = WORDS[steering](campaign);
  return (
    <ActionDialog
      title={title}
      doIt={doIt}
      doing={doing}
      kind={steering === 'cancel' ? 'danger' : 'main'}
      onClose={onClose}
      action={async () => {
        const { wentOut } = await client.request(`POST /campaigns/{id}/${steering}`, {
          params: { id },
        });
        return wentOut > 0 ? [done, `${countOf(wentOut, 'call')} went out meanwhile.`] : [done];
      }}
    >
      {question}
    </ActionDialog>
  );
}

interface SteeringWords {
  readonly title: string;
  readonly question: ReactNode;
  readonly doIt: string;
  readonly doing: string;
  readonly done: string;
}

const WORDS: Readonly<Record<Steering, (campaign: CampaignStatusJson) => SteeringWords>> = {
  pause: ({ id, pending, inFlight }) => ({
    title: `Pause ${id}?`,
    question: (
      <p>
        {countOf(pending, 'call waits', 'calls wait')} until you resume it. {inFlightText(inFlight)}
      </p>
    ),
    doIt: 'Pause',
    doing: 'Pausing: waiting until no call is about to go out.',
    done: 'It is paused: no further call goes out.',
  }),
  resume: ({ id, state, pending, outcomes }) => ({
    title: `Resume ${id}?`,
    question:
      state === 'canceled' ? (
        <p>
          It takes calls again. The {countOf(outcomes.canceled, 'call')} that ended as canceled stay
          so, until you queue them again.
        </p>
      ) : (
        <p>
          {countOf(pending, 'call waits', 'calls wait')} and may be dialed at once, as far as hours,
          pace and lines allow.
        </p>
      ),
    doIt: 'Resume',
    doing: 'Resuming.',
    done: 'It goes on.',
  }),
  cancel: ({ id, pending, inFlight }) => ({
    title: `Cancel ${id}?`,
    question: (
      <>
        <p>
          {countOf(pending, 'call that waits ends', 'calls that wait end')} as canceled, and it
          takes no more. {inFlightText(inFlight)}
        </p>
        <p className="soft">To stop it for a while, pause it.</p>
      </>
    ),
    doIt: `Cancel ${countOf(pending, 'call')}`,
    doing: 'Canceling: waiting until no call is about to go out.',
    done: 'It is canceled.',
  }),
};

function inFlightText(inFlight: number): string {
  if (inFlight === 0) return 'None is in flight.';
  return `${formatCount(inFlight)} in flight ${inFlight === 1 ? 'goes' : 'go'} on to ${inFlight === 1 ? 'its' : 'their'} end.`;
}
