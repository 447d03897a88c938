import type { PlacedStep } from '@libby-dialer/dial-queue';
import type { Context } from '../context.ts';

/** How fast a campaign's calls went out over the last half hour. Throws `NoSuchCampaignError`. */
export async function placedSteps(context: Context, id: string): Promise<PlacedStep[]> {
  await context.campaign(id);
  return await context.queue.placedCalls.lastHalfHour(id, await context.now());
}
