import { type ReactNode, useState } from 'react';
import { Field } from './field.tsx';
import './fields.css';

interface FieldProps {
  readonly label: string;
  readonly hint?: ReactNode;
}

interface TextFieldProps extends FieldProps {
  readonly value: string;
  readonly onChange: (text: string) => void;
  readonly placeholder?: string;
  readonly isDisabled?: boolean;
  /** For the reader's keyboard. */
  readonly inputMode?: 'text' | 'numeric' | 'decimal' | 'tel';
}

export function TextField({ label, hint, isDisabled = false, onChange, ...rest }: TextFieldProps) {
  return (
    <Field label={label} hint={hint}>
      <input
        className="field"
        autoComplete="off"
        disabled={isDisabled}
        onChange={({ target }) => onChange(target.value)}
        {...rest}
      />
    </Field>
  );
}

/** Several lines of text. */
export function LongField({
  label,
  hint,
  value,
  onChange,
}: Pick<TextFieldProps, 'label' | 'hint' | 'value' | 'onChange'>) {
  return (
    <div className="is-wide">
      <Field label={label} hint={hint}>
        <textarea
          className="field"
          rows={2}
          value={value}
          onChange={({ target }) => onChange(target.value)}
        />
      </Field>
    </div>
  );
}

/** A number, or nothing. */
export function NumberField({
  value,
  onChange,
  isWhole = true,
  ...rest
}: FieldProps & {
  readonly value: number | undefined;
  readonly onChange: (value: number | undefined) => void;
  readonly isWhole?: boolean;
  readonly placeholder?: string;
}) {
  // "0." is on its way to 0.5.
  const [typed, setTyped] = useState('');
  return (
    <TextField
      {...rest}
      inputMode={isWhole ? 'numeric' : 'decimal'}
      value={numberIn(typed) === value ? typed : String(value ?? '')}
      onChange={(text) => {
        const plain = text.replaceAll(isWhole ? /\D/g : /[^\d.]/g, '');
        setTyped(plain);
        onChange(numberIn(plain));
      }}
    />
  );
}

function numberIn(text: string): number | undefined {
  const number = text === '' ? Number.NaN : Number(text);
  return Number.isNaN(number) ? undefined : number;
}

export function ChoiceField<Value extends string>({
  label,
  hint,
  value,
  options,
  onChange,
}: FieldProps & {
  readonly value: Value;
  /** Words for each, in order. */
  readonly options: readonly (readonly [Value, string])[];
  readonly onChange: (value: Value) => void;
}) {
  return (
    <Field label={label} hint={hint}>
      <select
        className="field"
        value={value}
        onChange={({ target }) => onChange(target.value as Value)}
      >
        {options.map(([key, words]) => (
          <option key={key} value={key}>
            {words}
          </option>
        ))}
      </select>
    </Field>
  );
}

export function TickField({
  children,
  isTicked,
  onChange,
}: {
  readonly children: ReactNode;
  readonly isTicked: boolean;
  readonly onChange: (isTicked: boolean) => void;
}) {
  return (
    <label className="form-tick">
      <input
        type="checkbox"
        checked={isTicked}
        onChange={({ target }) => onChange(target.checked)}
      />
      <span>{children}</span>
    </label>
  );
}
