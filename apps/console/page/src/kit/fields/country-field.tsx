import { Field } from './field.tsx';

interface CountryFieldProps {
  readonly label: string;
  readonly country: string;
  readonly onChange: (country: string) => void;
}

/** Of numbers that are not in E.164 form: two letters (ISO 3166-1). */
export function CountryField({ label, country, onChange }: CountryFieldProps) {
  return (
    <Field label={label}>
      <input
        className="field"
        maxLength={2}
        placeholder="US"
        value={country}
        onChange={({ target }) => onChange(target.value)}
      />
    </Field>
  );
}
