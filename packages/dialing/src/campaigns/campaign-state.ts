/** What a campaign is doing, as status, API and documents name it. */
export const CAMPAIGN_STATES = [
  'loading',
  'waiting',
  'running',
  'paused',
  'held',
  'canceled',
  'completed',
  'archived',
] as const;
export type CampaignState = (typeof CAMPAIGN_STATES)[number];
