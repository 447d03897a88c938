import type { Campaign, HoldReason, QueuedCall } from '@libby-dialer/dialing';
import type { Context } from '../context.ts';

/** What keeps calls of a campaign back that wait for nothing else. */
export interface Standstill {
  readonly reasonFor: (call: QueuedCall) => HoldReason | 'paused' | undefined;
}

export async function standstillOf({ queue }: Context, campaign: Campaign): Promise<Standstill> {
  const [status, holds] = await Promise.all([queue.status.read(campaign.id), queue.holds.list()]);
  const ofAll = holds.find(({ scope }) => scope === 'all' || scope === `campaign:${campaign.id}`);
  const ofLines = new Map(holds.map(({ scope, reason }) => [scope, reason]));
  const lineReason = (lines: readonly string[]) => {
    const reasons = lines.map((line) => ofLines.get(`line:${line}`));
    return reasons.includes(undefined) ? undefined : reasons[0];
  };
  return {
    reasonFor: ({ from }) => {
      if (status?.state === 'paused') return 'paused';
      return ofAll?.reason ?? lineReason(from === undefined ? campaign.fromPhoneNumber : [from]);
    },
  };
}
