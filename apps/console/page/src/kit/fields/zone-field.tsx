import { useId } from 'react';
import { Field } from './field.tsx';

/** Those of places, as this browser knows them. */
const ZONES = Intl.supportedValuesOf('timeZone');

interface ZoneFieldProps {
  readonly label: string;
  readonly hint?: string;
  /** What it means to leave it empty. */
  readonly placeholder?: string;
  readonly zone: string;
  readonly isDisabled?: boolean;
  readonly onChange: (zone: string) => void;
}

/** A clock, by the name that the IANA gives its zone; names are offered while one types. */
export function ZoneField({ zone, isDisabled = false, onChange, ...field }: ZoneFieldProps) {
  const { placeholder, ...labels } = field;
  const zones = useId();
  return (
    <Field {...labels}>
      <input
        className="field"
        autoComplete="off"
        spellCheck={false}
        list={zones}
        placeholder={placeholder}
        disabled={isDisabled}
        value={zone}
        onChange={({ target }) => onChange(target.value.trim())}
      />
      <datalist id={zones}>
        {ZONES.map((each) => (
          <option key={each}>{each}</option>
        ))}
      </datalist>
    </Field>
  );
}
