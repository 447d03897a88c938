import { callRecordSchema } from '@libby-dialer/call-record';
import { OUTCOMES, REASONS } from '@libby-dialer/dialing';
import { z } from 'zod';
import { personal } from '../personal.ts';
import type { Routes } from '../route.ts';
import {
  callId,
  callIds,
  campaignId,
  count,
  country,
  flag,
  instant,
  nextCursor,
  pageQuery,
  phoneText,
  resultSchema,
} from '../values.ts';

export const MOST_CALLS_PUSHED = 1000;

const idParam = z.object({ id: campaignId });

/** What became of one record that was pushed. */
const pushedCallSchema = z
  .object({
    status: z.enum(['queued', 'already_queued', 'already_settled', 'duplicate', 'rejected']),
    callId: callId.optional().describe('Of all but the rejected.'),
    code: z.string().optional().describe('Of a rejected one: as in a rejects file.'),
    reason: z.string().optional().describe('Of a rejected one: a sentence.'),
  })
  .meta({ id: 'PushedCall' });

const callSchema = z
  .object({
    callId,
    campaign: campaignId,
    state: z.enum(['queued', 'in_flight', 'settled']),
    toPhoneNumber: personal('number', z.string()),
    phoneColumn: z
      .string()
      .nullable()
      .describe('The heading it stood under, where its campaign names several columns of phones.'),
    name: personal('name', z.string()),
    externalId: personal('name', z.string().nullable()),
    row: z.int().nullable().describe('Which row of its list.'),
    sheetRow: z.int().nullable().describe('The same, as a spreadsheet numbers rows.'),
    list: z.string().nullable(),
    fromPhoneNumber: z.string().nullable().describe('The line, once it is chosen.'),
    outcome: z.enum(OUTCOMES).nullable(),
    reason: z.enum(REASONS).nullable(),
    httpStatus: z.int().nullable(),
    providerMessage: personal('text', z.string().nullable()),
    attempts: count,
    queuedAt: instant.nullable(),
    dialedAt: instant.nullable(),
    settledAt: instant.nullable(),
    earliestAt: instant.nullable().describe('Of a queued one: before then it does not go out.'),
    revision: z.int().nullable(),
  })
  .meta({ id: 'Call' });
export type CallJson = z.output<typeof callSchema>;

const stepSchema = z
  .object({
    at: instant
      .nullable()
      .describe('Null: it is not recorded when. Of what is still to come: not before then.'),
    step: z.string().describe('Such as `queued`, `dialed`, `settled`, `delivered`. Stable.'),
    sentence: personal('text', z.string()),
  })
  .meta({ id: 'CallStep' });

const callInFullSchema = callSchema
  .extend({
    timeline: z.array(stepSchema).describe('What happened to it; last what it waits for.'),
    result: resultSchema.nullable().describe('The latest.'),
  })
  .meta({ id: 'CallInFull' });

const foundCallSchema = callInFullSchema
  .extend({
    isOtherNumber: z
      .boolean()
      .describe('Its row has the number beside the one that is dialed (`toPhoneNumber`).'),
  })
  .meta({ id: 'FoundCall' });
export type FoundCallJson = z.output<typeof foundCallSchema>;

const decidedSchema = z
  .object({
    as: z.enum(['accepted', 'redial']),
    by: z.string(),
    at: instant,
    note: personal('text', z.string().optional()),
  })
  .meta({ id: 'DecisionOnDoubt' });
export type DecisionOnDoubt = z.output<typeof decidedSchema>;

const doubtSchema = resultSchema
  .extend({
    redialAt: instant.optional().describe('When it is to be dialed once more.'),
    isRedialed: z.boolean().describe('It has been dialed once more, and will not be again.'),
    lateOutcome: z
      .enum(OUTCOMES)
      .optional()
      .describe('What its first attempt came to, told after it was dialed once more.'),
    decided: decidedSchema.optional().describe('Given: a person had it dialed once more.'),
    zones: z.array(z.string()).describe('The recipient is in one of these. Empty: unknown.'),
  })
  .meta({ id: 'CallInDoubt' });
export type CallInDoubt = z.output<typeof doubtSchema>;

const resolvedSchema = z
  .object({
    callId,
    status: z.enum(['accepted', 'redial', 'refused']),
    campaign: campaignId.optional(),
    redialAt: instant.optional(),
    code: z.string().optional().describe('Why it was refused.'),
    reason: z.string().optional(),
    decided: decidedSchema
      .optional()
      .describe('What somebody else had decided: it stands where this is refused, else not.'),
  })
  .meta({ id: 'ResolvedCall' });
export type ResolvedCallJson = z.output<typeof resolvedSchema>;

const setAsideSchema = z.object({
  job: z.string(),
  campaign: campaignId,
  reason: z.string(),
  queuedAt: instant,
  canBeQueued: z.boolean().describe('Its id is that of the row that it tells of.'),
  data: z.unknown(),
});

export const callRoutes = {
  'POST /campaigns/{id}/calls': {
    summary: `Queue a call, or up to ${MOST_CALLS_PUSHED}: each gets its fate at once, in order.`,
    description:
      'By the checks of lists and the inbox. A repeat is harmless by the campaign’s `dedupeBy`; ' +
      'where that is `row`, `Idempotency-Key` is needed: the same key and place is the same call, ' +
      'and to another number it is rejected (`idempotency_key_reused`).',
    role: 'push',
    params: idParam,
    headers: z.object({
      'idempotency-key': z
        .string()
        .regex(/^[\x21-\x7e]{1,200}$/, { error: 'must be 1 to 200 printable characters' })
        .optional(),
    }),
    body: z.union([callRecordSchema, z.array(callRecordSchema).min(1).max(MOST_CALLS_PUSHED)]),
    bodyIs: 'text',
    answer: z.object({ calls: z.array(pushedCallSchema) }),
    problems: [
      'no_such_campaign',
      'campaign_canceled',
      'campaign_archived',
      'campaign_unsupported',
      'idempotency_key_needed',
      'busy',
    ],
  },
  'GET /campaigns/{id}/calls': {
    summary: 'The calls of a campaign.',
    description: 'Settled ones in the order of settling, those that wait in that of the queue.',
    role: 'viewer',
    params: idParam,
    query: pageQuery().extend({
      state: z.enum(['queued', 'in_flight', 'settled']).default('settled'),
      outcome: z.enum(OUTCOMES).optional().describe('Of settled ones.'),
    }),
    answer: z.object({ calls: z.array(callSchema), nextCursor }),
    problems: ['no_such_campaign', 'bad_cursor'],
  },
  'GET /campaigns/{id}/results': {
    summary: 'What became of calls: the latest record of each, in the order of settling.',
    role: 'viewer',
    params: idParam,
    query: pageQuery().extend({ outcome: z.enum(OUTCOMES).optional() }),
    answer: z.object({
      results: z.array(resultSchema),
      cursor: z
        .string()
        .nullable()
        .describe(
          'Up to here: to ask for later ones and, without `outcome`, for `results/exported`.',
        ),
      nextCursor,
    }),
    problems: ['no_such_campaign', 'bad_cursor'],
  },
  'GET /campaigns/{id}/results.csv': {
    summary: 'All results as CSV that is safe to open in a spreadsheet.',
    description:
      'Without `outcome` the header `Results-Cursor` says up to where: for `results/exported`.',
    role: 'viewer',
    params: idParam,
    query: z.object({
      outcome: z.enum(OUTCOMES).optional(),
      bom: flag.describe('Begin with a byte order mark.'),
    }),
    answer: 'text/csv',
    records: resultSchema,
    problems: ['no_such_campaign'],
  },
  'GET /campaigns/{id}/results.ndjson': {
    summary: 'All results, a line each.',
    description:
      'Without `outcome` the header `Results-Cursor` says up to where: for `results/exported`.',
    role: 'viewer',
    params: idParam,
    query: z.object({ outcome: z.enum(OUTCOMES).optional() }),
    answer: 'application/x-ndjson',
    records: resultSchema,
    problems: ['no_such_campaign'],
  },
  'POST /campaigns/{id}/results/exported': {
    summary: 'Say that all results up to a cursor are kept elsewhere: it may be archived then.',
    role: 'operator',
    params: idParam,
    body: z.strictObject({ cursor: z.string().min(1).max(500) }),
    problems: ['no_such_campaign', 'bad_cursor'],
  },
  'POST /calls/find': {
    summary: 'Every call of a number, an externalId or a call id, in all campaigns.',
    description:
      'Also those that wait, but none of archived campaigns. What is looked for stands in the body, ' +
      'so that no address or log holds it.',
    role: 'viewer',
    body: z
      .strictObject({
        number: phoneText.optional(),
        country: country.optional(),
        externalId: z.string().min(1).max(256).optional(),
        callId: callId.optional(),
      })
      .refine(
        ({ number, externalId, callId }) =>
          [number, externalId, callId].filter((each) => each !== undefined).length === 1,
        { error: 'needs exactly one of number, externalId and callId' },
      ),
    answer: z.object({
      calls: z.array(foundCallSchema).describe('The newest first.'),
      isCut: z.boolean().describe('There are more.'),
      unnamed: z
        .array(campaignId)
        .describe('Campaigns that an older version loaded: of these some may be missing.'),
    }),
    problems: ['invalid_number'],
  },
  'GET /calls/{callId}': {
    summary: 'One call with its timeline.',
    role: 'viewer',
    params: z.object({ callId }),
    query: z.object({ campaign: campaignId.optional().describe('Where it is, if known.') }),
    answer: callInFullSchema,
    problems: ['no_such_call'],
  },
  'GET /in-doubt': {
    summary: 'Calls that may have rung: sent, or perhaps sent, without a usable answer.',
    description:
      'Campaign by campaign, in the order in which they came to be. A page may be short, or empty, ' +
      'though there is a further one.',
    role: 'viewer',
    query: pageQuery().extend({ campaign: campaignId.optional() }),
    answer: z.object({
      calls: z.array(doubtSchema),
      counts: z
        .array(z.object({ campaign: campaignId, inDoubt: count }))
        .describe('Of each campaign that has any, whatever the page shows.'),
      nextCursor,
    }),
    problems: ['no_such_campaign', 'bad_cursor'],
  },
  'POST /in-doubt/resolve': {
    summary: 'Say what is to become of calls in doubt.',
    description: '`redial` dials each once more, and its phone may ring twice.',
    role: 'operator',
    body: z.strictObject({
      callIds,
      as: z.enum(['accepted', 'redial']),
      note: z
        .string()
        .max(500)
        .optional()
        .describe(
          'Kept with the decision and in the record. The name and numbers of who is called are taken ' +
            'out.',
        ),
    }),
    answer: z.object({ calls: z.array(resolvedSchema) }),
  },
  'GET /set-aside': {
    summary: 'Jobs that are not as the enqueuer has made them: nobody is dialed by them.',
    role: 'operator',
    query: z.object({ campaign: campaignId.optional() }),
    answer: z.object({ jobs: z.array(setAsideSchema) }),
    problems: ['no_such_campaign'],
  },
  'POST /set-aside/resolve': {
    summary: 'Say what is to become of jobs that are set aside.',
    role: 'operator',
    body: z.strictObject({
      campaign: campaignId,
      jobs: z.array(z.string().min(1).max(200)).min(1).max(1000).optional().describe('Or all.'),
      as: z.enum(['queued', 'canceled']),
    }),
    answer: z.object({
      done: count,
      refused: z.object({ code: z.string(), reason: z.string() }).nullable(),
    }),
    problems: ['no_such_campaign', 'no_such_job'],
  },
} as const satisfies Routes;
