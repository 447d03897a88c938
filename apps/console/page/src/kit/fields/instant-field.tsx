import { clockOf, dateOn } from '../words/times.ts';
import { Field } from './field.tsx';

interface InstantFieldProps {
  readonly label: string;
  /** ISO 8601; undefined: none. */
  readonly at: string | undefined;
  readonly onChange: (at: string | undefined) => void;
}

/** A day and a time by the reader's own clock, or none. */
export function InstantField({ label, at, onChange }: InstantFieldProps) {
  return (
    <Field label={label} hint="By your own clock.">
      <input
        className="field"
        type="datetime-local"
        value={at === undefined ? '' : localText(Date.parse(at))}
        onChange={({ target }) =>
          onChange(target.value === '' ? undefined : new Date(target.value).toISOString())
        }
      />
    </Field>
  );
}

/** As such a field has it: 2026-12-01T08:00. */
function localText(epochMs: number): string {
  return `${dateOn(epochMs)}T${clockOf(epochMs)}`;
}
