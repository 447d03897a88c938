import type { ReactNode } from 'react';
import type { NightState } from './night.ts';

/** Each has a shape of its own beside its colour. In a square of 10 by 10. */
const SHAPES: Readonly<Record<NightState, ReactNode>> = {
  done: <circle cx="5" cy="5" r="4" fill="currentColor" />,
  late: <path d="M5 1a4 4 0 1 1 -4 4h4z" fill="currentColor" />,
  open: <circle cx="5" cy="5" r="3.25" fill="none" stroke="currentColor" strokeWidth="1.5" />,
  missed: <path d="M1 5h8" stroke="currentColor" strokeWidth="2.5" />,
  failed: <path d="M2 2l6 6M8 2l-6 6" stroke="currentColor" strokeWidth="2" />,
  coming: <circle cx="5" cy="5" r="1.5" fill="currentColor" />,
};

export function NightMark({ state }: { readonly state: NightState }) {
  return (
    <svg className={`mark night-${state}`} viewBox="0 0 10 10" aria-hidden="true">
      {SHAPES[state]}
    </svg>
  );
}
