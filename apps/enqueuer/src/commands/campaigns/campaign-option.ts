import type { Campaign } from '@libby-dialer/dialing';
import type { Context } from '@libby-dialer/operations';
import { DialerError } from '@libby-dialer/runtime';

/** For a `--campaign` that is no file. @param context undefined: there is no Redis to ask */
export async function storedCampaign(context: Context | undefined, id: string): Promise<Campaign> {
  const campaign = await context?.queue.campaigns.get(id);
  if (campaign !== undefined) return campaign;
  const message = `${id} is neither a campaign file nor a stored campaign.`;
  throw new DialerError('no_such_campaign', message, { kind: 'not_found' });
}
