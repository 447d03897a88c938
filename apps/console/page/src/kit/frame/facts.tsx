import type { ReactNode } from 'react';
import './facts.css';

interface Fact {
  readonly name: string;
  readonly value: ReactNode;
  readonly note?: ReactNode;
}

/** The few numbers one comes for, in a row. */
export function Facts({ facts }: { readonly facts: readonly Fact[] }) {
  return (
    <dl className="facts">
      {facts.map(({ name, value, note }) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
          <dd className="facts-note">{note}</dd>
        </div>
      ))}
    </dl>
  );
}
