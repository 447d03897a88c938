import type { CampaignStatusJson } from '@libby-dialer/http-api';
import type { ReactNode } from 'react';
import { formatCount } from './numbers.ts';
import './outcome.css';

export type OutcomeName = keyof CampaignStatusJson['outcomes'];

/** In the order of bars and legends: from what went well to what was never tried. */
export const OUTCOME_WORDS: Readonly<Record<OutcomeName, string>> = {
  accepted: 'accepted',
  rejected: 'rejected',
  exhausted: 'exhausted',
  unknown: 'in doubt',
  suppressed: 'suppressed',
  expired: 'expired',
  canceled: 'canceled',
};
export const OUTCOME_NAMES = Object.keys(OUTCOME_WORDS) as readonly OutcomeName[];

/** What each means, in a sentence. */
export const OUTCOME_MEANINGS: Readonly<Record<OutcomeName, string>> = {
  accepted: 'Libby took the call. It does not say that somebody answered.',
  rejected: 'Libby refused it: the phone did not ring.',
  exhausted: 'It could not be sent, however often it was tried: the phone did not ring.',
  unknown: 'It may have rung: a person decides.',
  suppressed: 'On the do-not-call list, or called too often recently: not called.',
  expired: 'Its time ran out before its turn came: not called.',
  canceled: 'Its campaign was canceled first: not called.',
};

/** Each has a shape of its own beside its colour. In a square of 10 by 10. */
const SHAPES: Readonly<Record<OutcomeName | 'waiting', ReactNode>> = {
  accepted: <circle cx="5" cy="5" r="4" fill="currentColor" />,
  rejected: <path d="M2 2l6 6M8 2l-6 6" stroke="currentColor" strokeWidth="2" />,
  exhausted: <path d="M1 2h8L5 9z" fill="currentColor" />,
  unknown: <path d="M5 0l5 5-5 5-5-5z" fill="currentColor" />,
  suppressed: <rect x="1" y="1" width="8" height="8" fill="currentColor" />,
  expired: <circle cx="5" cy="5" r="3.25" fill="none" stroke="currentColor" strokeWidth="1.5" />,
  canceled: <path d="M1 5h8" stroke="currentColor" strokeWidth="2.5" />,
  waiting: (
    <rect x="1.5" y="1.5" width="7" height="7" fill="none" stroke="currentColor" strokeWidth="1" />
  ),
};

export function OutcomeMark({ name }: { readonly name: OutcomeName | 'waiting' }) {
  return (
    <svg className={`mark of-${name}`} viewBox="0 0 10 10" aria-hidden="true">
      {SHAPES[name]}
    </svg>
  );
}

/** Mark and word, and how many. */
export function Outcome({
  name,
  count,
}: {
  readonly name: OutcomeName;
  readonly count?: number | undefined;
}) {
  return (
    <span className="outcome" title={OUTCOME_MEANINGS[name]}>
      <OutcomeMark name={name} />
      {OUTCOME_WORDS[name]}
      {count !== undefined && <b>{formatCount(count)}</b>}
    </span>
  );
}

interface Progress {
  readonly outcomes: Readonly<Record<OutcomeName, number>>;
  /** Without an outcome yet, in flight or not. */
  readonly waiting: number;
}

/**
 * How far a campaign is, as one bar. Whatever there is at all can be seen: each part has a least
 * width.
 */
export function OutcomeBar({ outcomes, waiting }: Progress) {
  const parts = OUTCOME_NAMES.filter((name) => outcomes[name] > 0);
  const texts = parts.map((name) => `${OUTCOME_WORDS[name]} ${formatCount(outcomes[name])}`);
  return (
    <div
      className="outcome-bar"
      role="img"
      aria-label={[...texts, `waiting ${formatCount(waiting)}`].join(', ')}
    >
      {parts.map((name) => (
        <span key={name} className={`of-${name}`} style={{ flexGrow: outcomes[name] }} />
      ))}
      {waiting > 0 && <span className="of-waiting" style={{ flexGrow: waiting }} />}
    </div>
  );
}

/** The bar's legend, with numbers. Outcomes that nothing has are left out. */
export function OutcomeLegend({ outcomes, waiting }: Progress) {
  return (
    <ul className="outcome-legend">
      {OUTCOME_NAMES.filter((name) => outcomes[name] > 0).map((name) => (
        <li key={name}>
          <Outcome name={name} count={outcomes[name]} />
        </li>
      ))}
      {waiting > 0 && (
        <li>
          <span className="outcome">
            <OutcomeMark name="waiting" />
            waiting<b>{formatCount(waiting)}</b>
          </span>
        </li>
      )}
    </ul>
  );
}
