import type { Campaign } from './campaign.ts';

/**
 * Nothing reports the end of a conversation: so long one is assumed to last where the campaign does
 * not say.
 */
const ASSUMED_CALL_SECONDS = 120;

/**
 * How long after a claim's deadline its call, in doubt, may be dialed once more: a conversation
 * that is on must have ended.
 */
export function redialAfterMs({ lines }: Pick<Campaign, 'lines'>): number {
  return Math.ceil((lines?.assumedCallSeconds ?? ASSUMED_CALL_SECONDS) * 1000);
}
