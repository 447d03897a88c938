import { ROLES } from '@libby-dialer/dialing';
import { z } from 'zod';
import type { Routes } from '../route.ts';
import {
  campaignId,
  count,
  country,
  instant,
  nextCursor,
  pageQuery,
  phoneText,
} from '../values.ts';
import { campaignStatusSchema } from './campaigns.ts';
import { holdSchema } from './holds.ts';
import { callerSchema } from './session.ts';

/** What one look at everything shows; sent once a second to whoever listens. */
export const snapshotSchema = z
  .object({
    at: instant.describe('By the clock of Redis.'),
    campaigns: z
      .array(campaignStatusSchema)
      .describe('Those that are not over, then the latest 20 that ended within a day.'),
    isCut: z.boolean().describe('There are more of these than are given.'),
    campaignsInAll: count,
    holds: z.array(holdSchema),
    inDoubt: count,
    inbox: z.object({ waiting: count, pending: count, oldestAgeMs: count.nullable() }),
    workers: count.nullable(),
    redisRefuses: z.string().nullable(),
  })
  .meta({ id: 'Snapshot' });
export type Snapshot = z.output<typeof snapshotSchema>;

const accessSchema = callerSchema.extend({
  sso: z.boolean().describe('Has no token: a trusted proxy tells that it is them.'),
  addedAt: instant,
});

const auditEntrySchema = z.object({
  id: z.string(),
  at: instant,
  by: z.string(),
  via: z.string().describe('Through what: `cli`, `api`, `page` or `schedule`.'),
  from: z.string().describe('Host or remote address.'),
  action: z.string().describe('What is done to what, such as `campaign.pause`. Stable.'),
  campaign: campaignId.nullable(),
  details: z.record(z.string(), z.unknown()).describe('What was asked for.'),
  end: z
    .object({
      at: instant,
      failure: z.string().nullable().describe('A code; it may have taken effect in part.'),
      effect: z.record(z.string(), z.unknown()).describe('What it did.'),
    })
    .nullable()
    .describe('Null: under way, or nobody lived to say.'),
});
export type AuditEntryJson = z.output<typeof auditEntrySchema>;

const workerSchema = z
  .object({
    id: z.string(),
    host: z.string(),
    pid: z.int(),
    version: z.string(),
    node: z.string(),
    since: instant,
    lastSeenAt: instant.describe('It says every five seconds that it is there.'),
    isSilent: z.boolean().describe('It has not for a while: it is gone, or cut off from Redis.'),
    concurrency: count.describe('How many calls it may have in flight.'),
    inFlight: count,
    isStopping: z.boolean(),
    troubles: z.array(z.string()).describe('What keeps it from dialing as it should.'),
  })
  .meta({ id: 'Worker' });
export type WorkerJson = z.output<typeof workerSchema>;

export const systemRoutes = {
  'GET /events': {
    summary: 'Server-sent events: `snapshot` at once and every second.',
    description:
      'Computed once per second, and compressed for whoever takes gzip, however many listen. A ' +
      'reconnect gets the newest; a comment comes now and then so that the connection is known ' +
      'to live.',
    role: 'viewer',
    answer: 'text/event-stream',
    records: snapshotSchema,
  },
  'GET /snapshot': {
    summary: 'The newest snapshot, as `events` sends it.',
    role: 'viewer',
    answer: snapshotSchema,
  },
  'GET /workers': {
    summary: 'Which worker processes there are, and what each last said of itself.',
    role: 'viewer',
    answer: z.object({
      count: count.nullable().describe('How many listen for work. Null: Redis does not tell.'),
      at: instant,
      workers: z.array(workerSchema).describe('Those heard of within the hour.'),
    }),
  },
  'GET /audit': {
    summary: 'What people decided, the newest first.',
    role: 'operator',
    query: pageQuery().extend({
      by: z.string().max(200).optional(),
      action: z.string().max(100).optional(),
      campaign: campaignId.optional(),
      since: instant.optional(),
    }),
    answer: z.object({ entries: z.array(auditEntrySchema), nextCursor }),
    problems: ['bad_cursor'],
  },
  'POST /audit/find': {
    summary: 'What people decided on a person, the newest first.',
    description: 'The number stands in the body, so that no address or log holds it.',
    role: 'operator',
    body: z.strictObject({
      number: phoneText,
      country: country.optional(),
      cursor: z.string().max(500).optional(),
      limit: z.int().min(1).max(1000).default(100),
    }),
    answer: z.object({ entries: z.array(auditEntrySchema), nextCursor }),
    problems: ['invalid_number', 'bad_cursor'],
  },
  'GET /redis': {
    summary: 'What the Redis server says of itself.',
    role: 'viewer',
    answer: z.object({
      version: z.string().nullable(),
      role: z.string().nullable().describe('`master` or `slave`.'),
      replicas: count.nullable(),
      uptimeSeconds: count.nullable(),
      usedBytes: count.nullable(),
      peakBytes: count.nullable(),
      maxBytes: count.nullable().describe('Null: no limit.'),
      evictionPolicy: z.string().nullable(),
      appendOnly: z.boolean().nullable(),
      clients: count.nullable(),
      commandsPerSecond: count.nullable(),
      clockAheadMs: z.int().describe('Of the clock where the console runs.'),
    }),
  },
  'GET /doctor': {
    summary: 'Examine Redis, and the credentials where they are given: gets a token.',
    role: 'operator',
    answer: z.object({
      findings: z.array(
        z.object({
          verdict: z.enum(['good', 'bad', 'note']),
          code: z.string(),
          sentence: z.string(),
        }),
      ),
    }),
  },
  'GET /system': {
    summary: 'Which program answers, and what it is connected to.',
    role: 'viewer',
    answer: z.object({
      version: z.string(),
      node: z.string(),
      startedAt: instant,
      redis: z.string().describe('Where, without credentials.'),
      isSimulated: z.boolean().nullable().describe('Calls go to a simulator. Null: not known.'),
    }),
  },
  'GET /access': {
    summary: 'Who may use this API.',
    role: 'admin',
    answer: z.object({ access: z.array(accessSchema) }),
  },
  'POST /access': {
    summary: 'Let somebody in. The token is shown once.',
    role: 'admin',
    body: z.strictObject({
      name: z.string().regex(/^[\w.@-]{1,64}$/, { error: 'must be 1 to 64 of a-z, 0-9, . @ _ -' }),
      role: z.enum(ROLES),
      campaigns: z.array(campaignId).min(1).optional().describe('Of `push`: to these only.'),
      sso: z.boolean().default(false).describe('No token: by the name that a proxy tells.'),
    }),
    status: 201,
    answer: accessSchema.extend({ token: z.string().nullable().describe('Null: by a proxy.') }),
    problems: ['invalid_access', 'name_taken'],
  },
  'DELETE /access/{name}': {
    summary: 'Take somebody’s access away.',
    role: 'admin',
    params: z.object({ name: z.string().min(1).max(64) }),
    problems: ['no_such_access'],
  },
} as const satisfies Routes;
