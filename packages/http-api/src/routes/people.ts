import { z } from 'zod';
import { personal } from '../personal.ts';
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

const numbersBody = z.strictObject({
  numbers: z.array(phoneText).min(1).max(1000),
  country: country.optional(),
});
const numberBody = z.strictObject({ number: phoneText, country: country.optional() });

const listedSchema = z.object({
  number: personal('number', z.string()),
  isListed: z.boolean(),
  latest: z
    .object({ action: z.enum(['added', 'removed']), by: z.string(), at: instant })
    .nullable()
    .describe(
      'Who put it on the list, or off it, last. Null where that was an import or is too long ago, ' +
        'and where several numbers are asked for.',
    ),
});

const changeSchema = z
  .object({
    id: z.string(),
    at: instant,
    by: z.string(),
    via: z.string().describe('Through what: `cli`, `api` or `page`.'),
    from: z.string().describe('Host or remote address.'),
    action: z.enum(['added', 'imported', 'removed']),
    list: z.string().nullable().describe('Of an import: what the list is called.'),
    given: count.nullable().describe('Numbers, or rows of a list. Null: it is not known.'),
    changed: count
      .nullable()
      .describe('So many it put on the list, or took off. Null: no end of it is known.'),
    failure: z.string().nullable().describe('A code; it may have taken effect in part.'),
  })
  .meta({ id: 'DoNotCallChange' });
export type DoNotCallChangeJson = z.output<typeof changeSchema>;

export const peopleRoutes = {
  'GET /do-not-call': {
    summary: 'How many numbers are on the do-not-call list.',
    role: 'viewer',
    answer: z.object({
      numbers: count,
      version: z.int().describe('Grows with every change.'),
    }),
  },
  'GET /do-not-call/changes': {
    summary: 'From what imports, when and by whom numbers came on the list or off it.',
    description: 'The newest first, as far back as the audit reaches. A page may be short.',
    role: 'operator',
    query: pageQuery(),
    answer: z.object({ changes: z.array(changeSchema), nextCursor }),
    problems: ['bad_cursor'],
  },
  'POST /do-not-call/check': {
    summary: 'Which of these numbers are on the do-not-call list.',
    role: 'viewer',
    body: numbersBody,
    answer: z.object({
      numbers: z.array(listedSchema),
    }),
    problems: ['invalid_number'],
  },
  'POST /do-not-call/add': {
    summary: 'Call these numbers no more. Answers once no call to them is about to go out.',
    role: 'operator',
    body: numbersBody,
    answer: z.object({ added: count, alreadyListed: count }),
    problems: ['invalid_number'],
  },
  'POST /do-not-call/remove': {
    summary: 'Let these numbers be called again.',
    role: 'operator',
    body: numbersBody,
    answer: z.object({ removed: count, notListed: count }),
    problems: ['invalid_number'],
  },
  'POST /erase/preview': {
    summary: 'What erasing a person’s data would remove.',
    role: 'operator',
    body: numberBody,
    answer: z.object({
      campaigns: z.array(campaignId),
      calls: count,
      open: count.describe('Of these, without an outcome yet.'),
    }),
    problems: ['invalid_number', 'in_flight', 'erasure_incomplete'],
  },
  'POST /erase': {
    summary: 'Remove a person’s data. It cannot be undone; the do-not-call list stays.',
    role: 'admin',
    body: numberBody,
    answer: z.object({
      calls: count,
      ended: count,
      jobs: count,
      keptPayloads: count,
      results: count,
      inboxEntries: count,
      deadLetters: count,
      abandonedEntries: count,
      beingLoaded: z.array(campaignId),
      slowLog: z.string(),
      isSuppressed: z.boolean(),
    }),
    problems: ['invalid_number', 'in_flight', 'erasure_incomplete'],
  },
} as const satisfies Routes;
