import { z } from 'zod';
import { OUTCOMES, REASONS } from './outcome.ts';

const instant = z.iso.datetime();

/**
 * What became of one call. The keys stand in the order of the CSV columns. `attempts` counts requests begun and provable
 * failures to begin one; `revision` is 1, and more where an outcome was corrected later.
 */
export const resultRecordSchema = z.strictObject({
  callId: z.string(),
  campaign: z.string(),
  externalId: z.string().optional(),
  row: z.int().positive().optional(),
  toPhoneNumber: z.string(),
  fromPhoneNumber: z.string(),
  name: z.string(),
  outcome: z.enum(OUTCOMES),
  reason: z.enum(REASONS),
  httpStatus: z.int().optional(),
  attempts: z.int().nonnegative(),
  queuedAt: instant,
  dialedAt: instant.optional(),
  settledAt: instant,
  worker: z.string(),
  revision: z.int().positive(),
});
export type ResultRecord = z.infer<typeof resultRecordSchema>;

/** The CSV columns of a result, in order. */
export const RESULT_COLUMNS = Object.keys(resultRecordSchema.shape) as (keyof ResultRecord)[];
