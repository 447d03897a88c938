import { useNow } from '../kit/words/clock.ts';
import { clockOf, sayDuration } from '../kit/words/times.ts';
import { useLive } from '../live/live-snapshot.ts';

/** Says so, over everything, when what is shown is not of now. */
export function Connection() {
  const { isStale, receivedAt, snapshot } = useLive();
  const now = useNow();
  return (
    <div className="connection" role="status">
      {isStale && (
        <p className="stale">
          {snapshot === undefined
            ? 'The console does not answer. Trying again.'
            : `Not live: as of ${clockOf(receivedAt)}, ${sayDuration(now - receivedAt)} ago. The console does not answer; trying again.`}
        </p>
      )}
    </div>
  );
}
