import { z } from 'zod';

/** Why a request was refused: RFC 9457, `application/problem+json`. */
export const problemSchema = z
  .object({
    type: z.literal('about:blank'),
    title: z.string().describe('What the status means.'),
    status: z.int().min(400).max(599),
    code: z.string().describe('Stable: programs go by it.'),
    detail: z.string().describe('A sentence for people: what, where, and what to do.'),
    problems: z
      .array(z.string())
      .optional()
      .describe('Of a request that cannot be read: each key that is wrong, and why.'),
    choices: z
      .array(z.string())
      .optional()
      .describe('What there is to choose from, such as the sheets of a workbook.'),
    retryAfterSeconds: z.int().optional().describe('As the header `Retry-After` has it.'),
  })
  .meta({ id: 'Problem' });
export type Problem = z.output<typeof problemSchema>;
