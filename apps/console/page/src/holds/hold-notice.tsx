import type { Hold } from '@libby-dialer/http-api';
import { Notice } from '../kit/frame/notice.tsx';
import { useNow } from '../kit/words/clock.ts';
import { When } from '../kit/words/when.tsx';
import { CanaryProgress } from './canary-progress.tsx';
import { HOLD_WORDS, scopeWords } from './hold-words.ts';

/** One place where dialing has stopped: why, since when, and what to do. */
export function HoldNotice({
  hold,
  held,
  actions,
}: {
  readonly hold: Hold;
  /** What waits behind it, as a sentence. */
  readonly held?: string;
  readonly actions?: React.ReactNode;
}) {
  const { cause, toDo, mendsItself } = HOLD_WORDS[hold.reason];
  return (
    <Notice
      kind={mendsItself ? 'note' : 'alarm'}
      title={`${scopeWords(hold.scope)} is held:`}
      actions={actions}
    >
      {cause}, since <When at={hold.since} />. {held} {toDo}
      <small>
        <Seen hold={hold} />
        <Lifted hold={hold} />
      </small>
    </Notice>
  );
}

/** What lifts it, if no person does. */
function Lifted({ hold: { canary, until } }: { hold: Hold }) {
  if (canary !== null) return <CanaryProgress canary={canary} />;
  if (until !== null) return <NextTry until={until} />;
  return 'It waits for a person to release it.';
}

function NextTry({ until }: { until: string }) {
  if (Date.parse(until) <= useNow()) return 'The next call tries it.';
  return (
    <>
      Tried by one call <When at={until} />.
    </>
  );
}

/** The provider's own words, as far as there were any. */
function Seen({ hold: { status, cause, url, message } }: { hold: Hold }) {
  const answer = [status ?? cause, url === null ? undefined : `from ${url}`].filter(Boolean);
  if (answer.length === 0 && message === null) return null;
  return (
    <>
      {answer.join(' ')}
      {message !== null && (
        <>
          {answer.length > 0 && ': '}“<bdi>{message}</bdi>”
        </>
      )}
      {' · '}
    </>
  );
}
