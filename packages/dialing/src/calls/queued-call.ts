import { z } from 'zod';

/**
 * One call as it waits in the queue: only what differs from row to row, so that a waiting call
 * costs hundreds of bytes. The campaign's texts are filled in when it is dialed. What it has in
 * common with all of its list is stored once, under `headings`. `form` holds the values of a CSV
 * row in the order of these headings (empty: the cell was empty), or ordered pairs for a JSON
 * record.
 */
export const queuedCallSchema = z.strictObject({
  to: z.string(),
  name: z.string(),
  /** Of a row of several phones: the heading under which `to` stood. */
  phoneColumn: z.string().optional(),
  /**
   * And whatever else may be a number of the row, in E.164: none of them is dialed, and one that is
   * on the do-not-call list keeps the call from being made. Only campaigns whose `columns` name
   * several phones have such calls, and a version that does not know these does not dial by them.
   */
  otherNumbers: z.array(z.string()).optional(),
  row: z.number().optional(),
  /** Of a row of cells. */
  sheetRow: z.number().optional(),
  /** Left out where it is `sheetRow`. */
  line: z.number().optional(),
  /** Of a row of a rejects file: the list it was rejected from; else that is under `headings`. */
  list: z.string().optional(),
  listHash: z.string().optional(),
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

/**
 * A heading of a list's form. `forTexts`: its column is a field of the record, and only the
 * campaign's texts may ask for it.
 */
export type FormHeading = string | { readonly forTexts: string };

export function headingText(heading: FormHeading): string {
  return typeof heading === 'string' ? heading : heading.forTexts;
}

export interface FormEntry {
  readonly key: string;
  readonly value: string;
  /** Whether it goes to the provider, and is not only for texts. */
  readonly isSent: boolean;
}

/** The form entries of a call in their order; empty cells are left out. */
export function formEntries(call: QueuedCall, headings: readonly FormHeading[]): FormEntry[] {
  const entries: FormEntry[] = [];
  call.form?.forEach((entry, index) => {
    const heading = headings[index] ?? '';
    const [key, value] = typeof entry === 'string' ? [headingText(heading), entry] : entry;
    const isSent = typeof entry !== 'string' || typeof heading === 'string';
    if (value !== '') entries.push({ key, value, isSent });
  });
  return entries;
}
