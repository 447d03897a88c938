import { z } from 'zod';
import type { Routes } from '../route.ts';
import { count, instant, nextCursor, pageQuery, resultSchema } from '../values.ts';

const forwarderName = z.string().regex(/^[a-z0-9-]{1,63}$/);
const nameParam = z.object({ name: forwarderName });

const rejectedSchema = z.object({
  entry: z.string().describe('Its stream id in the inbox.'),
  rejectedAt: instant,
  campaign: z.string(),
  code: z.string(),
  reason: z.string(),
  call: z.string().describe('The record as it was pushed, cut where it is long.'),
});

const deadLetterSchema = z.object({
  id: z.string(),
  campaign: z.string(),
  result: resultSchema,
  reason: z.string().describe('Such as `http_500` or `timeout`.'),
  attempts: count,
  at: instant.describe('When it was given up.'),
});

export const intakeRoutes = {
  'GET /inbox': {
    summary: 'How much waits in the inbox, who takes it in, and how much was rejected.',
    role: 'viewer',
    answer: z.object({
      waiting: count,
      pending: count.describe('In the hands of daemons.'),
      consumers: z.array(z.object({ name: z.string(), pending: count, idleMs: count })),
      rejected: count,
      oldestAgeMs: count.optional(),
    }),
  },
  'GET /inbox/entries/{entry}': {
    summary: 'What became of an entry of the inbox, and of its call so far.',
    role: 'viewer',
    params: z.object({ entry: z.string().regex(/^\d{1,20}-\d{1,20}$/) }),
    answer: z.object({
      entry: z.string(),
      fate: z.string(),
      campaign: z.string().optional(),
      callId: z.string().optional(),
      code: z.string().optional(),
      call: z
        .object({
          state: z.enum(['queued', 'in_flight', 'settled', 'forgotten']),
          outcome: z.string().optional(),
          result: resultSchema.optional(),
        })
        .optional(),
    }),
    problems: ['no_such_entry'],
  },
  'GET /inbox/rejected': {
    summary: 'Entries that could not be called, and why, the newest first.',
    role: 'operator',
    query: pageQuery(1000, 20),
    answer: z.object({ rejected: z.array(rejectedSchema), nextCursor }),
    problems: ['bad_cursor'],
  },
  'GET /forwarders': {
    summary: 'How far the forwarders of results are.',
    role: 'viewer',
    answer: z.object({
      forwarders: z.array(
        z.object({
          name: forwarderName,
          unread: count.nullable().describe('Null: Redis cannot tell.'),
          inHand: count,
          dead: count,
          isRunning: z.boolean().describe('One of that name was there a moment ago.'),
        }),
      ),
    }),
  },
  'DELETE /forwarders/{name}': {
    summary: 'Forget a forwarder that is no longer used, with its dead letters.',
    role: 'admin',
    params: nameParam,
    problems: ['no_such_forwarder', 'forwarder_runs'],
  },
  'GET /forwarders/{name}/dead-letters': {
    summary: 'Results that could not be delivered.',
    role: 'operator',
    params: nameParam,
    query: pageQuery(),
    answer: z.object({ deadLetters: z.array(deadLetterSchema), nextCursor }),
    problems: ['no_such_forwarder', 'bad_cursor'],
  },
  'POST /forwarders/{name}/dead-letters/retry': {
    summary: 'Deliver the dead letters again.',
    role: 'operator',
    params: nameParam,
    answer: z.object({ count }),
    problems: ['no_such_forwarder'],
  },
} as const satisfies Routes;
