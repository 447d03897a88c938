import type { ApiAnswer, CallJson } from '@libby-dialer/http-api';
import { useQuery } from '@tanstack/react-query';
import { type ReactNode, useState } from 'react';
import { Allowed } from '../access/allowed.tsx';
import { formatPhone } from '../kit/fields/phone-number.ts';
import { ActionDialog } from '../kit/frame/action-dialog.tsx';
import { Button } from '../kit/frame/button.tsx';
import { Failure } from '../kit/frame/failure.tsx';
import { Section } from '../kit/frame/page.tsx';
import { countOf } from '../kit/words/numbers.ts';
import { PersonText } from '../kit/words/person-text.tsx';
import { When } from '../kit/words/when.tsx';
import { client } from '../live/api.ts';
import { EraseDialog } from './erase-dialog.tsx';
import { bodyOf, checking, type GivenNumber } from './question.ts';

type Listed = ApiAnswer<'POST /do-not-call/check'>['numbers'][number];

interface PersonSectionProps {
  readonly given: GivenNumber;
  readonly calls: readonly CallJson[];
}

/** Whether a number may be called, and what can be done about it. */
export function PersonSection({ given, calls }: PersonSectionProps) {
  const [opened, setOpened] = useState<'suppress' | 'unsuppress' | 'erase'>();
  const query = useQuery(checking(given));
  const close = () => setOpened(undefined);
  const numbers = query.data?.numbers ?? [];
  const isListed = numbers.some((each) => each.isListed);
  const name = numbers.map(({ number }) => formatPhone(number)).join(' or ');
  return (
    <Section title={name === '' ? 'The number' : name}>
      <Failure error={query.error} />
      {numbers.map((listed) => (
        <Standing key={listed.number} listed={listed} />
      ))}
      {query.data !== undefined && (
        <div className="person-actions">
          <Allowed to="operator">
            {isListed ? (
              <Button onClick={() => setOpened('unsuppress')}>Let it be called again…</Button>
            ) : (
              <Button onClick={() => setOpened('suppress')}>Do not call…</Button>
            )}
          </Allowed>
          <Allowed to="admin">
            <Button onClick={() => setOpened('erase')}>Erase…</Button>
          </Allowed>
        </div>
      )}
      {opened === 'suppress' && <Suppress {...{ given, calls, name }} onClose={close} />}
      {opened === 'unsuppress' && <Unsuppress {...{ given, calls, name }} onClose={close} />}
      {opened === 'erase' && <EraseDialog given={given} name={name} onClose={close} />}
    </Section>
  );
}

function Standing({ listed: { isListed, latest } }: { readonly listed: Listed }) {
  if (!isListed) {
    return (
      <p>
        It is not on the do-not-call list.
        {latest?.action === 'removed' && <> Taken off by {byText(latest)}.</>}
      </p>
    );
  }
  return (
    <p>
      <b>It is on the do-not-call list:</b> no campaign dials it.{' '}
      {latest?.action === 'added' ? (
        <>Put there by {byText(latest)}.</>
      ) : (
        'It came there by an import, or too long ago for the audit to say by whom.'
      )}
    </p>
  );
}

function byText({ by, at }: NonNullable<Listed['latest']>): ReactNode {
  return (
    <>
      <PersonText text={by} />, <When at={at} />
    </>
  );
}

interface DialogProps extends PersonSectionProps {
  readonly name: string;
  readonly onClose: () => void;
}

function Suppress({ given, calls, name, onClose }: DialogProps) {
  return (
    <ActionDialog
      title={`Do not call ${name}?`}
      doIt="Do not call"
      doing="It waits until no call to the number is about to go out."
      onClose={onClose}
      action={async () => {
        await client.request('POST /do-not-call/add', { body: bodyOf(given) });
        return ['It is on the do-not-call list, and no call to it is about to go out.'];
      }}
    >
      <p>No campaign dials it any more. {waitingText(calls)}: what waits will end as suppressed.</p>
    </ActionDialog>
  );
}

function Unsuppress({ given, calls, name, onClose }: DialogProps) {
  return (
    <ActionDialog
      title={`Let ${name} be called again?`}
      doIt="Let it be called"
      kind="danger"
      doing="Taking it off the list."
      onClose={onClose}
      action={async () => {
        const { removed } = await client.request('POST /do-not-call/remove', {
          body: bodyOf(given),
        });
        return [removed > 0 ? 'It is off the do-not-call list.' : 'It was not on the list.'];
      }}
    >
      <p>{waitingText(calls)}: what waits, and what is loaded later, may go out at once.</p>
    </ActionDialog>
  );
}

function waitingText(calls: readonly CallJson[]): string {
  const waiting = calls.filter(({ outcome }) => outcome === null).length;
  return `${countOf(waiting, 'call')} with this number ${waiting === 1 ? 'has' : 'have'} no outcome yet`;
}
