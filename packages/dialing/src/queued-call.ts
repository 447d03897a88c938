import { z } from 'zod';

/**
 * One call as it waits in the queue: only what differs from row to row, so that a waiting call costs hundreds of bytes.
 * The campaign's texts are filled in when it is dialed. `form` holds the values of a CSV row in the order of its list's
 * headings, which are stored once under `headings` (empty: the cell was empty), or ordered pairs for a JSON record.
 */
export const queuedCallSchema = z.strictObject({
  to: z.string(),
  name: z.string(),
  row: z.number().optional(),
  headings: z.string().optional(),
  form: z.union([z.array(z.string()), z.array(z.tuple([z.string(), z.string()]))]).optional(),
  from: z.string().optional(),
  externalId: z.string().optional(),
  timezone: z.string().optional(),
  /** Epoch milliseconds. */
  startsAt: z.number().optional(),
  /** Epoch milliseconds. */
  expiresAt: z.number().optional(),
  introNotes: z.string().optional(),
  introMessage: z.string().optional(),
  introVoicemail: z.string().optional(),
  customQuestions: z.array(z.string()).optional(),
  customRules: z.array(z.string()).optional(),
});
export type QueuedCall = z.infer<typeof queuedCallSchema>;

/** The form entries of a call as ordered pairs; empty cells are left out. */
export function formEntries(call: QueuedCall, headings: readonly string[]): [string, string][] {
  const entries: [string, string][] = [];
  call.form?.forEach((entry, index) => {
    const [key, value] = typeof entry === 'string' ? [headings[index] ?? '', entry] : entry;
    if (value !== '') entries.push([key, value]);
  });
  return entries;
}
