import { ROLES } from '@libby-dialer/dialing';
import { z } from 'zod';
import type { Routes } from '../route.ts';
import { campaignId } from '../values.ts';

/** Somebody who may use the API. */
export const callerSchema = z.object({
  name: z.string(),
  role: z.enum(ROLES),
  campaigns: z.array(campaignId).optional().describe('Given: it may push to these only.'),
});

const provedCallerSchema = callerSchema.extend({
  by: z
    .enum(['token', 'session', 'proxy', 'machine'])
    .describe('How that is known. `machine`: nobody is let in by name yet.'),
});

export const sessionRoutes = {
  'POST /session': {
    summary:
      'Log a browser in by a token: it gets a session cookie. Programs send the token itself.',
    description: 'After 10 failures from one address within a minute: 429.',
    role: 'nobody',
    body: z.strictObject({ token: z.string().min(1).max(1000) }),
    status: 201,
    answer: provedCallerSchema,
    problems: ['wrong_token', 'too_many_log_ins'],
  },
  'DELETE /session': {
    summary: 'Log a browser out: its session ends everywhere.',
    role: 'nobody',
  },
  'GET /whoami': {
    summary: 'Who asks, and what they may do.',
    role: 'anyone',
    answer: provedCallerSchema,
  },
} as const satisfies Routes;
