/** The steps of a call at which a worker can die or stand still, in their order. */
export const KILL_POINTS = [
  'before_gate',
  'after_gate',
  'before_veto',
  'after_veto',
  'after_first_byte',
  'after_response_head',
  'before_settle',
  'after_settle',
] as const;
export type KillPoint = (typeof KILL_POINTS)[number];

/** What a worker says when it has come to its point. */
export interface Reached {
  readonly reached: KillPoint;
  readonly callId: string;
}

/** Of undici's diagnostics: whether a message is about a call, not about a token. */
export function isOutbound(message: unknown): boolean {
  const { request } = message as { request: { path: string } };
  return request.path.endsWith('/outbound');
}
