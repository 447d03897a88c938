import { CampaignArchivedError } from '@libby-dialer/dial-queue';
import { isoInstant, type RetryableOutcome } from '@libby-dialer/dialing';
import { DialerError } from '@libby-dialer/runtime';
import { decide } from '../audit/decide.ts';
import type { Context } from '../context.ts';

/**
 * Queues calls with this outcome again, and returns how many. Refused where they would only end the
 * same way: throws `DialerError` (`no_such_campaign`, `campaign_canceled`, `campaign_expired`).
 * @param callIds only these of them; undefined: all
 */
export async function retryCalls(
  context: Context,
  id: string,
  outcome: RetryableOutcome,
  callIds?: readonly string[],
): Promise<number> {
  const { expiresAt } = await context.campaign(id);
  const preview = context.queue.preview(id);
  const { archived, canceled } = await preview.campaign();
  if (archived) throw new CampaignArchivedError(id);
  if (canceled) {
    throw new DialerError('campaign_canceled', `Campaign ${id} is canceled; resume it first.`, {
      kind: 'conflict',
      about: { campaign: id },
    });
  }
  if (expiresAt !== undefined && (await context.now()) >= expiresAt) {
    const message = `Campaign ${id} expired at ${isoInstant(expiresAt)}; give it a later expiresAt first.`;
    throw new DialerError('campaign_expired', message, { kind: 'conflict' });
  }
  const details = { outcome, ...(callIds && { only: callIds.length }) };
  const decision = { action: 'calls.retry', campaign: id, details } as const;
  return await decide(context, decision, async (did) => {
    const queued = await context.queue.reopener.reopen(id, outcome, callIds);
    did({ queued });
    return queued;
  });
}
