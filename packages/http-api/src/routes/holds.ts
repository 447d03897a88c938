import { HOLD_PAUSES, type HoldReason, stoppedScopeSchema } from '@libby-dialer/dialing';
import { z } from 'zod';
import { personal } from '../personal.ts';
import type { Routes } from '../route.ts';
import { canarySchema, count, instant } from '../values.ts';

const REASONS = Object.keys(HOLD_PAUSES) as [HoldReason, ...HoldReason[]];

export const holdSchema = z
  .object({
    scope: z.string().describe('`all`, `campaign:<id>` or `line:<number>`.'),
    reason: z.enum(REASONS),
    until: instant.nullable().describe('When one call may probe; null: only a person lifts it.'),
    since: instant,
    cause: z.string().nullable().describe('What was last seen of the trouble.'),
    url: z.string().nullable().describe('Who was asked.'),
    status: z.int().nullable().describe('HTTP status of the answer.'),
    message: personal('text', z.string().nullable().describe('What the answer said of it.')),
    canary: canarySchema
      .extend({
        dialed: count,
        accepted: count,
        inFlight: count,
        isOutOfReach: z
          .boolean()
          .describe('Too few can still be accepted for the rest to follow: a person decides.'),
      })
      .nullable()
      .describe('Of a hold for `canary`: how far its first calls are.'),
  })
  .meta({ id: 'Hold' });
export type Hold = z.output<typeof holdSchema>;

export const holdRoutes = {
  'GET /holds': {
    summary: 'Where dialing is stopped, and why.',
    role: 'viewer',
    answer: z.object({ holds: z.array(holdSchema), at: instant }),
  },
  'POST /holds': {
    summary: 'Stop everything, or the calls from one number, until somebody releases it.',
    role: 'operator',
    body: z.strictObject({
      scope: stoppedScopeSchema.describe('`all` or `line:<number>`.'),
      note: z.string().min(1).max(500).optional().describe('Why, for whoever looks at it later.'),
    }),
    answer: z.object({
      scope: z.string(),
      wentOut: count.describe('Calls that had been let out before and went out meanwhile.'),
    }),
    problems: ['held_already'],
  },
  'POST /holds/release': {
    summary: 'Lift a hold: dialing goes on there at once.',
    role: 'operator',
    body: z.strictObject({ scope: z.string().min(1).max(200) }),
    answer: z.object({ scope: z.string() }),
    problems: ['no_such_hold'],
  },
} as const satisfies Routes;
