/** The campaign was canceled and takes no more calls. */
export class CampaignCanceledError extends Error {
  readonly code: 'campaign_canceled' | 'campaign_archived' = 'campaign_canceled';
  readonly campaign: string;

  constructor(campaign: string, state = 'canceled') {
    super(`campaign ${campaign} is ${state}`);
    this.campaign = campaign;
  }
}

/** The campaign is archived, and stays so: nobody knows any more which of its calls have rung. */
export class CampaignArchivedError extends CampaignCanceledError {
  override readonly code = 'campaign_archived';

  constructor(campaign: string) {
    super(campaign, 'archived');
  }
}

/** Its definition holds rules that this version does not know, and so cannot keep. */
export class CampaignUnsupportedError extends Error {
  readonly code = 'campaign_unsupported';
  readonly campaign: string;
  readonly unknownRules: readonly string[];

  constructor(campaign: string, unknownRules: readonly string[]) {
    super(
      `campaign ${campaign} has rules that this version does not know: ${unknownRules.join(', ')}`,
    );
    this.campaign = campaign;
    this.unknownRules = unknownRules;
  }
}

/** Somebody else has changed its definition since. */
export class CampaignChangedError extends Error {
  readonly code = 'changed_meanwhile';
  readonly campaign: string;

  constructor(campaign: string) {
    super(`campaign ${campaign} was changed meanwhile`);
    this.campaign = campaign;
  }
}
