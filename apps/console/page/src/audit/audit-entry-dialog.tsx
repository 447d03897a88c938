import type { AuditEntryJson } from '@libby-dialer/http-api';
import { Button } from '../kit/frame/button.tsx';
import { Details } from '../kit/frame/details.tsx';
import { Dialog } from '../kit/frame/dialog.tsx';
import { exactInstant } from '../kit/words/times.ts';
import { actionText, factsOf, wordsOf } from './audit-words.ts';

/** One decision with all that is kept of it. */
export function AuditEntryDialog({
  entry,
  onClose,
}: {
  readonly entry: AuditEntryJson;
  readonly onClose: () => void;
}) {
  const { id, at, by, via, from, action, campaign, details, end } = entry;
  return (
    <Dialog
      title={`${by} ${actionText(entry)}`}
      onClose={onClose}
      actions={
        <Button kind="main" onClick={onClose}>
          Close
        </Button>
      }
    >
      <Details
        details={[
          ['when', exactInstant(Date.parse(at))],
          ['through', via],
          ['from', from],
          ['action', action],
          ['campaign', campaign],
          ...named(details),
          ['ended', end === null ? 'no end is known' : exactInstant(Date.parse(end.at))],
          ['not done', end?.failure ?? null],
          ...named(end?.effect ?? {}),
          ['entry', id],
        ]}
      />
    </Dialog>
  );
}

function named(facts: Readonly<Record<string, unknown>>): [name: string, value: string][] {
  return factsOf(facts).map(([name, value]) => [wordsOf(name), value]);
}
