import type { CallInDoubt, ResolvedCallJson } from '@libby-dialer/http-api';
import { useState } from 'react';
import { ActionDialog } from '../kit/frame/action-dialog.tsx';
import { Notice } from '../kit/frame/notice.tsx';
import { countOf, formatCount } from '../kit/words/numbers.ts';
import { PersonText } from '../kit/words/person-text.tsx';
import { client } from '../live/api.ts';
import { inParts } from '../live/pages.ts';
import { mayBeRedialed } from './doubt-words.ts';
import './in-doubt.css';
import { resolvedText } from './resolved-words.ts';

const NAMES_SHOWN = 5;
const LONGEST_NOTE = 500;

interface ResolveDialogProps {
  /** As they were when somebody asked. */
  readonly calls: readonly CallInDoubt[];
  readonly onClose: () => void;
}

/** Libby took them: they are accepted. */
export function AcceptDialog({ calls, onClose }: ResolveDialogProps) {
  const [note, setNote] = useState('');
  const count = countOf(calls.length, 'call');
  const waiting = calls.filter(({ redialAt }) => redialAt !== undefined).length;
  return (
    <ActionDialog
      title={`Say that Libby took ${count}?`}
      doIt={`Mark ${count} as accepted`}
      doing="Writing it down."
      onClose={onClose}
      action={async () => resolvedText(await resolve(calls, 'accepted', note))}
    >
      <Names calls={calls} />
      <p>Each ends as accepted, and is never dialed again. This cannot be taken back.</p>
      {waiting > 0 && <p>Of {formatCount(waiting)} the redial that is decided on is dropped.</p>}
      <NoteField note={note} onChange={setNote} />
    </ActionDialog>
  );
}

/** They are dialed once more, and may ring twice. */
export function RedialDialog({ calls: chosen, onClose }: ResolveDialogProps) {
  const [note, setNote] = useState('');
  const [typed, setTyped] = useState('');
  const calls = chosen.filter(mayBeRedialed);
  const count = countOf(calls.length, 'call');
  const leftOut = chosen.length - calls.length;
  return (
    <ActionDialog
      title={`Dial ${count} once more?`}
      doIt={`Dial ${count} once more`}
      kind="danger"
      doing="Queueing them once more."
      isReady={calls.length === 1 || typed.trim() === String(calls.length)}
      onClose={onClose}
      action={async () => resolvedText(await resolve(calls, 'redial', note))}
    >
      <Notice
        kind="alarm"
        title={calls.length === 1 ? 'This phone may ring twice.' : 'Each phone may ring twice.'}
      >
        Nobody knows whether it rang the first time. Ask Libby or the person first, if you can.
      </Notice>
      <Names calls={calls} />
      {leftOut > 0 && (
        <p>
          {countOf(leftOut, 'call is', 'calls are')} left out: dialed once more already, or about to
          be. That happens once at most.
        </p>
      )}
      <p>
        Each goes out within its hours, and only once a first conversation must be over. Nobody on
        the do-not-call list is dialed.
      </p>
      <NoteField note={note} onChange={setNote} />
      {calls.length > 1 && (
        <label className="form-field">
          Type {calls.length} to confirm
          <input
            className="field"
            inputMode="numeric"
            autoComplete="off"
            value={typed}
            onChange={({ target }) => setTyped(target.value)}
          />
        </label>
      )}
    </ActionDialog>
  );
}

function Names({ calls }: Pick<ResolveDialogProps, 'calls'>) {
  const more = calls.length - NAMES_SHOWN;
  return (
    <ul className="doubt-names">
      {calls.slice(0, NAMES_SHOWN).map(({ callId, name, campaign }) => (
        <li key={callId}>
          <PersonText text={name} /> <span className="soft">of {campaign}</span>
        </li>
      ))}
      {more > 0 && <li className="soft">and {formatCount(more)} more</li>}
    </ul>
  );
}

interface NoteFieldProps {
  readonly note: string;
  readonly onChange: (note: string) => void;
}

function NoteField({ note, onChange }: NoteFieldProps) {
  return (
    <label className="form-field">
      Note, kept with the decision: how you know. Name nobody.
      <textarea
        className="field"
        rows={2}
        maxLength={LONGEST_NOTE}
        value={note}
        onChange={({ target }) => onChange(target.value)}
      />
    </label>
  );
}

async function resolve(
  calls: readonly CallInDoubt[],
  as: 'accepted' | 'redial',
  note: string,
): Promise<ResolvedCallJson[]> {
  const callIds = calls.map(({ callId }) => callId);
  const word = { as, ...(note.trim() !== '' && { note: note.trim() }) };
  const resolved: ResolvedCallJson[] = [];
  for (const part of inParts(callIds)) {
    const body = { callIds: [...part], ...word };
    resolved.push(...(await client.request('POST /in-doubt/resolve', { body })).calls);
  }
  return resolved;
}
