import { campaignSchema, MOST_CANARY_CALLS, resultRecordSchema } from '@libby-dialer/dialing';
import { z } from 'zod';
import { personal } from './personal.ts';

/** A campaign as its file would have it. */
export const campaignFileSchema = campaignSchema.meta({ id: 'CampaignFile' });

const { toPhoneNumber, name, externalId, providerMessage, note } = resultRecordSchema.shape;

/** What became of one call. */
export const resultSchema = resultRecordSchema
  .extend({
    toPhoneNumber: personal('number', toPhoneNumber),
    name: personal('name', name),
    externalId: personal('name', externalId),
    providerMessage: personal('text', providerMessage),
    note: personal('text', note),
  })
  .meta({ id: 'Result' });

/** ISO 8601 in UTC. */
export const instant = z.iso.datetime();

export const campaignId = z
  .string()
  .regex(/^[a-z0-9-]{1,63}$/, { error: 'must be 1 to 63 characters of a-z, 0-9 and -' });

export const callId = z.string().min(1).max(100);

/** Of calls that one request decides on. */
export const callIds = z.array(callId).min(1).max(1000);

export const count = z.int().nonnegative();

/** How many calls go first. */
export const canarySchema = z.object({
  calls: count,
  needed: count.nullable().describe('So many accepted ones let the rest follow; null: a person.'),
});

/** The first calls: the rest is held until these have gone well, or a person lets it go. */
export const askedCanarySchema = z.strictObject({
  calls: z.int().min(1).max(MOST_CANARY_CALLS).describe('So many go first.'),
  pass: z
    .number()
    .positive()
    .max(1)
    .optional()
    .describe('The share that must be accepted; left out: a person decides.'),
});

/** How a list is read, where its name and content do not tell. */
export const readingShape = {
  format: z.enum(['csv', 'json', 'ndjson', 'xlsx']).optional(),
  sheet: z.string().max(200).optional().describe('Of a workbook.'),
  encoding: z
    .string()
    .max(40)
    .optional()
    .describe('Of its text, such as windows-1252; left out: UTF-8.'),
  headerRow: z
    .int()
    .min(1)
    .max(1_048_576)
    .optional()
    .describe('The row of its headings, as a spreadsheet numbers it, where a title stands above.'),
};

/** Calls that wait, by zone, and how they are foreseen to go out over 48 hours. */
export const zoneBacklogSchema = z.object({
  zones: z.array(z.string()).describe('Open only when it is open in all of them.'),
  calls: count,
  open: z.array(z.object({ from: instant, to: instant })),
  left: z
    .array(count)
    .nullable()
    .describe('Now and after each hour. Null: nobody knows how fast they go.'),
});

/** One setting that was changed. */
export const changeSchema = z.object({
  key: z.string(),
  before: z.unknown().optional().describe('Left out: it was not set.'),
  after: z.unknown().optional(),
});

/** A number as a person writes it, where the country is said beside it. */
export const phoneText = z
  .string()
  .min(1)
  .max(64)
  .describe('In E.164 (+15055550123), or as dialed in `country`.');

export const country = z
  .string()
  .regex(/^[A-Za-z]{2}$/, { error: 'must be a two-letter country code, such as US' })
  .describe('Two letters, such as US, for numbers without a country code.');

/** How much of a long list to give, and from where on. */
export function pageQuery(most = 1000, usual = 100) {
  return z.object({
    cursor: z
      .string()
      .max(500)
      .optional()
      .describe('`nextCursor` of the page before; left out: the first page.'),
    limit: z.coerce.number().int().min(1).max(most).default(usual).describe('How many at most.'),
  });
}

/** Null: this is the last page. */
export const nextCursor = z.string().nullable().describe('Null: there is no further page.');

/** A query's flag: given as `true`, or left out. */
export const flag = z.enum(['true', 'false']).optional();
