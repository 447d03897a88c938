import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { Field } from '../kit/fields/field.tsx';
import { ActionDialog } from '../kit/frame/action-dialog.tsx';
import { Failure } from '../kit/frame/failure.tsx';
import { client } from '../live/api.ts';
import { erasedText, previewText } from './erase-words.ts';
import type { GivenNumber } from './question.ts';

const WORD = 'erase';

interface EraseDialogProps {
  readonly given: GivenNumber;
  readonly name: string;
  readonly onClose: () => void;
}

/** Says what would be gone, has the word typed, and erases. */
export function EraseDialog({ given, name, onClose }: EraseDialogProps) {
  const [typed, setTyped] = useState('');
  const preview = useQuery({
    queryKey: ['POST /erase/preview', given],
    queryFn: async ({ signal }) =>
      await client.request('POST /erase/preview', { body: given, signal }),
    // What is erased reads through all jobs and results: not again while one types.
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 0,
  });
  return (
    <ActionDialog
      title={`Erase ${name}?`}
      doIt="Erase"
      kind="danger"
      doing="Erasing. It reads through all jobs and results."
      isReady={preview.data !== undefined && typed === WORD}
      onClose={onClose}
      action={async () => erasedText(await client.request('POST /erase', { body: given }))}
    >
      <Failure error={preview.error} />
      {preview.isPending && <p className="soft">Looking up what is kept.</p>}
      {preview.data !== undefined && (
        <>
          {previewText(preview.data).map((sentence) => (
            <p key={sentence}>{sentence}</p>
          ))}
          <Field label={`This cannot be undone. Type “${WORD}” to go on.`}>
            <input
              className="field"
              autoComplete="off"
              value={typed}
              onChange={({ target }) => setTyped(target.value.trim().toLowerCase())}
            />
          </Field>
        </>
      )}
    </ActionDialog>
  );
}
