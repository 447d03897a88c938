import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { Allowed } from '../access/allowed.tsx';
import { ActionDialog } from '../kit/frame/action-dialog.tsx';
import { Button } from '../kit/frame/button.tsx';
import { client } from '../live/api.ts';
import { ScheduleDialog } from './schedule-dialog.tsx';
import type { ScheduleInFull } from './schedule-form.ts';

/** A schedule is changed or removed. */
export function ScheduleActions({ schedule }: { readonly schedule: ScheduleInFull }) {
  const [asked, setAsked] = useState<'change' | 'remove'>();
  const close = () => setAsked(undefined);
  return (
    <Allowed to="admin">
      <Button onClick={() => setAsked('change')}>Change…</Button>
      <Button onClick={() => setAsked('remove')}>Remove…</Button>
      {asked === 'change' && <ScheduleDialog schedule={schedule} onClose={close} />}
      {asked === 'remove' && <RemoveDialog name={schedule.name} onClose={close} />}
    </Allowed>
  );
}

function RemoveDialog({ name, onClose }: { readonly name: string; readonly onClose: () => void }) {
  const navigate = useNavigate();
  return (
    <ActionDialog
      title={`Remove ${name}?`}
      doIt="Remove"
      kind="danger"
      doing="Removing it."
      onClose={onClose}
      action={async () => {
        await client.request('DELETE /schedules/{name}', { params: { name } });
        await navigate({ to: '/schedules' });
        return [`${name} is removed.`];
      }}
    >
      <p>
        No further night of it comes. Its campaigns stay, and their calls go on: to end those too,
        cancel them.
      </p>
    </ActionDialog>
  );
}

/** A new one. */
export function AddSchedule() {
  const [isAsked, setAsked] = useState(false);
  return (
    <Allowed to="admin">
      <Button onClick={() => setAsked(true)}>Add a schedule…</Button>
      {isAsked && <ScheduleDialog onClose={() => setAsked(false)} />}
    </Allowed>
  );
}
