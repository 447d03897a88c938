import type { CampaignStatusJson } from '@libby-dialer/http-api';
import { type CampaignView, idleSentences, statusJson } from '@libby-dialer/operations';

/** A campaign's numbers, as `status --json` prints them, and why nothing goes out. */
export function campaignJson(view: CampaignView): CampaignStatusJson {
  const { unknownRules, ...status } = statusJson(view);
  return {
    ...status,
    unknownRules: [...unknownRules],
    allowedCallsPerSecond: view.limit?.callsPerSecond ?? null,
    idleReasons: idleSentences(view),
  };
}
