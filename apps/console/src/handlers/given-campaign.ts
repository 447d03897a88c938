import { type Campaign, type Canary, canaryOf, parseCampaign } from '@libby-dialer/dialing';
import type { ApiReceived } from '@libby-dialer/http-api';
import { type Context, campaignInFull } from '@libby-dialer/operations';
import { HttpProblem } from '../http/http-problem.ts';

/** A campaign as a file would have it, checked. Throws `HttpProblem` (`invalid_campaign`). */
export function checkedCampaign(content: unknown): { campaign: Campaign; warnings: string[] } {
  const verdict = parseCampaign(content);
  if (verdict.ok) return verdict;
  const detail = `The campaign cannot be used: ${verdict.problems[0] ?? ''}`;
  throw new HttpProblem(400, 'invalid_campaign', detail, { problems: verdict.problems });
}

/** A stored campaign by its id, or one that was given in full and is checked already. */
export async function meantCampaign(context: Context, given: string | Campaign): Promise<Campaign> {
  return typeof given === 'string' ? await campaignInFull(context, given) : given;
}

type AskedCanary = ApiReceived<'POST /lists/{list}/load'>['body']['canary'];

/** A canary as a request has it. */
export function askedCanary(asked: AskedCanary): Canary | undefined {
  return asked && canaryOf(asked.calls, asked.pass);
}
