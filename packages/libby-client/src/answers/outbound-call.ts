import { z } from 'zod';

/** E.164: a plus, then at most fifteen digits, the first of them not zero. */
const e164 = z.string().regex(/^\+[1-9]\d{1,14}$/, 'must be in E.164 format, such as +15055550123');

/** The payload of `POST /outbound`, as the provider's page describes it. */
export const outboundCallSchema = z.strictObject({
  /** Who is called; the assistant uses it in the conversation. */
  name: z.string(),
  toPhoneNumber: e164,
  /** The agent's number. */
  fromPhoneNumber: e164,
  /** What the assistant may refer to, one heading and value per object, in order. */
  formInfo: z.array(z.record(z.string(), z.string())),
  /**
   * What the introduction or voicemail is to be generated from. Without effect beside both of the
   * next two.
   */
  introNotes: z.string().optional(),
  /** Said word for word when the call is answered. */
  introMessage: z.string().optional(),
  /** Left word for word when it is not. */
  introVoicemail: z.string().optional(),
  /** Replace the agent's own; an empty list leaves those in place. */
  customQuestions: z.array(z.string()).optional(),
  customRules: z.array(z.string()).optional(),
});

export type OutboundCall = z.infer<typeof outboundCallSchema>;

/**
 * Field by field, so that nothing the caller's object happens to carry as well can reach the wire.
 */
export function wireBody(call: OutboundCall): string {
  return JSON.stringify({
    name: call.name,
    toPhoneNumber: call.toPhoneNumber,
    fromPhoneNumber: call.fromPhoneNumber,
    introNotes: call.introNotes,
    introMessage: call.introMessage,
    introVoicemail: call.introVoicemail,
    customQuestions: call.customQuestions,
    customRules: call.customRules,
    formInfo: call.formInfo,
  });
}
