import type { Hold } from '@libby-dialer/http-api';
import { useNow } from '../kit/clock.ts';
import { Notice } from '../kit/notice.tsx';
import { When } from '../kit/when.tsx';
import { HOLD_WORDS, scopeWords } from './hold-words.ts';

/** One place where dialing has stopped: why, since when, and what to do. */
export function HoldNotice({ hold, actions }: { hold: Hold; actions?: React.ReactNode }) {
  const { cause, toDo, mendsItself } = HOLD_WORDS[hold.reason];
  return (
    <Notice
      kind={mendsItself ? 'note' : 'alarm'}
      title={`${scopeWords(hold.scope)} is held:`}
      actions={actions}
    >
      {cause}, since <When at={hold.since} />. {toDo}
      <small>
        <Seen hold={hold} />
        {hold.until === null ? (
          'It waits for a person to release it.'
        ) : (
          <NextTry until={hold.until} />
        )}
      </small>
    </Notice>
  );
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
