import { usePreferences } from '../preferences.ts';
import { useNow } from './clock.ts';
import { exactInstant, placeOf, sayInstant } from './times.ts';

/**
 * An instant as people say it, or exactly where somebody prefers that. The exact one is there on
 * hover.
 */
export function When({
  at,
  zone,
}: {
  /** ISO 8601. */
  readonly at: string;
  /** By whose clock, where that matters: IANA name. */
  readonly zone?: string | undefined;
}) {
  const { times } = usePreferences();
  const now = useNow();
  const epochMs = Date.parse(at);
  const exact = `${exactInstant(epochMs)} (${exactInstant(epochMs, 'UTC')})`;
  const shown = {
    said: () =>
      `${sayInstant(epochMs, now, zone)}${zone === undefined ? '' : ` in ${placeOf(zone)}`}`,
    local: () => exactInstant(epochMs),
    utc: () => exactInstant(epochMs, 'UTC'),
  }[times]();
  return (
    <time dateTime={at} title={exact}>
      {shown}
    </time>
  );
}
