import {
  CampaignCanceledError,
  CampaignUnsupportedError,
  type EndedEntry,
  type IdentifiedCall,
  type Identity,
  type InboxEntry,
} from '@libby-dialer/dial-queue';
import type {
  CheckedRecord,
  FedCampaign,
  FedCampaigns,
  RecordProblem,
} from '@libby-dialer/operations';
import { rejectOf, rowOf } from './entry-text.ts';

/** An entry that can be queued. */
interface CallEntry extends IdentifiedCall {
  readonly id: string;
  readonly campaign: string;
  readonly entry: InboxEntry;
}

/** An entry as it was found: a call to be queued, or one that ends here. */
export type CheckedEntry = CallEntry | EndedEntry;

/**
 * Turns entries of the inbox into calls of their campaigns' queues. Safe to repeat at any point.
 */
export class BatchIntake {
  readonly #campaigns: FedCampaigns;
  readonly #identity: Identity;

  constructor(campaigns: FedCampaigns, identity: Identity) {
    this.#campaigns = campaigns;
    this.#identity = identity;
  }

  /** Queues nothing. */
  async check(entries: readonly InboxEntry[]): Promise<CheckedEntry[]> {
    const checks = await this.#campaigns.checks(
      new Set(entries.map(({ campaign = '' }) => campaign)),
    );
    return entries.map((entry) => {
      const { id, campaign = '' } = entry;
      const checked = checkedRecord(entry, checks.get(campaign));
      if ('code' in checked) return rejected(entry, checked);
      const callId = this.#identity.callId(campaign, checked.dedupeKey);
      return { id, campaign, entry, callId, call: checked.call };
    });
  }

  /** Queues what is new. Once this resolves, each of these entries has its place or its reason. */
  async add(entries: readonly CheckedEntry[]): Promise<EndedEntry[]> {
    const calls = entries.filter(isCall);
    const byCampaign = Map.groupBy(calls, ({ campaign }) => campaign);
    const fed = await Promise.all(
      [...byCampaign].map(([campaign, calls]) => this.#feed(campaign, calls)),
    );
    await this.#campaigns.trim();
    return [...entries.filter(isEnded), ...fed.flat()];
  }

  async #feed(campaign: string, calls: readonly CallEntry[]): Promise<EndedEntry[]> {
    const first = new Map(calls.toReversed().map((call) => [call.callId, call]));
    const isRepeat = (call: CallEntry) => first.get(call.callId) !== call;
    const repeats = calls.filter(isRepeat).map((call) => ended(call, 'duplicate'));
    const batch = calls.filter((call) => !isRepeat(call));
    try {
      const verdicts = await this.#campaigns.loader(campaign).feed(batch);
      return [
        ...verdicts.map((verdict, index) => ended(batch[index] as CallEntry, verdict)),
        ...repeats,
      ];
    } catch (error) {
      if (!(error instanceof CampaignCanceledError)) throw error;
      const problem = CLOSED[error.code];
      return calls.map(({ entry }) => rejected(entry, problem));
    }
  }
}

function checkedRecord(
  entry: InboxEntry,
  campaign: FedCampaign | undefined,
): CheckedRecord | RecordProblem {
  if (campaign === undefined) return unknownCampaign(entry);
  if (campaign instanceof CampaignUnsupportedError) return unsupported(campaign);
  const row = rowOf(entry);
  return 'code' in row ? row : campaign.check(row, `inbox:${entry.id}`);
}

function unsupported({ unknownRules }: CampaignUnsupportedError): RecordProblem {
  const rules = unknownRules.join(', ');
  const reason = `The daemon does not know ${rules} of the campaign; upgrade it, then push this again.`;
  return { code: 'campaign_unsupported', reason };
}

function isCall(entry: CheckedEntry): entry is CallEntry {
  return 'call' in entry;
}

function isEnded(entry: CheckedEntry): entry is EndedEntry {
  return !isCall(entry);
}

const CLOSED: Record<CampaignCanceledError['code'], RecordProblem> = {
  campaign_canceled: {
    code: 'campaign_canceled',
    reason: 'The campaign is canceled and takes no more calls.',
  },
  campaign_archived: {
    code: 'campaign_archived',
    reason: 'The campaign is archived and takes no more calls.',
  },
};

function unknownCampaign({ campaign }: InboxEntry): RecordProblem {
  const reason =
    campaign === undefined
      ? 'The entry has no field "campaign".'
      : 'There is no such campaign; store it with "enqueuer campaign put".';
  return { code: 'unknown_campaign', reason };
}

function ended(
  { id, campaign, callId }: CallEntry,
  kind: 'queued' | 'already_queued' | 'already_settled' | 'duplicate',
) {
  return { id, status: { kind, campaign, callId } } satisfies EndedEntry;
}

function rejected(entry: InboxEntry, problem: RecordProblem): EndedEntry {
  return {
    id: entry.id,
    status: { kind: 'rejected', code: problem.code },
    reject: rejectOf(entry, problem),
  };
}
