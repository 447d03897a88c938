import { z } from 'zod';
import type { ZoneSource } from '../zones/call-zones.ts';
import { OUTCOMES, REASONS } from './outcome.ts';

const instant = z.iso.datetime();

const ZONE_SOURCES = [
  'campaign_window',
  'record',
  'number',
  'campaign',
] as const satisfies ZoneSource[];

/** Which rules let a call through, for whoever has to answer for it later. */
const permissionSchema = z.strictObject({
  opensAt: instant
    .optional()
    .describe(
      'Since when it was in hours as it was let out. Left out: the campaign calls at any time.',
    ),
  closesAt: instant.optional().describe('Until when it was in hours.'),
  zones: z
    .array(z.string())
    .optional()
    .describe('By whose clocks: it was in hours in all of these.'),
  zoneSource: z.enum(ZONE_SOURCES).optional().describe('Where the zones come from.'),
  regions: z.array(z.string()).optional().describe('Whose stricter rules were kept as well.'),
  doNotCall: z
    .int()
    .nonnegative()
    .describe('The version of the do-not-call list that the number was not on.'),
  caps: z
    .array(
      z.strictObject({
        calls: z.int(),
        hours: z.number(),
        placed: z.int().describe('Calls in that time before this one.'),
      }),
    )
    .optional()
    .describe('The frequency caps that were kept.'),
});
export type Permission = z.infer<typeof permissionSchema>;

/**
 * What became of one call. The keys stand in the order of the CSV columns, and `permission` is in
 * none of them. `attempts` counts requests begun and provable failures to begin one; `revision` is
 * 1, and more where an outcome was corrected later.
 */
export const resultRecordSchema = z.strictObject({
  callId: z.string().describe('The same for every entry about one call.'),
  campaign: z.string(),
  externalId: z.string().optional().describe('As the record had it.'),
  row: z.int().positive().optional().describe('Which row of its list, from 1, without headings.'),
  toPhoneNumber: z.string().describe('In E.164; `erased` where the person’s data were removed.'),
  fromPhoneNumber: z.string().describe('The line; empty where none was chosen.'),
  name: z.string().describe('As it was sent; `erased` where the person’s data were removed.'),
  outcome: z.enum(OUTCOMES),
  reason: z.enum(REASONS),
  httpStatus: z.int().optional().describe('Of the answer that decided it.'),
  attempts: z.int().nonnegative().describe('Requests begun, and provable failures to begin one.'),
  queuedAt: instant,
  dialedAt: instant.optional().describe('When the last request was let out.'),
  settledAt: instant,
  worker: z.string().describe('Who wrote this.'),
  revision: z
    .int()
    .positive()
    .describe(
      '1, and more where an earlier entry about the call was corrected: the highest counts.',
    ),
  providerMessage: z
    .string()
    .max(500)
    .optional()
    .describe(
      'What the provider said, without personal data, where it gave an answer other than a plain 200.',
    ),
  list: z
    .string()
    .optional()
    .describe(
      'The list that it was loaded from, by its path as it was given; `stdin` for standard input.',
    ),
  listHash: z
    .string()
    .optional()
    .describe(
      'The beginning of the SHA-256 of what that list holds, unpacked, as `sha256:` and 16 digits; of a workbook that of its sheet. Left out: it could be read only once.',
    ),
  sheetRow: z
    .int()
    .positive()
    .optional()
    .describe('Which row of its list, as a spreadsheet numbers rows.'),
  line: z
    .int()
    .positive()
    .optional()
    .describe('Which line of its list, as an editor numbers them.'),
  note: z
    .string()
    .max(500)
    .optional()
    .describe('What the person who decided it noted, without personal data.'),
  phoneColumn: z
    .string()
    .optional()
    .describe(
      'Under which heading the number stood, where the campaign names several columns of phones.',
    ),
  permission: permissionSchema.optional().describe('Of calls that were let out: by which rules.'),
});
export type ResultRecord = z.infer<typeof resultRecordSchema>;

/** The CSV columns of a result, in order. */
export const RESULT_COLUMNS = Object.keys(
  resultRecordSchema.omit({ permission: true }).shape,
) as Exclude<keyof ResultRecord, 'permission'>[];
