import { z } from 'zod';
import { type Campaign, campaignFields } from './campaign.ts';

/** Of a schedule: each run lets so many calls go first (`ScheduleSettings.canary`). */
export const SCHEDULED_CANARY = 'schedule.canary';

/**
 * What some definition may require that its keys and values do not tell, by name. When an old key
 * comes to mean something else, its new meaning gets a name here, and definitions that rely on it
 * list it under `requires`: whoever does not know the name does not dial by them.
 */
const KNOWN_REQUIREMENTS: ReadonlySet<string> = new Set([SCHEDULED_CANARY]);

/**
 * Texts are told by themselves: what was once stored stays readable, whatever a later check says of
 * its wording.
 */
const anyText = z.string().optional();
const anyTexts = z.array(z.string()).optional();

/**
 * A campaign as it is stored: numbers and times as checked. A key or value that is not here is a
 * rule of a newer version.
 */
const storedCampaignSchema = campaignFields.extend({
  fromPhoneNumber: z.array(z.string()).nonempty(),
  introNotes: anyText,
  introMessage: anyText,
  introVoicemail: anyText,
  customQuestions: anyTexts,
  customRules: anyTexts,
  startsAt: z.number().optional(),
  expiresAt: z.number().optional(),
  requires: z.array(z.string()).default([]),
});

export type StoredVerdict =
  | { ok: true; campaign: Campaign }
  | { ok: false; unknownRules: string[] };

/**
 * Reads a stored definition. What this version cannot keep is named by its keys, never by its
 * values.
 */
export function readStoredCampaign(content: unknown): StoredVerdict {
  const parsed = storedCampaignSchema.safeParse(content);
  if (!parsed.success)
    return { ok: false, unknownRules: [...new Set(parsed.error.issues.flatMap(keysOf))] };
  const { requires, ...campaign } = parsed.data;
  const unknownRules = requires.filter((name) => !KNOWN_REQUIREMENTS.has(name));
  return unknownRules.length === 0 ? { ok: true, campaign } : { ok: false, unknownRules };
}

function keysOf(issue: z.core.$ZodIssue): string[] {
  if (issue.code !== 'unrecognized_keys') return [issue.path.join('.')];
  return issue.keys.map((key) => [...issue.path, key].join('.'));
}
