import { instantText } from '@libby-dialer/call-record';

/** An instant as a record has it, kept as epoch milliseconds. */
export const instantSchema = instantText.transform((text) => Date.parse(text));

/** Epoch milliseconds as ISO 8601 UTC, the form of every time in a result. */
export function isoInstant(epochMs: number): string {
  return new Date(epochMs).toISOString();
}

/** As JSON has an instant that there may not be. */
export function instantOrNull(epochMs: number | undefined): string | null {
  return epochMs === undefined ? null : isoInstant(epochMs);
}
