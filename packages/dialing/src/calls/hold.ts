import { z } from 'zod';
import { E164 } from '../numbers/e164.ts';

/** What a person can stop as a whole: everything, or the calls from one number. */
export const stoppedScopeSchema = z.union(
  [z.literal('all'), z.templateLiteral(['line:', z.string().regex(E164)])],
  { error: 'must be "all", or "line:" and a number such as line:+15055550100' },
);
export type StoppedScope = z.output<typeof stoppedScopeSchema>;

/** What a hold stops: everything, one campaign, or one line. */
export type HoldScope = 'all' | `campaign:${string}` | `line:${string}`;

export function scopeKind(scope: HoldScope): 'all' | 'campaign' | 'line' {
  if (scope === 'all') return 'all';
  return scope.startsWith('line:') ? 'line' : 'campaign';
}

/**
 * Why dialing is stopped, and how long the first and the longest pause between probes are, in
 * milliseconds. `proof` is how many probes must pass, and none fail between them, to lift it: one
 * unless given.
 */
export const HOLD_PAUSES = {
  /** 401 or 403 with a token that was just granted. */
  forbidden: { firstPauseMs: 2_000, maxPauseMs: 300_000 },
  /** Answers that only a wrong base URL or a changed API explains. */
  endpoint: { firstPauseMs: 5_000, maxPauseMs: 300_000 },
  /** 425 or 429. */
  rate_limited: { firstPauseMs: 1_000, maxPauseMs: 300_000 },
  /** The provider has no agent for the campaign's line. */
  agent_not_found: { firstPauseMs: 5_000, maxPauseMs: 300_000 },
  /** No token can be had. */
  token_unavailable: { firstPauseMs: 1_000, maxPauseMs: 60_000 },
  /**
   * Several calls in a row ended in doubt, or too many among others: each further one could be
   * another.
   */
  doubts: { firstPauseMs: 5_000, maxPauseMs: 300_000, proof: 10 },
  /** Several calls in a row could not even reach the API. */
  unreachable: { firstPauseMs: 2_000, maxPauseMs: 60_000 },
  /**
   * Several calls of a campaign in a row were rejected: its script or mapping is wrong, not its
   * people.
   */
  rejections: { firstPauseMs: 10_000, maxPauseMs: 600_000 },
  /**
   * The campaign's text asks for a variable that a call does not have, or its zone cannot be known.
   */
  campaign_incomplete: { firstPauseMs: 60_000, maxPauseMs: 60_000 },
  /** A claim did not reach as many replicas of Redis as it must. */
  replicas_behind: { firstPauseMs: 1_000, maxPauseMs: 30_000 },
  /** A person has stopped it. Only a person lifts it. */
  stopped: { firstPauseMs: 0, maxPauseMs: 0 },
  /** A person has asked that so many calls of a campaign go first. */
  canary: { firstPauseMs: 0, maxPauseMs: 0 },
  /**
   * Redis has lost claims that it had acknowledged. Only a person lifts it: a probe would be the
   * danger.
   */
  evidence_lost: { firstPauseMs: 0, maxPauseMs: 0 },
} as const;
export type HoldReason = keyof typeof HOLD_PAUSES;

/**
 * How many in a row open the hold. A doubt is made up for by four answers, any other trouble by one
 * success.
 */
export const RUN_THRESHOLDS = { doubts: 5, unreachable: 10, rejections: 10 } as const;
