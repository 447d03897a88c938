import { z } from 'zod';
import { isClock } from './zone-name.ts';

/**
 * The provider's fields that a record or a campaign may set; everything else about a person is
 * `formInfo`.
 */
export const RECORD_FIELDS = [
  'name',
  'toPhoneNumber',
  'fromPhoneNumber',
  'introNotes',
  'introMessage',
  'introVoicemail',
  'customQuestions',
  'customRules',
  'formInfo',
  'externalId',
  'timezone',
  'startsAt',
  'expiresAt',
] as const;
export type RecordField = (typeof RECORD_FIELDS)[number];

const MAX_TEXT = 10_000;
const MAX_ITEMS = 200;

const text = z.string().max(MAX_TEXT);
const texts = z.array(text).max(MAX_ITEMS);

/**
 * A form entry on the wire is an object of one key and one value; several keys in one object are
 * accepted and kept apart.
 */
const formInfo = z
  .array(z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])))
  .max(MAX_ITEMS)
  .transform((entries) =>
    entries.flatMap((entry) =>
      Object.entries(entry).map(([key, value]) => [key, String(value)] as [string, string]),
    ),
  );

/** An instant as people write it: ISO 8601 with an offset or Z. */
export const instantText = z.iso.datetime({
  offset: true,
  error: 'must be an instant with a zone, such as 2026-12-01T16:00:00Z',
});

export const clockSchema = z.string().refine(isClock, {
  error: 'must be an IANA time zone of a place, such as America/Denver, or UTC',
});

/**
 * One record of a list or of the inbox: the provider's own payload and a few fields of ours. What
 * it leaves out the campaign supplies; what it sets, wins. Phone numbers are read later, where the
 * campaign's country is known.
 */
export const callRecordSchema = z.strictObject({
  name: text.optional().describe('The person; left out, the campaign’s `defaultName`.'),
  toPhoneNumber: z
    .union([z.string(), z.number().transform(String)])
    .optional()
    .describe(
      'Needed: the phone to ring, in E.164, or as written in the campaign’s `defaultCountry`.',
    ),
  fromPhoneNumber: z
    .string()
    .optional()
    .describe('The line to call from; left out, the campaign’s.'),
  introNotes: text.optional(),
  introMessage: text.optional(),
  introVoicemail: text.optional(),
  customQuestions: texts.optional(),
  customRules: texts.optional(),
  formInfo: formInfo.optional().describe('What is known of the person, in this order.'),
  externalId: z
    .union([z.string().min(1).max(256), z.number().transform(String)])
    .optional()
    .describe(
      'Yours: what a repeat is told by where the campaign says `dedupeBy: externalId`, and part of the result.',
    ),
  timezone: clockSchema
    .optional()
    .describe('Where the person is, by the IANA’s name; left out, where the number is.'),
  startsAt: instantText.optional().describe('Not called before.'),
  expiresAt: instantText
    .optional()
    .describe('Not called from then on; the call ends as `expired`.'),
});

/** A record after reading: `formInfo` as ordered pairs, times as ISO text. */
export type CallRecord = z.output<typeof callRecordSchema>;
/** A record as another service writes it. */
export type CallRecordInput = z.input<typeof callRecordSchema>;
