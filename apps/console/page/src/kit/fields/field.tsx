import type { ReactNode } from 'react';
import './field.css';

/** A labelled input of a form, with what to know of it. */
export function Field({
  label,
  hint,
  children,
}: {
  readonly label: string;
  readonly hint?: ReactNode;
  readonly children: ReactNode;
}) {
  return (
    <label className="form-field">
      <span>{label}</span>
      {children}
      {hint !== undefined && <small className="soft">{hint}</small>}
    </label>
  );
}
