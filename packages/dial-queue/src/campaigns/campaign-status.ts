import {
  type Campaign,
  type CampaignState,
  OUTCOMES,
  type Outcome,
  RecipientHours,
} from '@libby-dialer/dialing';
import type { Hold, Holds } from '../holds/holds.ts';
import type { QueueHalt } from '../jobs/queues.ts';
import type { Keys } from '../redis/keys.ts';
import { stepsOf } from '../redis/paging.ts';
import type { RedisConnection } from '../redis/redis-connection.ts';
import { pairsOf } from '../redis/replies.ts';
import { Script } from '../redis/script.ts';
import { list, text } from '../redis/script-inputs.ts';
import type { CampaignStore, StoredCampaign } from './campaign-store.ts';

/** One campaign's progress at one instant. */
export interface CampaignStatus {
  readonly id: string;
  readonly state: CampaignState;
  /** Calls not yet claimed: waiting, delayed, or to be tried again. */
  readonly pending: number;
  readonly inFlight: number;
  /** Calls that are `unknown` and wait to be dialed once more. */
  readonly redialing: number;
  /**
   * Jobs that are not taken for calls of ours, and wait for a person (see `SetAsideJobs`). Not
   * pending.
   */
  readonly setAside: number;
  /**
   * Rules in its definition that some worker, or this process, does not know. Such a worker does
   * not dial it.
   */
  readonly unknownRules: readonly string[];
  /** Whether BullMQ keeps its jobs back, which nothing here asks for. */
  readonly queue: QueueHalt;
  /** Some of its calls lack something that it asks for, and wait until it is changed. */
  readonly hasIncompleteCalls: boolean;
  /** Workers that take none of its calls though they could. They mend that by themselves. */
  readonly stuckWorkers: number;
  /**
   * Workers that cannot keep to its `callsPerSecond`: Redis answers too late for its slots there.
   */
  readonly workersOffPace: number;
  readonly outcomes: Readonly<Record<Outcome, number>>;
  readonly holds: readonly Hold[];
}

interface Counts {
  readonly now: number;
  readonly pending: number;
  readonly inFlight: number;
  readonly delayed: number;
  readonly setAside: number;
  readonly fields: ReadonlyMap<string, string>;
  readonly queue: QueueHalt;
  readonly stuckWorkers: number;
  readonly workersOffPace: number;
  /** Rules that some worker has just reported not to know. */
  readonly unkept: readonly string[];
}

/** How many one script reads: nothing interrupts a script. */
const CAMPAIGNS_PER_STEP = 500;

/** Answers how far campaigns are. Pending is read from the queue, never counted beside it. */
export class StatusReader {
  static readonly #status = new Script({
    lua: new URL('./status.lua', import.meta.url),
    shared: ['ledger', 'queue-length', 'queue-halt'],
    keys: ['state', 'claims', 'reopened', 'setAside', 'stuck', 'offPace', 'unkept'],
    args: { queue: text },
    answer: countsOf,
  });
  static readonly #unknown = new Script({
    lua: new URL('./count-unknown.lua', import.meta.url),
    keys: ['campaigns'],
    args: { campaignPrefix: text, ids: list(text) },
    answer: (counts: [place: number, count: string][]) => counts,
  });
  readonly #redis: RedisConnection;
  readonly #keys: Keys;
  readonly #campaigns: CampaignStore;
  readonly #holds: Holds;

  constructor(redis: RedisConnection, keys: Keys, campaigns: CampaignStore, holds: Holds) {
    this.#redis = redis;
    this.#keys = keys;
    this.#campaigns = campaigns;
    this.#holds = holds;
  }

  /** Undefined when there is no such campaign. */
  async read(id: string): Promise<CampaignStatus | undefined> {
    const campaign = await this.#campaigns.peek(id);
    return campaign === undefined ? undefined : this.#statusOf(campaign, await this.#holds.list());
  }

  async readAll(): Promise<CampaignStatus[]> {
    return await this.readSome(await this.#campaigns.list());
  }

  async readSome(campaigns: readonly StoredCampaign[]): Promise<CampaignStatus[]> {
    const holds = await this.#holds.list();
    return Promise.all(campaigns.map((campaign) => this.#statusOf(campaign, holds)));
  }

  /** How many calls of these campaigns are in doubt. */
  async countUnknown(ids: readonly string[]): Promise<ReadonlyMap<string, number>> {
    const { campaigns, campaignPrefix } = this.#keys;
    const found = new Map<string, number>();
    for (const step of stepsOf(ids, CAMPAIGNS_PER_STEP)) {
      const asked = { campaignPrefix, ids: step };
      const counts = await StatusReader.#unknown.run(this.#redis, { campaigns }, asked);
      for (const [place, count] of counts) found.set(step[place - 1] ?? '', Number(count));
    }
    return found;
  }

  async #statusOf(campaign: StoredCampaign, allHolds: readonly Hold[]): Promise<CampaignStatus> {
    const counts = await this.#count(campaign.id);
    const unknownRules = [...new Set([...(campaign.unknownRules ?? []), ...counts.unkept])];
    const holds = allHolds.filter(({ scope }) => concerns(scope, campaign));
    const outcomes = Object.fromEntries(
      OUTCOMES.map((outcome) => [outcome, Number(counts.fields.get(`outcome:${outcome}`) ?? 0)]),
    ) as Record<Outcome, number>;
    const { pending, inFlight, setAside, fields, queue, stuckWorkers, workersOffPace } = counts;
    const redialing = Number(fields.get('redialing') ?? 0);
    const state = stateOf(campaign, counts, holds, outcomes, unknownRules.length > 0);
    const hasIncompleteCalls =
      pending > 0 && fields.get('incomplete') === (fields.get('changed') ?? '');
    const ofQueue = {
      pending,
      inFlight,
      redialing,
      setAside,
      queue,
      hasIncompleteCalls,
      stuckWorkers,
      workersOffPace,
    };
    return { id: campaign.id, state, ...ofQueue, unknownRules, outcomes, holds };
  }

  async #count(id: string): Promise<Counts> {
    const queue = this.#keys.queue(id);
    return StatusReader.#status.run(this.#redis, this.#keys.campaign(id), { queue });
  }
}

function countsOf([
  now,
  pending,
  inFlight,
  delayed,
  setAside,
  flat,
  queue,
  stuckWorkers,
  workersOffPace,
  unkept,
]: [number, number, number, number, number, string[], QueueHalt, number, number, string]): Counts {
  const fields = pairsOf(flat);
  return {
    now,
    pending,
    inFlight,
    delayed,
    setAside,
    fields,
    queue,
    stuckWorkers,
    workersOffPace,
    unkept: JSON.parse(unkept) as string[],
  };
}

function concerns(scope: string, campaign: Campaign): boolean {
  return (
    scope === 'all' ||
    scope === `campaign:${campaign.id}` ||
    campaign.fromPhoneNumber.some((line) => scope === `line:${line}`)
  );
}

function stateOf(
  campaign: Campaign,
  { now, pending, inFlight, delayed, setAside, fields, queue }: Counts,
  holds: readonly Hold[],
  outcomes: Record<Outcome, number>,
  hasUnknownRules: boolean,
): CampaignState {
  // It is canceled as well, for good.
  if (fields.has('archived')) return 'archived';
  if (fields.has('canceled')) return 'canceled';
  if (fields.has('paused') || (queue === 'paused' && pending > 0)) return 'paused';
  if (now < Number(fields.get('loadingUntil') ?? 0)) return 'loading';
  const waits = setAside > 0 || Number(fields.get('redialing') ?? 0) > 0;
  if (pending + inFlight === 0 && waits) return 'waiting';
  if (pending + inFlight === 0)
    return Object.values(outcomes).some((count) => count > 0) ? 'completed' : 'waiting';
  if (isHeld(campaign, holds)) return 'held';
  if (inFlight > 0) return 'running';
  if (hasUnknownRules) return 'held';
  if (delayed >= pending || isOutOfHours(campaign, now)) return 'waiting';
  return 'running';
}

/**
 * A campaign with several lines is held only if all of them are, and one with a canary only if that
 * is full.
 */
function isHeld(campaign: Campaign, all: readonly Hold[]): boolean {
  const holds = all.filter(({ canary }) => canary === undefined || canary.dialed >= canary.calls);
  const lines = holds.filter(({ scope }) => scope.startsWith('line:')).length;
  return (
    lines >= campaign.fromPhoneNumber.length ||
    holds.some(({ scope }) => !scope.startsWith('line:'))
  );
}

function isOutOfHours(campaign: Campaign, now: number): boolean {
  if (campaign.startsAt !== undefined && now < campaign.startsAt) return true;
  const span = new RecipientHours(campaign).campaignSpan(now);
  return span === undefined || now < span.opensAt;
}
