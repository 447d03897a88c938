import type { CallJson } from '@libby-dialer/http-api';
import { OutcomeMark } from '../../kit/words/outcome.tsx';

const WORDS = { queued: 'waiting', in_flight: 'in flight', settled: 'settled' } as const;

/** Of a call without an outcome: where it is. */
export function CallStateText({ call: { state } }: { readonly call: Pick<CallJson, 'state'> }) {
  return (
    <span className="outcome">
      <OutcomeMark name="waiting" />
      {WORDS[state]}
    </span>
  );
}
