import type { ControlAction } from '@libby-dialer/dial-queue';
import type { CampaignState } from '@libby-dialer/dialing';
import { decide } from '../audit/decide.ts';
import type { Context } from '../context.ts';

/** Which campaigns are meant by all. It must not bring a canceled one back: that takes its name. */
const MEANT_BY_ALL: Record<ControlAction, (state: CampaignState) => boolean> = {
  pause: (state) => state !== 'canceled',
  resume: (state) => state === 'paused',
  cancel: (state) => state !== 'canceled',
};

export interface ControlOptions {
  readonly signal?: AbortSignal;
  /** Told of a campaign where the wait for calls claimed before is broken off by the signal. */
  readonly waitBrokenOff?: (campaign: string) => void;
}

export interface ControlledCampaign {
  readonly campaign: string;
  /** Calls that it concerned: those that waited. */
  readonly calls: number;
  /** Calls that had been claimed before and went out meanwhile. */
  readonly wentOut: number;
}

/** Throws `NoSuchCampaignError`. @param campaign undefined: all for which it is of use */
export async function controlCampaigns(
  context: Context,
  action: ControlAction,
  campaign: string | undefined,
  options: ControlOptions = {},
): Promise<ControlledCampaign[]> {
  const ids =
    campaign === undefined
      ? await idsMeant(context, action)
      : [(await context.campaign(campaign)).id];
  return await Promise.all(ids.map((id) => apply(context, action, id, options)));
}

async function idsMeant({ queue: { status } }: Context, action: ControlAction): Promise<string[]> {
  const statuses = await status.readAll();
  return statuses.filter(({ state }) => MEANT_BY_ALL[action](state)).map(({ id }) => id);
}

async function apply(
  context: Context,
  action: ControlAction,
  campaign: string,
  { signal, waitBrokenOff }: ControlOptions,
): Promise<ControlledCampaign> {
  const calls = (await context.queue.status.read(campaign))?.pending ?? 0;
  const decision = { action: `campaign.${action}`, campaign, details: { calls } } as const;
  return await decide(context, decision, async (did) => {
    try {
      const { wentOut } = await context.queue.control.apply(action, campaign, signal);
      did({ wentOut });
      return { campaign, calls, wentOut };
    } catch (error) {
      if (signal?.aborted) waitBrokenOff?.(campaign);
      throw error;
    }
  });
}
