import { useEffect, useState } from 'react';
import { ActionDialog } from '../../kit/frame/action-dialog.tsx';
import { Button } from '../../kit/frame/button.tsx';
import { Changes } from '../../kit/frame/changes.tsx';
import { Dialog } from '../../kit/frame/dialog.tsx';
import { Failure } from '../../kit/frame/failure.tsx';
import { Notice } from '../../kit/frame/notice.tsx';
import { countOf } from '../../kit/words/numbers.ts';
import { usePreview } from '../../live/use-preview.ts';
import { type CampaignFile, type EditCampaign, withEdit } from '../campaign-file.ts';
import {
  type ChangePreview,
  isChangedMeanwhile,
  previewChange,
  putChange,
  type StoredCampaign,
  useStored,
} from './change-requests.ts';
import { FurtherFields, HoursFields, SpeedFields, TextsFields } from './setting-fields.tsx';
import { changesBetween, changesInWords } from './setting-words.ts';

interface ChangeDialogProps {
  readonly id: string;
  readonly onClose: () => void;
}

/**
 * Changes pace, hours, lines and texts of a campaign, also for calls that wait. What that changes
 * is shown before; so is what somebody else has changed meanwhile.
 */
export function ChangeDialog({ id, onClose }: ChangeDialogProps) {
  const { seen, stored, error, refetch } = useStored(id);
  if (stored && seen)
    return <ChangeForm {...{ id, seen, stored, onClose }} onOvertaken={refetch} />;
  return (
    <Dialog
      title={`Change ${id}`}
      onClose={onClose}
      actions={<Button onClick={onClose}>Back</Button>}
    >
      <Failure error={error} />
      {stored === null && <p>A newer version has stored it: here it cannot be changed.</p>}
    </Dialog>
  );
}

interface ChangeFormProps extends ChangeDialogProps {
  /** As it was when somebody began. */
  readonly seen: StoredCampaign;
  /** As far as is known. */
  readonly stored: StoredCampaign;
  /** Somebody else has changed it: the newest is wanted. */
  readonly onOvertaken: () => unknown;
}

function ChangeForm({ id, seen, stored, onOvertaken, onClose }: ChangeFormProps) {
  const [edits, setEdits] = useState<Partial<CampaignFile>>({});
  const edit: EditCampaign = (key, value) =>
    setEdits((before) => withEdit(before, stored.file, key, value));
  const preview = usePreview({
    name: 'PUT /campaigns/{id}?dryRun',
    form: { stored, edits },
    ask: previewChange,
    isFilled: () => Object.keys(edits).length > 0,
  });
  const isOvertaken = isChangedMeanwhile(preview.error);
  useEffect(() => {
    if (isOvertaken) onOvertaken();
  }, [isOvertaken, onOvertaken]);
  const file = { ...stored.file, ...edits };
  return (
    <ActionDialog
      title={`Change ${id}`}
      doIt="Change"
      doing="Changing it."
      isReady={preview.data?.kind === 'changed'}
      onClose={onClose}
      action={async () => doneText(await putChange({ stored, edits }))}
    >
      <div className="form">
        <SpeedFields file={file} edit={edit} />
        <HoursFields file={file} edit={edit} />
      </div>
      <details className="more">
        <summary>Lines, start and end</summary>
        <div className="form">
          <FurtherFields file={file} edit={edit} />
        </div>
      </details>
      <details className="more">
        <summary>What the agent says</summary>
        <div className="form">
          <TextsFields file={file} edit={edit} />
        </div>
      </details>
      <Meanwhile seen={seen} stored={stored} />
      <Failure error={isOvertaken ? null : preview.error} />
      <PreviewText preview={preview.data} />
    </ActionDialog>
  );
}

/** What is typed stays; everything else is as the other has left it. */
function Meanwhile({ seen, stored }: Pick<ChangeFormProps, 'seen' | 'stored'>) {
  if (seen.etag === stored.etag) return null;
  return (
    <div role="status" className="dialog-part">
      <Notice kind="note" title="Somebody else has changed it meanwhile.">
        This is the newest; what you have typed stays.
      </Notice>
      <Changes changes={changesInWords(changesBetween(seen.file, stored.file))} />
    </div>
  );
}

function PreviewText({ preview }: { readonly preview: ChangePreview | undefined }) {
  if (preview?.kind !== 'changed') return <p className="soft">Nothing is changed yet.</p>;
  const { changes, calls, canary, warnings } = preview;
  return (
    <div role="status" className="dialog-part">
      <Changes changes={changesInWords(changes)} />
      <p>
        {calls === 0
          ? 'No call waits that it is changed for.'
          : `Also for ${countOf(calls, 'call')} that ${calls === 1 ? 'waits' : 'wait'}.`}{' '}
        {canary !== null && `Its canary begins anew: ${firstText(canary)}.`}
      </p>
      {warnings.map((warning) => (
        <p key={warning}>{warning}</p>
      ))}
    </div>
  );
}

function firstText(calls: number): string {
  return `${countOf(calls, 'call')} ${calls === 1 ? 'goes' : 'go'} first by the new one`;
}

function doneText({ kind }: ChangePreview): string[] {
  if (kind === 'unchanged') return ['Nothing has changed: it was like that already.'];
  return ['It is changed. Calls go out by it within seconds.'];
}
