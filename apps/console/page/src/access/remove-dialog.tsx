import { ActionDialog } from '../kit/frame/action-dialog.tsx';
import { client } from '../live/api.ts';
import { type AccessJson, removalText } from './access-words.ts';

interface RemoveDialogProps {
  readonly access: AccessJson;
  readonly all: readonly AccessJson[];
  /** Who does it. */
  readonly caller: string | undefined;
  readonly onClose: () => void;
}

export function RemoveDialog({ access, all, caller, onClose }: RemoveDialogProps) {
  const { name, role, campaigns } = access;
  return (
    <ActionDialog
      title={`Take ${name}’s access away?`}
      doIt={`Remove ${name}`}
      kind="danger"
      doing="Removing them."
      onClose={onClose}
      action={async () => {
        await client.request('DELETE /access/{name}', { params: { name } });
        return [`${name} has no access any more.`];
      }}
    >
      <p>
        {name} is let in as {role}
        {campaigns !== undefined && `, for ${campaigns.join(', ')}`}.
      </p>
      <p>
        Their token and their sessions count no longer; a page that they have open, and a download,
        end within seconds. What they did stays in the audit.
      </p>
      {removalText(access, all, caller).map((sentence) => (
        <p key={sentence}>{sentence}</p>
      ))}
    </ActionDialog>
  );
}
