import { CAMPAIGN_STATES, OUTCOMES, RETRYABLE_OUTCOMES } from '@libby-dialer/dialing';
import { z } from 'zod';
import type { Routes } from '../route.ts';
import {
  callIds,
  campaignFileSchema,
  campaignId,
  changeSchema,
  count,
  flag,
  instant,
  nextCursor,
  pageQuery,
  zoneBacklogSchema,
} from '../values.ts';
import { holdSchema } from './holds.ts';

const outcomeCounts = z.record(z.enum(OUTCOMES), count);

const idleReasonSchema = z
  .object({ code: z.string(), sentence: z.string() })
  .describe('Why nothing goes out, or less than could.');

/** What `enqueuer status --json` prints, and why nothing goes out. */
export const campaignStatusSchema = z
  .object({
    id: campaignId,
    state: z.enum(CAMPAIGN_STATES),
    pending: count.describe('Without an outcome, and not in flight.'),
    inFlight: count,
    redialing: count.describe('In doubt, and to be dialed once more.'),
    setAside: count.describe('Jobs that are not as the enqueuer has made them.'),
    unknownRules: z.array(z.string()).describe('Rules that some worker does not know.'),
    queue: z.string().describe('What BullMQ holds the queue back by, if anything.'),
    hasIncompleteCalls: z.boolean(),
    stuckWorkers: count,
    workersOffPace: count,
    outcomes: outcomeCounts,
    holds: z.array(holdSchema),
    at: instant.describe('When this was so, by the clock of Redis.'),
    rate: z.object({
      perSecond: z.number().nullable().describe('Calls settled, over the last 10 s.'),
      perMinute: z.number().nullable().describe('Over the last minute.'),
    }),
    opensAt: instant.nullable().describe('When the first of those who wait may be called.'),
    eta: instant.nullable().describe('When all of it is done, supposing nothing fails.'),
    etaLatest: instant.nullable(),
    etaBy: z
      .enum(['callsPerSecond', 'maxInFlight', 'lines', 'measured'])
      .nullable()
      .describe('What the rate is limited by.'),
    wouldExpire: z.number().nullable().describe('Calls whose time runs out before their turn.'),
    workers: count.nullable().describe('Null: Redis does not tell.'),
    redisRefuses: z.string().nullable(),
    redisClockAheadSeconds: z.int(),
    linesFullUntil: instant.nullable(),
    nextCallAt: instant.nullable(),
    allowedCallsPerSecond: z
      .number()
      .nullable()
      .describe('The pace by its own limits; null: as fast as the workers go.'),
    idleReasons: z.array(idleReasonSchema),
  })
  .meta({ id: 'CampaignStatus' });
export type CampaignStatusJson = z.output<typeof campaignStatusSchema>;

/** What steering has done. */
const steeredSchema = z
  .object({
    campaign: campaignId,
    calls: count.describe('How many calls it concerned.'),
    wentOut: count.describe('Calls claimed before that went out meanwhile.'),
  })
  .meta({ id: 'Steered' });

const idParam = z.object({ id: campaignId });
const PAUSE = 'Answers once no call of it is about to go out.';

export const campaignRoutes = {
  'GET /campaigns': {
    summary: 'Campaigns with live numbers, by id. Not those that are archived.',
    role: 'viewer',
    query: pageQuery().extend({
      state: z.enum(CAMPAIGN_STATES).optional(),
      contains: z.string().max(63).optional().describe('Part of the id.'),
    }),
    answer: z.object({ campaigns: z.array(campaignStatusSchema), nextCursor }),
  },
  'GET /archived-campaigns': {
    summary: 'Campaigns that are archived.',
    role: 'viewer',
    answer: z.object({
      campaigns: z.array(z.object({ id: campaignId, archivedAt: instant })),
    }),
  },
  'GET /campaigns/{id}': {
    summary: 'A campaign in full: numbers, end, why nothing goes out, and its definition.',
    role: 'viewer',
    params: idParam,
    answer: campaignStatusSchema
      .extend({
        campaign: campaignFileSchema
          .nullable()
          .describe('Its file. Null: a newer version stored it, with rules unknown here.'),
        etag: z.string().describe('Of the definition, as the header `ETag`: for `If-Match`.'),
      })
      .meta({ id: 'Campaign' }),
    problems: ['no_such_campaign'],
  },
  'GET /campaigns/{id}/rates': {
    summary: 'How fast calls went out over the last half hour, in steps of 10 s.',
    description: 'Until some seconds ago: workers write every five seconds what they have placed.',
    role: 'viewer',
    params: idParam,
    answer: z.object({
      points: z.array(
        z.object({
          at: instant.describe('The end of the step.'),
          perSecond: z.number().describe('Requests to Libby, also those that are sent again.'),
        }),
      ),
    }),
    problems: ['no_such_campaign'],
  },
  'GET /campaigns/{id}/backlog': {
    summary: 'The calls that wait, by zone, and how they are foreseen to go out over 48 hours.',
    role: 'viewer',
    params: idParam,
    answer: z.object({
      at: instant,
      zones: z.array(zoneBacklogSchema),
    }),
    problems: ['no_such_campaign'],
  },
  'PUT /campaigns/{id}': {
    summary: 'Store or change a campaign, also for calls that wait.',
    description:
      'One that is there and differs needs `If-Match` with its ETag, or `*`: 428 without it, 412 ' +
      'where somebody else has changed it. `If-None-Match: *` only stores a new one. A dry run ' +
      'needs none of these, and heeds those that are given.',
    role: 'operator',
    params: idParam,
    query: z.object({ dryRun: flag.describe('Only say what it would change; store nothing.') }),
    headers: z.object({
      'if-match': z.string().max(200).optional(),
      'if-none-match': z.literal('*').optional(),
    }),
    body: campaignFileSchema,
    bodyIs: 'unchecked',
    answer: z.object({
      kind: z.enum(['added', 'changed', 'unchanged']),
      changes: z.array(changeSchema),
      calls: count.describe('How many calls wait that it is changed for.'),
      canary: count
        .nullable()
        .describe('So many of those go first again, for its canary begins anew. Null: none do.'),
      warnings: z.array(z.string()),
      hold: holdSchema.nullable().describe('Of an unchanged one: the hold that still stands.'),
      etag: z.string(),
    }),
    problems: [
      'invalid_campaign',
      'dedupe_by',
      'campaign_archived',
      'changed_meanwhile',
      'if_match_needed',
    ],
  },
  'POST /campaigns/{id}/pause': {
    summary: `Let no further call out until it is resumed. ${PAUSE}`,
    role: 'operator',
    params: idParam,
    answer: steeredSchema,
    problems: ['no_such_campaign', 'campaign_archived'],
  },
  'POST /campaigns/{id}/resume': {
    summary: 'Let a paused or canceled campaign go on.',
    role: 'operator',
    params: idParam,
    answer: steeredSchema,
    problems: ['no_such_campaign', 'campaign_archived'],
  },
  'POST /campaigns/{id}/cancel': {
    summary: `End what is not called yet as canceled, and take no more calls. ${PAUSE}`,
    role: 'operator',
    params: idParam,
    answer: steeredSchema,
    problems: ['no_such_campaign', 'campaign_archived'],
  },
  'POST /campaigns/{id}/retry': {
    summary: 'Queue calls again that provably never rang.',
    role: 'operator',
    params: idParam,
    body: z.strictObject({
      outcome: z.enum(RETRYABLE_OUTCOMES),
      callIds: callIds.optional().describe('Only these of them. Left out: all.'),
    }),
    answer: steeredSchema,
    problems: ['no_such_campaign', 'campaign_canceled', 'campaign_expired', 'campaign_archived'],
  },
  'POST /campaigns/{id}/archive': {
    summary: 'Remove the record of a finished campaign’s calls, once its results are exported.',
    description: 'Its counts stay; its id cannot be used again.',
    role: 'admin',
    params: idParam,
    body: z
      .strictObject({
        withDoubts: z
          .boolean()
          .default(false)
          .describe('Also if calls are in doubt; they then stay so for ever.'),
      })
      .optional(),
    answer: steeredSchema,
    problems: ['no_such_campaign', 'unfinished', 'in_doubt', 'not_exported'],
  },
  'POST /all-campaigns/pause': {
    summary: 'Pause every campaign that is not canceled.',
    role: 'operator',
    answer: z.object({ campaigns: z.array(steeredSchema) }),
  },
  'POST /all-campaigns/resume': {
    summary: 'Resume every paused campaign.',
    role: 'operator',
    answer: z.object({ campaigns: z.array(steeredSchema) }),
  },
  'POST /all-campaigns/cancel': {
    summary: 'Cancel every campaign.',
    role: 'admin',
    answer: z.object({ campaigns: z.array(steeredSchema) }),
  },
} as const satisfies Routes;
