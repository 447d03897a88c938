import { z } from 'zod';

const phoneNumber = z.e164('must be in E.164 format');
const formEntry = z
  .record(z.string(), z.string())
  .refine((entry) => Object.keys(entry).length === 1, { error: 'must hold one key-value pair' });

/**
 * The body of `POST /outbound` as the provider's page lists it. A field it does not list is
 * refused, to find misspelt ones.
 */
const outboundPayloadSchema = z.strictObject({
  name: z.string(),
  toPhoneNumber: phoneNumber,
  fromPhoneNumber: phoneNumber,
  introNotes: z.string().optional(),
  introMessage: z.string().optional(),
  introVoicemail: z.string().optional(),
  customQuestions: z.array(z.string()).optional(),
  customRules: z.array(z.string()).optional(),
  formInfo: z.array(formEntry),
});

/** What is wrong with the payload, in a sentence without its content; undefined if nothing is. */
export function payloadProblem(payload: unknown): string | undefined {
  const issue = outboundPayloadSchema.safeParse(payload).error?.issues[0];
  return issue && [issue.path.map(String).join('.'), issue.message].filter(Boolean).join(': ');
}
