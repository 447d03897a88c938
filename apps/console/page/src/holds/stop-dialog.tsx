import { useState } from 'react';
import { Field } from '../kit/fields/field.tsx';
import { ActionDialog } from '../kit/frame/action-dialog.tsx';
import { formatCount } from '../kit/words/numbers.ts';
import { client } from '../live/api.ts';

/** Stops everything, until somebody releases it. */
export function StopDialog({ onClose }: { readonly onClose: () => void }) {
  const [note, setNote] = useState('');
  return (
    <ActionDialog
      title="Stop all dialing?"
      doIt="Stop"
      kind="danger"
      doing="Stopping. It waits until no call can begin any more."
      onClose={onClose}
      action={async () => {
        const why = note.trim();
        const body = { scope: 'all', ...(why !== '' && { note: why }) } as const;
        const { wentOut } = await client.request('POST /holds', { body });
        const meanwhile = wentOut > 0 ? [`${formatCount(wentOut)} went out meanwhile.`] : [];
        return ['All dialing is stopped: no further call goes out.', ...meanwhile];
      }}
    >
      <p>
        No call begins, in any campaign, new ones included, until somebody releases this hold. Calls
        in flight go on. Lists, schedules and pushed calls are still taken in, and wait.
      </p>
      <Field label="Why" hint="For whoever looks at it later.">
        <input
          className="field"
          value={note}
          maxLength={500}
          onChange={({ target }) => setNote(target.value)}
        />
      </Field>
    </ActionDialog>
  );
}
