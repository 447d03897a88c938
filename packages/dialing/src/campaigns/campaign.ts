import { clockSchema, RECORD_FIELDS } from '@libby-dialer/call-record';
import { z } from 'zod';
import { strayBraces, variableKey } from '../calls/template.ts';
import { WEEKDAYS, type WeeklyHours } from '../hours/open-span.ts';
import { instantSchema } from '../instant.ts';
import { isCountryCode, parsePhoneNumber } from '../numbers/phone.ts';

const DEDUPE_BY = ['phone', 'externalId', 'row'] as const;
/** What makes two rows the same call. */
export type DedupeBy = (typeof DEDUPE_BY)[number];

/**
 * Nothing reports the end of a conversation: so long one is assumed to last where the campaign does
 * not say.
 */
const ASSUMED_CALL_SECONDS = 120;

const campaignId = z
  .string()
  .regex(/^[a-z0-9-]{1,63}$/, { error: 'must be 1 to 63 characters of a-z, 0-9 and -' });

const lineNumber = z
  .string({ error: 'must be a phone number in quotes, with + and the country code first' })
  .transform((text, context) => {
    const verdict = parsePhoneNumber(text);
    if (verdict.ok) return verdict.number;
    context.addIssue({
      code: 'custom',
      message: `must be a number in E.164 form, with + and the country code first: ${verdict.reason}`,
    });
    return z.NEVER;
  });

const timeOfDay = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$|^24:00$/, {
  error: 'must be a time of day in quotes, "00:00" to "24:00"',
});

const openHours = z
  .strictObject({
    from: timeOfDay.describe('From when on, as "08:00".'),
    to: timeOfDay.describe('Until when, as "21:00"; may be past midnight.'),
    days: z
      .array(z.enum(WEEKDAYS))
      .nonempty({ error: 'must name at least one day' })
      .default([...WEEKDAYS])
      .describe('On which days it begins. Left out: on all.'),
    timezone: z
      .union([z.literal('recipient'), clockSchema])
      .default('recipient')
      .describe('By whose clock: the recipient’s, or that of an IANA zone.'),
  })
  .refine((hours) => hours.from !== hours.to && hours.from !== '24:00', {
    error:
      'from and to must differ, and from must be before 24:00 (for the whole day: "00:00" to "24:00")',
  });

const ATTEMPTS = 'must be a whole number from 1 to 100';
const BACKOFF = 'must be a number above 0, at most 86400 (a day)';
const MAX_BACKOFF = 'must be a number above 0, at most 604800 (a week)';
const RATE = 'must be a number above 0, at most 1000';
const IN_FLIGHT = 'must be a whole number from 1 to 10000';
const CONVERSATION = 'must be a number above 0, at most 14400 (four hours)';
const CAP_CALLS = 'must be a whole number from 1 to 100';
const CAP_HOURS = 'must be a number above 0, at most 720 (thirty days)';
const PRIORITY = 'must be a whole number from -100 to 100';

/** What has its placeholders filled in for each call. */
export const TEXT_FIELDS = [
  'introNotes',
  'introMessage',
  'introVoicemail',
  'customQuestions',
  'customRules',
] as const;

const conditions = z
  .record(
    z.string().min(1),
    z
      .array(
        z
          .union([z.string(), z.number(), z.boolean()], { error: 'must be a text' })
          .transform(String),
        { error: 'must be a list of texts, such as ["yes", "y"]' },
      )
      .nonempty({ error: 'must name at least one text' })
      .max(1000),
  )
  .optional();

/** Results carry it. */
const MAX_HEADING = 200;
export const MAX_PHONE_COLUMNS = 10;
const COLUMN = 'must be a heading in quotes, null, or for toPhoneNumber a list of headings';

const phoneHeadings = z
  .array(z.string().min(1).max(MAX_HEADING), { error: COLUMN })
  .nonempty({ error: 'must name at least one heading' })
  .max(MAX_PHONE_COLUMNS)
  .refine((headings) => new Set(headings.map(variableKey)).size === headings.length, {
    error: 'names a heading twice',
  });

const columns = z
  .partialRecord(
    z.enum([...RECORD_FIELDS, 'country', 'doNotCall']).exclude(['formInfo']),
    z.union([z.string().min(1).nullable(), phoneHeadings], { error: COLUMN }),
  )
  .superRefine((named, context) => {
    for (const [field, heading] of Object.entries(named)) {
      if (field === 'toPhoneNumber' || !Array.isArray(heading)) continue;
      const message = 'takes one heading: only toPhoneNumber takes a list of them';
      context.addIssue({ code: 'custom', path: [field], message });
    }
  });

const text = z
  .string()
  .max(20_000)
  .refine((value) => !strayBraces(value).opening, {
    error: 'has a {{ without a name or without its }}',
  });

/** The keys of a campaign, each by itself. */
export const campaignFields = z.strictObject({
  id: campaignId.describe(
    'Names the campaign in commands, results and Redis: 1 to 63 characters of a-z, 0-9 and -.',
  ),
  fromPhoneNumber: z
    .union([lineNumber.transform((line) => [line]), z.array(lineNumber).nonempty().max(1000)], {
      error:
        'is missing, or not a phone number in quotes, with + and the country code first, or a list of them',
    })
    .describe('The agent’s number in E.164 form, or a list of them: a pool of lines.'),
  introNotes: text
    .optional()
    .describe(
      'Notes from which the agent makes its opening or voicemail. {{column}} is filled in.',
    ),
  introMessage: text
    .optional()
    .describe('What the agent says, word for word, when the call is answered.'),
  introVoicemail: text.optional().describe('The voicemail the agent leaves, word for word.'),
  customQuestions: z
    .array(text)
    .max(200)
    .optional()
    .describe('Questions that replace the agent’s own.'),
  customRules: z.array(text).max(200).optional().describe('Rules that replace the agent’s own.'),
  defaultName: z
    .string()
    .trim()
    .min(1)
    .max(200)
    .optional()
    .describe('For records without a name; without it they are rejected.'),
  columns: columns
    .optional()
    .describe(
      'Which column of a CSV holds a field: {toPhoneNumber: "Mobile"}; null: none, whatever its heading. ' +
        'Of several phones, {toPhoneNumber: ["Mobile", "Home Phone"]}, the first that can be called is dialed. ' +
        '`country` is that of the row’s number: a name, an ISO code or a calling code. ' +
        '`doNotCall` says who is not to be called.',
    ),
  skipWhere: conditions.describe(
    'Rows that are not called, by what stands in a column, whatever its case: {"Opt-Out?": ["y", "yes"]}. ' +
      'A list without that column is refused.',
  ),
  onlyWhere: conditions.describe(
    'The only rows that are called, by what stands in a column: {Status: [new, open]}.',
  ),
  defaultCountry: z
    .string()
    .refine(isCountryCode, { error: 'must be a two-letter country code, such as US' })
    .optional()
    .describe('For numbers not in E.164 form; without it they are rejected.'),
  vouchedPrefixes: z
    .array(
      z
        .string()
        .regex(/^\+[1-9]\d{2,11}$/, { error: 'must be a beginning of numbers, such as "+1621"' }),
    )
    .nonempty()
    .max(100)
    .optional()
    .describe(
      'Numbers that begin like this exist, though this version takes them for none: new area codes, for example.',
    ),
  dedupeBy: z
    .enum(DEDUPE_BY)
    .default('phone')
    .describe('What makes two rows the same call. Fixed once the first list is loaded.'),
  callingWindow: z
    .union([z.literal('anytime'), openHours], {
      error:
        'must be "anytime" or {from: "08:00", to: "21:00", days: [mon, tue], timezone: recipient}',
    })
    // 47 CFR 64.1200(c)(1): no solicitation before 8 a.m. or after 9 p.m. at the called party's
    // location.
    .default({ from: '08:00', to: '21:00', days: [...WEEKDAYS], timezone: 'recipient' })
    .describe('When calls may be placed. Left out: 08:00 to 21:00 where the recipient is.'),
  timezone: clockSchema
    .optional()
    .describe('For recipients whose number has no zone, such as toll-free ones.'),
  startsAt: instantSchema
    .optional()
    .describe('No call before this instant, such as 2026-12-01T16:00:00Z.'),
  expiresAt: instantSchema
    .optional()
    .describe('Calls not placed by this instant end as `expired`.'),
  retry: z
    .strictObject({
      attempts: z
        .int(ATTEMPTS)
        .min(1, ATTEMPTS)
        .max(100, ATTEMPTS)
        .default(4)
        .describe('Failures to reach the API, after which a call is `exhausted`.'),
      backoffSeconds: z
        .number(BACKOFF)
        .positive(BACKOFF)
        .max(86_400, BACKOFF)
        .default(30)
        .describe('The first pause; it doubles.'),
      maxBackoffSeconds: z
        .number(MAX_BACKOFF)
        .positive(MAX_BACKOFF)
        .max(604_800, MAX_BACKOFF)
        .default(3600)
        .describe('The longest pause.'),
    })
    .prefault({})
    .describe('Tries again, only for calls that provably never went out.'),
  pacing: z
    .strictObject({
      callsPerSecond: z
        .number(RATE)
        .positive(RATE)
        .max(1000, RATE)
        .optional()
        .describe('Calls begun in a second.'),
      maxInFlight: z
        .int(IN_FLIGHT)
        .min(1, IN_FLIGHT)
        .max(10_000, IN_FLIGHT)
        .optional()
        .describe('Requests that wait for the API’s answer at once.'),
    })
    .optional()
    .describe('Over all workers. Left out: as fast as the workers go.'),
  lines: z
    .strictObject({
      maxConcurrentCalls: z
        .int(IN_FLIGHT)
        .min(1, IN_FLIGHT)
        .max(10_000, IN_FLIGHT)
        .describe('Conversations on one line at once.'),
      assumedCallSeconds: z
        .number(CONVERSATION)
        .positive(CONVERSATION)
        .max(14_400, CONVERSATION)
        .default(ASSUMED_CALL_SECONDS)
        .describe('How long a call is taken to be on its line.'),
    })
    .optional()
    .describe('Per from-number: a call occupies its line. Left out: no limit.'),
  frequencyCap: z
    .strictObject({
      calls: z.int(CAP_CALLS).min(1, CAP_CALLS).max(100, CAP_CALLS).describe('So many calls.'),
      hours: z
        .number(CAP_HOURS)
        .positive(CAP_HOURS)
        .max(720, CAP_HOURS)
        .describe('In so many hours.'),
    })
    .optional()
    .describe('Calls to one person, over all campaigns. Left out: no limit.'),
  onUnknown: z
    .enum(['never-redial', 'redial'])
    .default('never-redial')
    .describe(
      'What becomes of a call that may have rung: left alone, or dialed once more, and it may ring twice.',
    ),
  priority: z
    .int(PRIORITY)
    .min(-100, PRIORITY)
    .max(100, PRIORITY)
    .default(0)
    .describe('Higher goes first when workers are scarce; twenty points are twice the share.'),
});

/** A campaign file as written (YAML or JSON). */
export const campaignSchema = campaignFields.superRefine((campaign, context) => {
  const complain = (path: string, message: string) =>
    context.addIssue({ code: 'custom', path: [path], message });
  if (
    campaign.startsAt !== undefined &&
    campaign.expiresAt !== undefined &&
    campaign.startsAt >= campaign.expiresAt
  ) {
    complain('expiresAt', 'must be later than startsAt');
  }
  if (campaign.retry.backoffSeconds > campaign.retry.maxBackoffSeconds) {
    complain('retry', 'backoffSeconds must not exceed maxBackoffSeconds');
  }
});

/** A campaign as checked and stored: lines as a list, times as epoch ms, defaults filled in. */
export type Campaign = z.output<typeof campaignSchema>;

/**
 * No hours at all, or some in the recipient’s zones (`timezone: recipient`) or in one fixed IANA
 * zone.
 */
export type CallingWindow = 'anytime' | (WeeklyHours & { readonly timezone: string });

export type CampaignVerdict =
  | { ok: true; campaign: Campaign; warnings: string[] }
  | { ok: false; problems: string[] };

/**
 * Checks a campaign file's content. Every problem is a sentence that begins with the key it is
 * about.
 */
export function parseCampaign(content: unknown): CampaignVerdict {
  if (content === null || typeof content !== 'object' || Array.isArray(content)) {
    return {
      ok: false,
      problems: ['the campaign file must hold keys and values, such as "id: spring-events"'],
    };
  }
  const parsed = campaignSchema.safeParse(content, { reportInput: true });
  if (!parsed.success)
    return {
      ok: false,
      problems: parsed.error.issues.flatMap((issue) => plainIssues(issue)).flatMap(sentencesOf),
    };
  return { ok: true, campaign: parsed.data, warnings: warningsOf(parsed.data) };
}

/** Worth a word, not a refusal. */
function warningsOf(campaign: Campaign): string[] {
  const warnings = TEXT_FIELDS.filter((field) => hasStrayEnd(campaign[field])).map(
    (field) => `${field}: has a }} without its {{, and says it as it is`,
  );
  const { introNotes, introMessage, introVoicemail } = campaign;
  if (introNotes !== undefined && introMessage !== undefined && introVoicemail !== undefined) {
    warnings.push('introNotes: has no effect beside introMessage and introVoicemail');
  }
  return warnings;
}

function hasStrayEnd(texts: string | readonly string[] | undefined): boolean {
  return [texts ?? []].flat().some((each) => strayBraces(each).closing);
}

/** Every sentence begins with the key it is about. */
function sentencesOf(issue: z.core.$ZodIssue): string[] {
  if (issue.code !== 'unrecognized_keys') return [`${issue.path.join('.')}: ${plainIssue(issue)}`];
  return issue.keys.map(
    (name) => `${[...issue.path, name].join('.')}: is not a key of a campaign file`,
  );
}

/**
 * What is wrong with the alternative that was meant, where there were several.
 * @param above the path to a key whose alternatives were tried
 */
export function plainIssues(
  issue: z.core.$ZodIssue,
  above: readonly PropertyKey[] = [],
): z.core.$ZodIssue[] {
  const path = [...above, ...issue.path];
  const closest =
    issue.code === 'invalid_union'
      ? issue.errors.find((issues) => !issues.some(isOfAnotherKind))
      : undefined;
  return closest?.flatMap((each) => plainIssues(each, path)) ?? [{ ...issue, path }];
}

/**
 * zod's own words for what users get wrong most often, made a sentence. Of an issue with its input.
 */
export function plainIssue(issue: z.core.$ZodIssue): string {
  if (issue.code === 'invalid_type') {
    const isOwn = !issue.message.startsWith('Invalid input');
    if (issue.input === undefined) return isOwn ? `is missing, and ${issue.message}` : 'is missing';
    return isOwn ? issue.message : `must be of type ${issue.expected}`;
  }
  if (issue.code === 'invalid_value') {
    return `must be ${issue.values.length > 1 ? 'one of ' : ''}${issue.values.map(String).join(', ')}`;
  }
  return issue.message;
}

/** The alternative was not meant at all: a text where a list stands, or the reverse. */
function isOfAnotherKind(issue: z.core.$ZodIssue): boolean {
  return (
    issue.path.length === 0 && (issue.code === 'invalid_type' || issue.code === 'invalid_value')
  );
}

/**
 * How long each conversation is assumed to last: so long an accepted call occupies its line, and so
 * long after its claim's deadline a call in doubt may be on before it is dialed once more.
 */
export function conversationMs({ lines }: Pick<Campaign, 'lines'>): number {
  return Math.ceil((lines?.assumedCallSeconds ?? ASSUMED_CALL_SECONDS) * 1000);
}
