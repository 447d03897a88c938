import { z } from 'zod';

/** An instant as people write it: ISO 8601 with an offset or Z. */
export const instantText = z.iso.datetime({
  offset: true,
  error: 'must be an instant with a zone, such as 2026-12-01T16:00:00Z',
});

/** The same, kept as epoch milliseconds. */
export const instantSchema = instantText.transform((text) => Date.parse(text));

/** Epoch milliseconds as ISO 8601 UTC, the form of every time in a result. */
export function isoInstant(epochMs: number): string {
  return new Date(epochMs).toISOString();
}
