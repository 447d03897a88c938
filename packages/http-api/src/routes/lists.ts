import { z } from 'zod';
import type { Routes } from '../route.ts';
import {
  askedCanarySchema,
  campaignFileSchema,
  campaignId,
  count,
  country,
  instant,
  nextCursor,
  pageQuery,
  readingShape,
  zoneBacklogSchema,
} from '../values.ts';

const listId = z.string().regex(/^[A-Za-z0-9_-]{16,40}$/, { error: 'must be the id of a list' });
const listParam = z.object({ list: listId });

/** A stored campaign by its id, or one as a file would have it. */
const meantCampaign = z
  .union([campaignId, campaignFileSchema])
  .describe('The id of a stored campaign, or a campaign in full.');

/** What a list may be. */
const LIST_FORMATS = ['csv', 'json', 'ndjson', 'xlsx'] as const;

const countsSchema = z.object({
  rows: count,
  queued: count,
  alreadyQueued: count,
  alreadySettled: count,
  duplicates: count,
  rejected: count,
});

/** What `enqueuer load --json` prints. */
const loadedSchema = countsSchema.extend({
  campaign: campaignId,
  wouldExpire: count,
});

/** What `enqueuer load --dry-run --json` prints, but for the rows. */
const checkedSchema = countsSchema.extend({
  campaign: campaignId,
  wouldExpire: count,
  verdicts: z.object({ now: count, at: count, never: count }),
  reasons: z.record(z.string(), count).describe('Why never.'),
  zones: z.record(z.string(), count),
  rules: z.record(z.string(), count),
  unchecked: z.record(z.string(), count),
  firstAt: instant.nullable(),
  lastAt: instant.nullable(),
  estimate: z
    .object({
      callsPerSecond: z.number().nullable(),
      limitedBy: z.enum(['callsPerSecond', 'maxInFlight', 'lines']).nullable(),
      endsAt: instant.nullable(),
      latestAt: instant.nullable(),
      unplaced: z.number(),
    })
    .nullable(),
  isWhole: z.boolean().describe('False: only its beginning was looked at.'),
  share: z.number().nullable().describe('How much of it was; null: nobody knows.'),
  callsAtOnce: count.describe('So many calls can go out at once when it is loaded.'),
  backlog: z
    .object({ at: instant, zones: z.array(zoneBacklogSchema) })
    .describe('What it would queue, as it is foreseen to go out.'),
  payloads: z.array(z.unknown()).describe('The first calls as they would be sent.'),
  changes: z
    .array(z.object({ key: z.string(), before: z.unknown(), after: z.unknown() }))
    .describe('In which the campaign differs from the stored one.'),
  pending: count.describe('Calls of the campaign that wait already: they go by the changed one.'),
  isAnotherList: z.boolean().describe('Another was loaded, and each row is a call of its own.'),
});

const importedSchema = z.object({
  rows: count,
  added: count,
  alreadyListed: count,
  rejected: count,
  bothReadings: count,
});

const checkedNumbersSchema = z.object({
  rows: count,
  listed: count.describe('On the do-not-call list.'),
  notListed: count,
  rejected: count.describe('They cannot be read.'),
});

const joinedSchema = z.object({
  format: z.enum(LIST_FORMATS),
  rows: count,
  outcomes: z.record(z.string(), count).describe('By outcome, or by a word such as `waiting`.'),
  withoutDetails: count.describe('Of these rows only the outcome is known any more.'),
  fromElsewhere: count.describe('Called by way of another list, or another version of this one.'),
  bareRows: count.describe('They cannot be read, and nothing stands beside them.'),
});

/** Work on a list: it goes on whether anybody looks or not. */
const workShape = {
  state: z.enum(['running', 'done', 'failed', 'stopped']),
  by: z.string().describe('Who asked for it.'),
  campaign: campaignId.nullable().describe('Into which it is loaded, or checked for.'),
  startedAt: instant,
  endedAt: instant.nullable(),
  rows: count.describe('Read so far.'),
  rejected: count,
  bytesRead: count.nullable().describe('Null: not told of this kind of work.'),
  bytesTotal: count.nullable(),
  warnings: z.array(z.string()).describe('What is odd about the list, in sentences.'),
  problem: z.object({ code: z.string(), detail: z.string() }).nullable(),
};
const workSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('check'), ...workShape, result: checkedSchema.nullable() }),
  z.object({ kind: z.literal('load'), ...workShape, result: loadedSchema.nullable() }),
  z.object({ kind: z.literal('import'), ...workShape, result: importedSchema.nullable() }),
  z.object({
    kind: z.literal('check_numbers'),
    ...workShape,
    result: checkedNumbersSchema.nullable(),
  }),
  z.object({ kind: z.literal('join'), ...workShape, result: joinedSchema.nullable() }),
]);

const listSchema = z
  .object({
    list: listId,
    name: z.string(),
    bytes: count,
    uploadedAt: instant,
    by: z.string(),
    work: workSchema.nullable().describe('What is being done with it, or was last.'),
    hasRejects: z.boolean().describe('There are rejects to be fetched.'),
  })
  .meta({ id: 'List' });
export type ListJson = z.output<typeof listSchema>;

const uploadSchema = z
  .object({
    list: listId.describe('What the list is called once all of it has come.'),
    name: z.string(),
    bytes: count,
    received: count.describe('So many have come: the next piece begins there.'),
  })
  .meta({ id: 'Upload' });
export type UploadJson = z.output<typeof uploadSchema>;

const listName = z
  .string()
  .min(1)
  .max(200)
  .describe('The file’s name, whose ending tells its format.');

const columnSchema = z.object({
  heading: z.string(),
  column: z.int().nullable().describe('From 1; null: a field of records.'),
  field: z.string().nullable().describe('What it is taken for; null: the form of the call.'),
  uses: z.array(z.string()).describe('All that it is read for; none: it is left out.'),
  choice: z.int().nullable().describe('Of several that hold the phone: which choice it is.'),
  offer: z.string().nullable().describe('The field that it may be meant for.'),
  samples: z.array(z.string()),
});

/** Where the campaign names several columns of phones. */
const phoneChoiceShape = {
  phoneColumn: z.string().nullable().describe('Of several columns of phones: the one to dial.'),
  passedOver: z
    .array(z.object({ heading: z.string(), code: z.string(), reason: z.string() }))
    .describe('Those before it, and why their numbers are not dialed.'),
};

const sampleCallSchema = z.object({
  row: z.int(),
  line: z.int(),
  sheetRow: z.int().nullable(),
  payload: z.unknown().describe('As it would be sent.'),
  ...phoneChoiceShape,
  country: z.string().nullable().describe('Of the number.'),
  zones: z.array(z.string()).describe('By whose clocks its hours are judged.'),
  zoneSource: z.string(),
});

const understoodSchema = z
  .object({
    list: z.string(),
    format: z.string(),
    sheet: z.string().nullable(),
    encoding: z.string().nullable(),
    delimiter: z.string().nullable(),
    headingsRow: z.int().nullable().describe('As a spreadsheet numbers rows.'),
    columns: z.array(columnSchema),
    problem: z
      .object({ code: z.string(), reason: z.string() })
      .nullable()
      .describe('Why it is not known whom to call.'),
    calls: z.array(sampleCallSchema).describe('The first ones; none without a campaign.'),
    rows: count.describe('That were looked at, from the first on.'),
    isWhole: z.boolean().describe('These are all.'),
    rejected: z.record(z.string(), count).describe('Of these, by code.'),
    hiddenRows: count,
    blankRows: count,
    warnings: z.array(z.string()),
  })
  .meta({ id: 'UnderstoodList' });
export type UnderstoodListJson = z.output<typeof understoodSchema>;

const verdictSchema = z.object({
  line: z.int(),
  sheetRow: z.int().nullable(),
  verdict: z.enum(['now', 'at', 'never']),
  fate: z.string().describe('`queued`, or why never.'),
  code: z.string().nullable().describe('Of a rejected row.'),
  reason: z.string().nullable(),
  ...phoneChoiceShape,
  at: instant.nullable(),
  zones: z.array(z.string()),
  rules: z.array(z.string()).describe('The regions whose rules on hours it keeps.'),
});

/** How long an answer waits for the work to end. */
const waitSeconds = z.coerce
  .number()
  .int()
  .min(0)
  .max(60)
  .default(10)
  .describe('Answer when it has ended, or after so many seconds: see `work.state`.');

/** How a list of numbers is read. */
const numberListBody = z.strictObject({
  country: country.optional(),
  column: z.string().max(200).optional().describe('The heading above the numbers.'),
  ...readingShape,
});

export const listRoutes = {
  'POST /lists': {
    summary: 'Upload a list: CSV, XLSX, JSON or NDJSON, also with .gz.',
    description: 'The body is the file itself. It is kept privately, and removed after a day.',
    role: 'operator',
    query: z.object({
      name: listName,
    }),
    body: 'application/octet-stream',
    status: 201,
    answer: listSchema,
    problems: ['too_large', 'no_room'],
  },
  'POST /uploads': {
    summary: 'Begin to upload a list in pieces: one that breaks off is gone on with.',
    description: 'With its last piece it is a list, under the same id.',
    role: 'operator',
    body: z.strictObject({
      name: listName,
      bytes: z.int().min(1),
    }),
    status: 201,
    answer: uploadSchema,
    problems: ['too_large'],
  },
  'GET /uploads/{list}': {
    summary: 'How much of an upload has come.',
    role: 'operator',
    params: listParam,
    answer: uploadSchema,
    problems: ['no_such_upload'],
  },
  'PUT /uploads/{list}': {
    summary: 'A piece of an upload. Of one that breaks off, what has come stays.',
    role: 'operator',
    params: listParam,
    query: z.object({
      from: z.coerce.number().int().min(0).describe('Where in the list it begins, in bytes.'),
    }),
    body: 'application/octet-stream',
    answer: uploadSchema,
    problems: ['no_such_upload', 'other_place', 'too_large', 'broken_off', 'no_room'],
  },
  'GET /lists': {
    summary: 'Lists that were uploaded.',
    role: 'operator',
    answer: z.object({ lists: z.array(listSchema) }),
  },
  'GET /lists/{list}': {
    summary: 'An uploaded list, and how far the work on it is.',
    role: 'operator',
    params: listParam,
    answer: listSchema,
    problems: ['no_such_list'],
  },
  'DELETE /lists/{list}': {
    summary: 'Remove an uploaded list. What was loaded from it stays.',
    role: 'operator',
    params: listParam,
    problems: ['no_such_list', 'list_in_use'],
  },
  'POST /lists/{list}/understand': {
    summary: 'What each column was taken for, with samples. Nothing is stored.',
    role: 'operator',
    params: listParam,
    body: z.strictObject({
      campaign: meantCampaign.optional(),
      columns: campaignFileSchema.shape.columns.describe(
        'As a campaign file has them, where there is no campaign yet.',
      ),
      ...readingShape,
    }),
    answer: understoodSchema,
    problems: ['no_such_list', 'no_such_campaign', 'invalid_campaign'],
  },
  'POST /lists/{list}/check': {
    summary: 'What loading it would do with every row. Nothing is stored or queued.',
    description: '`callsAtOnce` of the result is what to ask a person about before the load.',
    role: 'operator',
    params: listParam,
    query: z.object({ waitSeconds }),
    body: z.strictObject({
      campaign: meantCampaign,
      limit: z.int().min(1).optional().describe('A pilot: so many callable rows.'),
      canary: askedCanarySchema.optional(),
      mostRows: z
        .int()
        .min(1)
        .optional()
        .describe('Look at so many rows and some more, and no further; left out: at all.'),
      ...readingShape,
    }),
    answer: listSchema,
    problems: ['no_such_list', 'list_in_use', 'no_such_campaign', 'invalid_campaign'],
  },
  'GET /lists/{list}/verdicts': {
    summary: 'The verdict on each row of the last check.',
    role: 'operator',
    params: listParam,
    query: pageQuery().extend({ verdict: z.enum(['now', 'at', 'never']).optional() }),
    answer: z.object({ rows: z.array(verdictSchema), nextCursor }),
    problems: ['no_such_list', 'not_checked', 'bad_cursor'],
  },
  'POST /lists/{list}/load': {
    summary: 'Load it into a campaign. Goes on by itself; the same again adds what is missing.',
    role: 'operator',
    params: listParam,
    query: z.object({ waitSeconds }),
    body: z.strictObject({
      campaign: meantCampaign,
      limit: z.int().min(1).optional().describe('A pilot: so many callable rows.'),
      canary: askedCanarySchema.optional(),
      changesMeant: z
        .boolean()
        .default(false)
        .describe('That the stored campaign is changed, for calls that wait as well.'),
      anotherListMeant: z
        .boolean()
        .default(false)
        .describe('That another list is loaded, where each row is a call of its own.'),
      ...readingShape,
    }),
    answer: listSchema,
    problems: [
      'no_such_list',
      'list_in_use',
      'no_such_campaign',
      'invalid_campaign',
      'campaign_changed',
      'another_list',
      'dedupe_by',
      'campaign_canceled',
      'campaign_archived',
    ],
  },
  'POST /lists/{list}/stop': {
    summary: 'Break off the work on it. What was loaded stays; loading again goes on from there.',
    role: 'operator',
    params: listParam,
    answer: listSchema,
    problems: ['no_such_list'],
  },
  'GET /lists/{list}/rejects': {
    summary: 'The rows that cannot be called, with code and reason, as the list was.',
    role: 'operator',
    params: listParam,
    answer: 'application/octet-stream',
    problems: ['no_such_list', 'no_rejects'],
  },
  'POST /lists/{list}/join': {
    summary: 'Give the list back, all of it and in its order, with what became of each row beside.',
    description: 'It is fetched at `joined`. Nothing else is changed.',
    role: 'operator',
    params: listParam,
    query: z.object({ waitSeconds }),
    body: z.strictObject({
      campaign: campaignId.describe('Into which it was loaded.'),
      as: z
        .enum(LIST_FORMATS)
        .optional()
        .describe('What is written; left out: what the list is. A table becomes `csv` or `xlsx`.'),
      byteOrderMark: z.boolean().optional().describe('A CSV begins with one.'),
      ...readingShape,
    }),
    answer: listSchema,
    problems: ['no_such_list', 'list_in_use', 'no_such_campaign'],
  },
  'GET /lists/{list}/joined': {
    summary: 'The list as the last join gave it back.',
    role: 'operator',
    params: listParam,
    answer: 'application/octet-stream',
    problems: ['no_such_list', 'not_joined'],
  },
  'POST /lists/{list}/do-not-call': {
    summary: 'Put every number of it on the do-not-call list.',
    role: 'operator',
    params: listParam,
    query: z.object({ waitSeconds }),
    body: numberListBody,
    answer: listSchema,
    problems: ['no_such_list', 'list_in_use'],
  },
  'POST /lists/{list}/do-not-call/check': {
    summary: 'Which of its numbers are on the do-not-call list. Nothing is changed.',
    role: 'operator',
    params: listParam,
    query: z.object({ waitSeconds }),
    body: numberListBody,
    answer: listSchema,
    problems: ['no_such_list', 'list_in_use'],
  },
  'GET /lists/{list}/do-not-call.csv': {
    summary: 'What the last such check found of each row, as CSV.',
    description: 'The verdict is `listed` or `not_listed`, or why the row cannot be read.',
    role: 'operator',
    params: listParam,
    answer: 'text/csv',
    problems: ['no_such_list', 'not_checked'],
  },
} as const satisfies Routes;
