import type { ReactNode } from 'react';
import './details.css';

/** All that is known of one thing, a line each. What is null or empty is left out. */
export function Details({
  details,
}: {
  readonly details: readonly (readonly [name: string, value: ReactNode])[];
}) {
  return (
    <dl className="details">
      {details
        .filter(([, value]) => value !== null && value !== '')
        .map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
    </dl>
  );
}
