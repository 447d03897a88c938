import { OUTCOMES } from '@libby-dialer/dialing';
import { z } from 'zod';
import type { Routes } from '../route.ts';
import {
  askedCanarySchema,
  campaignFileSchema,
  campaignId,
  canarySchema,
  changeSchema,
  count,
  flag,
  instant,
  readingShape,
} from '../values.ts';

const scheduleName = z
  .string()
  .regex(/^[a-z0-9][a-z0-9-]{0,62}$/, { error: 'must be of a-z, 0-9 and -' });
const nameParam = z.object({ name: scheduleName });

const runSchema = z
  .object({
    local: z.string().describe('Its name: the local time, such as `2026-12-01T18:00`.'),
    dueAt: instant,
    state: z.enum(['due', 'waiting_for_list', 'loading', 'loaded', 'missed', 'failed']),
    isLate: z
      .boolean()
      .describe('It began more than 5 min after it was due, or should have begun by then.'),
    campaign: campaignId,
    startedAt: instant.nullable(),
    finishedAt: instant.nullable(),
    counts: z.record(z.string(), count).nullable(),
    rejectsFile: z.string().nullable(),
    reason: z.string().nullable(),
    message: z.string().nullable(),
    archived: z.boolean(),
    calls: z
      .object({
        state: z.string(),
        pending: count,
        inFlight: count,
        outcomes: z.record(z.enum(OUTCOMES), count),
      })
      .nullable(),
  })
  .meta({ id: 'ScheduleRun' });

/** What `enqueuer schedule list --json` prints. */
const scheduleSchema = z
  .object({
    name: scheduleName,
    cron: z.string(),
    timezone: z.string(),
    list: z.string(),
    format: z.string().nullable(),
    sheet: z.string().nullable(),
    encoding: z.string().nullable(),
    headerRow: count.nullable(),
    waitForListMs: count,
    expiresAfterMs: count.nullable(),
    keepRuns: count.nullable(),
    canary: canarySchema.nullable(),
    addedAt: instant,
    next: z.array(z.object({ local: z.string(), dueAt: instant, campaign: campaignId })),
    last: z.array(runSchema).describe('The latest first.'),
  })
  .meta({ id: 'Schedule' });
export type ScheduleJson = z.output<typeof scheduleSchema>;

/** How much of each schedule to show. */
const spanQuery = z.object({
  last: z.coerce.number().int().min(0).max(400).default(30).describe('Of each, so many runs.'),
  next: z.coerce.number().int().min(0).max(100).default(3).describe('So many that are to come.'),
});

export const scheduleRoutes = {
  'GET /schedules': {
    summary: 'Lists that are called again and again: their next and last runs.',
    role: 'viewer',
    query: spanQuery,
    answer: z.object({ schedules: z.array(scheduleSchema), at: instant }),
  },
  'GET /schedules/{name}': {
    summary: 'One of them, and the campaign that its runs are made of.',
    role: 'viewer',
    params: nameParam,
    query: spanQuery,
    answer: scheduleSchema
      .extend({
        campaign: campaignFileSchema
          .nullable()
          .describe('Its file. Null: a newer version stored it, with rules unknown here.'),
        etag: z.string().describe('Of the definition, as the header `ETag`: for `If-Match`.'),
        at: instant,
      })
      .meta({ id: 'ScheduleInFull' }),
    problems: ['no_such_schedule'],
  },
  'PUT /schedules/{name}': {
    summary: 'Add a schedule, or change it: what is due from now on is done by the new one.',
    description:
      '`If-Match` with its ETag changes only what was seen: 412 where somebody else has changed ' +
      'it. `If-None-Match: *` only adds a new one.',
    role: 'admin',
    params: nameParam,
    query: z.object({
      dryRun: flag.describe('Only say what it would change, and when it would run.'),
    }),
    headers: z.object({
      'if-match': z.string().max(200).optional(),
      'if-none-match': z.literal('*').optional(),
    }),
    body: z.strictObject({
      cron: z.string().max(200).describe('By the clock of the zone: "0 18 * * 1-5".'),
      timezone: z.string().max(100).describe('IANA name, such as America/Denver.'),
      list: z
        .string()
        .max(4000)
        .describe('Path where the daemons run; {{date}}, {{time}}, {{campaign}} are filled in.'),
      ...readingShape,
      campaign: z
        .union([campaignId, campaignFileSchema])
        .optional()
        .describe('Kept as it is now. Left out: the one that the schedule has.'),
      waitForListMs: count.default(0),
      expiresAfterMs: z.int().positive().optional(),
      keepRuns: z.int().positive().optional(),
      canary: askedCanarySchema.optional().describe('Of each run.'),
    }),
    answer: z.object({
      kind: z.enum(['added', 'replaced', 'unchanged']),
      changes: z.array(changeSchema),
      schedule: scheduleSchema,
    }),
    problems: [
      'schedule',
      'no_such_schedule',
      'no_such_campaign',
      'invalid_campaign',
      'changed_meanwhile',
    ],
  },
  'DELETE /schedules/{name}': {
    summary: 'Remove a schedule. Its campaigns stay.',
    role: 'admin',
    params: nameParam,
    problems: ['no_such_schedule'],
  },
  'GET /schedules/{name}/runs/{local}': {
    summary:
      'What carrying out a run now would do. It looks through the list, and changes nothing.',
    role: 'operator',
    params: nameParam.extend({
      local: z.string().max(30).describe('Local time of the run, or its date where that tells it.'),
    }),
    answer: z.object({
      local: z.string(),
      dueAt: instant,
      campaign: campaignId,
      list: z.string().describe('Where its list lies.'),
      isEarly: z.boolean().describe('It is not carried out again when it is due.'),
      load: z
        .object({
          rows: count,
          queued: count,
          rejected: count,
          now: count.describe('Calls that could go out at once.'),
          isWhole: z.boolean().describe('False: only its first 100,000 rows were looked at.'),
        })
        .nullable()
        .describe('Null: it has queued calls already, and does nothing again.'),
    }),
    problems: [
      'no_such_schedule',
      'no_such_run',
      'which_run',
      'bad_date',
      'run_expired',
      'list_not_found',
    ],
  },
  'POST /schedules/{name}/runs': {
    summary: 'Carry out a run here and now, unless it has queued calls already.',
    description: 'One before it is due uses it up: `early` says that this is meant.',
    role: 'operator',
    params: nameParam,
    body: z.strictObject({
      date: z
        .string()
        .max(30)
        .optional()
        .describe('Local date of the run, or its local time; left out: today.'),
      early: z.boolean().default(false),
    }),
    answer: z.object({
      campaign: campaignId,
      local: z.string(),
      isLoadedAlready: z.boolean(),
      counts: z.record(z.string(), count).nullable(),
    }),
    problems: [
      'no_such_schedule',
      'no_such_run',
      'run_early',
      'run_expired',
      'run_forgotten',
      'run_taken',
      'which_run',
      'bad_date',
      'list_not_found',
    ],
  },
} as const satisfies Routes;
