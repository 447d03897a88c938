import type { Hold } from '@libby-dialer/http-api';
import { formatCount } from '../kit/words/numbers.ts';

type Canary = NonNullable<Hold['canary']>;

/** How far the first calls are, and what would let the rest follow. */
export function CanaryProgress({ canary }: { readonly canary: Canary }) {
  const { calls, dialed, accepted, inFlight } = canary;
  return (
    <>
      {formatCount(dialed)} of {formatCount(calls)} dialed, {formatCount(accepted)} accepted
      {inFlight > 0 && `, ${formatCount(inFlight)} in flight`} · {followText(canary)}
    </>
  );
}

function followText({ needed, isOutOfReach }: Canary): string {
  if (needed === null) return 'It waits for a person to release it.';
  if (isOutOfReach) return `Too few for the ${formatCount(needed)} it asks for: a person decides.`;
  return `With ${formatCount(needed)} accepted, the rest follows by itself.`;
}
