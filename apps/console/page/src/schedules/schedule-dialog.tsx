import type { ApiAnswer } from '@libby-dialer/http-api';
import { type InputHTMLAttributes, useState } from 'react';
import { Field } from '../kit/fields/field.tsx';
import { ZoneField } from '../kit/fields/zone-field.tsx';
import { ActionDialog } from '../kit/frame/action-dialog.tsx';
import { Changes } from '../kit/frame/changes.tsx';
import { Failure } from '../kit/frame/failure.tsx';
import { placeOf } from '../kit/words/times.ts';
import { client } from '../live/api.ts';
import { usePreview } from '../live/use-preview.ts';
import { nightText } from './night.ts';
import {
  bodyOf,
  emptyForm,
  formOf,
  isFilled,
  type ScheduleForm,
  type ScheduleInFull,
} from './schedule-form.ts';

type Preview = ApiAnswer<'PUT /schedules/{name}'>;

interface ScheduleDialogProps {
  /** Left out: a new one is added. */
  readonly schedule?: ScheduleInFull;
  readonly onClose: () => void;
}

/** Adds a schedule or changes one; what that changes and when it runs is shown before. */
export function ScheduleDialog({ schedule, onClose }: ScheduleDialogProps) {
  const isNew = schedule === undefined;
  // As it was when somebody began: what changes meanwhile is for the console to refuse.
  const [stored] = useState(schedule);
  const [form, setForm] = useState(() =>
    stored === undefined ? emptyForm(browserZone()) : formOf(stored),
  );
  const preview = usePreview({
    name: 'PUT /schedules/{name}?dryRun',
    form: { form, stored },
    ask: askForPreview,
    isFilled: (given) => isFilled(given.form, isNew),
  });
  return (
    <ActionDialog
      title={isNew ? 'Add a schedule' : `Change ${stored?.name}`}
      doIt={isNew ? 'Add' : 'Change'}
      doing="Storing it."
      isReady={preview.data !== undefined && preview.data.kind !== 'unchanged'}
      onClose={onClose}
      action={async () => {
        const { kind } = await client.request('PUT /schedules/{name}', {
          params: { name: form.name },
          headers: isNew ? { 'if-none-match': '*' } : { 'if-match': stored?.etag },
          body: bodyOf(form, stored),
        });
        return [kind === 'added' ? `${form.name} is added.` : DONE[kind]];
      }}
    >
      <Inputs form={form} isNew={isNew} onChange={setForm} />
      <Failure error={preview.error} />
      {preview.data !== undefined && <PreviewText preview={preview.data} form={form} />}
    </ActionDialog>
  );
}

const DONE = {
  replaced: 'It is changed: what is due from now on is done by the new definition.',
  unchanged: 'Nothing has changed: it was like that already.',
};

interface PreviewedForm {
  readonly form: ScheduleForm;
  readonly stored: ScheduleInFull | undefined;
}

async function askForPreview(
  { form, stored }: PreviewedForm,
  signal: AbortSignal,
): Promise<Preview> {
  return await client.request('PUT /schedules/{name}', {
    params: { name: form.name },
    query: { dryRun: 'true' },
    body: bodyOf(form, stored),
    signal,
  });
}

interface InputsProps {
  readonly form: ScheduleForm;
  readonly isNew: boolean;
  readonly onChange: (form: ScheduleForm) => void;
}

function Inputs({ form, isNew, onChange }: InputsProps) {
  const input = (key: keyof ScheduleForm, rest: InputHTMLAttributes<HTMLInputElement> = {}) => (
    <input
      className="field"
      value={form[key]}
      onChange={({ target }) => onChange({ ...form, [key]: target.value })}
      {...rest}
    />
  );
  const count = { inputMode: 'numeric', placeholder: 'not set' } as const;
  return (
    <div className="form">
      {isNew && (
        <Field label="Name" hint="Its campaigns are called NAME-2026-12-01.">
          {input('name')}
        </Field>
      )}
      <Field label="When" hint="Minute, hour, day, month, weekday: 0 18 * * 1-5">
        {input('cron', { className: 'field mono', spellCheck: false })}
      </Field>
      <ZoneField
        label="Time zone"
        zone={form.timezone}
        onChange={(timezone) => onChange({ ...form, timezone })}
      />
      <Field
        label="List"
        hint="A path where the daemons run; {{date}}, {{time}} and {{campaign}} are filled in."
      >
        {input('list', { className: 'field mono', spellCheck: false })}
      </Field>
      <Field label="Campaign" hint={isNew ? 'Of a stored one, as it is now.' : 'Empty: as it is.'}>
        {input('campaign', { spellCheck: false, placeholder: isNew ? '' : 'as it is kept' })}
      </Field>
      <Field label="Wait for its list (minutes)">{input('waitMinutes', count)}</Field>
      <Field label="Calls expire after (minutes)">{input('expiresMinutes', count)}</Field>
      <Field label="Nights to keep" hint="Older ones are archived, once exported.">
        {input('keepRuns', count)}
      </Field>
      <Field label="Calls that go first" hint="The rest is held until these have gone well.">
        {input('canaryCalls', count)}
      </Field>
    </div>
  );
}

function PreviewText({
  preview,
  form,
}: {
  readonly preview: Preview;
  readonly form: ScheduleForm;
}) {
  const { kind, changes, schedule } = preview;
  return (
    <div role="status" className="dialog-part">
      {kind === 'unchanged' && <p className="soft">Nothing is changed yet.</p>}
      {changes.length > 0 && <Changes changes={changes} />}
      <p>
        Next: {schedule.next.map(({ local }) => nightText(local)).join(', ') || 'never'} in{' '}
        {placeOf(form.timezone)}.
      </p>
    </div>
  );
}

function browserZone(): string {
  return Intl.DateTimeFormat().resolvedOptions().timeZone;
}
