import type {
  CampaignStatus,
  IdleReasons,
  PendingSample,
  StoredCampaign,
} from '@libby-dialer/dial-queue';
import { type Campaign, OUTCOMES, rateLimitOf } from '@libby-dialer/dialing';
import { describeRedis, explainRedisError, writeRefusal } from '@libby-dialer/runtime';
import { type Context, NoSuchCampaignError } from '../context.ts';
import { type Backlog, backlogOf } from './backlog.ts';
import type { CampaignView, Rate } from './campaign-view.ts';
import { type Outlook, outlookOf, rateOf, STOPPED } from './outlook.ts';
import { RateMeter } from './rate-meter.ts';
import { RememberedTimes, WaitingMix } from './waiting-mix.ts';

const SHORT_MS = 10_000;
const LONG_MS = 60_000;

/** Calls looked at per campaign to learn in which zones those wait that are pending. */
const SAMPLE_CALLS = 1000;
/** Of many campaigns at one look each gives fewer, so that it takes no longer than this. */
const SAMPLED_AT_ONCE = 20_000;
const LEAST_SAMPLE_CALLS = 50;
/** The mix changes slowly, and the sample is what costs most of a look. */
const MIX_LASTS_MS = 15_000;
/** While no call went out and none came. */
const SAME_MIX_LASTS_MS = 5 * 60_000;
/** From this many times as many calls on, the mix counts as another at once. */
const GROWN = 1.1;
/** What nobody has looked at for so long is forgotten. */
const REMEMBERED_MS = 30 * 60_000;

/** What the looks before have shown of a campaign. */
interface Seen {
  readonly meter: RateMeter;
  lookedAt: number;
  mixed?: Mixed | undefined;
}

interface Mixed {
  readonly at: number;
  readonly pending: number;
  readonly times: RememberedTimes;
  readonly mix: WaitingMix;
}

interface Look {
  readonly now: number;
  /** Of this machine's wall clock. */
  readonly localNow: number;
  readonly workers: number | undefined;
  readonly refusal: string | undefined;
}

/** Some campaigns at one instant, and what concerns all of them. */
export interface Views extends Pick<Look, 'now' | 'workers' | 'refusal'> {
  readonly views: readonly CampaignView[];
}

/**
 * Redis knows the hours of a call only once a worker has looked at it; the sample tells those of
 * all that wait.
 */
function stateSeen(
  { state, inFlight }: CampaignStatus,
  { opening }: Outlook,
): CampaignStatus['state'] {
  return state === 'running' && inFlight === 0 && opening !== undefined ? 'waiting' : state;
}

/**
 * Looks at campaigns again and again, and remembers what it takes to say how fast they go and when
 * they will be through.
 */
export class StatusWatch {
  readonly #context: Context;
  readonly #pending: PendingSample;
  readonly #idleReasons: IdleReasons;
  /** By id, those that were looked at last at its end. */
  readonly #seen = new Map<string, Seen>();

  constructor(context: Context) {
    this.#context = context;
    this.#pending = context.queue.pendingSample;
    this.#idleReasons = context.queue.idleReasons;
  }

  /** Throws `NoSuchCampaignError`. */
  async one(id: string): Promise<CampaignView> {
    const [look, status] = await Promise.all([this.#look(), this.#context.queue.status.read(id)]);
    if (status === undefined) throw new NoSuchCampaignError(id);
    return await this.#view(status, await this.#context.campaign(id), look);
  }

  async all(): Promise<readonly CampaignView[]> {
    return (await this.#views(await this.#context.queue.campaigns.list())).views;
  }

  /** Those of them that there are and that are not archived. */
  async some(ids: readonly string[]): Promise<Views> {
    return await this.#views(await this.#context.queue.campaigns.some(ids));
  }

  async #views(campaigns: readonly StoredCampaign[]): Promise<Views> {
    const [look, statuses] = await Promise.all([
      this.#look(),
      this.#context.queue.status.readSome(campaigns),
    ]);
    const both = statuses.flatMap((status, index) => {
      const campaign = campaigns[index];
      return campaign === undefined ? [] : [{ status, campaign }];
    });
    const unmixed = both.filter(
      ({ status, campaign }) =>
        !STOPPED.has(status.state) && this.#needsMix(status, campaign, look.now),
    ).length;
    const calls = Math.min(SAMPLE_CALLS, Math.floor(SAMPLED_AT_ONCE / Math.max(1, unmixed)));
    const sampleCalls = Math.max(LEAST_SAMPLE_CALLS, calls);
    const views = both.map(({ status, campaign }) =>
      this.#view(status, campaign, look, sampleCalls),
    );
    return { ...look, views: await Promise.all(views) };
  }

  /** Throws `NoSuchCampaignError`. */
  async backlog(id: string): Promise<Backlog> {
    const [now, status] = await Promise.all([
      this.#context.now(),
      this.#context.queue.status.read(id),
    ]);
    if (status === undefined) throw new NoSuchCampaignError(id);
    const { pending, state } = status;
    const campaign = await this.#context.campaign(id);
    const mix = await this.#mixOf(status, campaign, now);
    const measured = state === 'running' ? this.#seen.get(id)?.meter.perSecond(LONG_MS) : undefined;
    const callsPerSecond = STOPPED.has(state)
      ? undefined
      : rateOf(campaign, measured)?.callsPerSecond;
    const groups = mix?.groups(pending) ?? [];
    return backlogOf({ campaign, groups, callsPerSecond, now });
  }

  async #look(): Promise<Look> {
    const [now, workers, refusal] = await Promise.all([
      this.#context.now(),
      this.#idleReasons.workers(),
      this.#refusal(),
    ]);
    this.#forget(now - REMEMBERED_MS);
    return { now, localNow: Date.now(), workers, refusal };
  }

  /** What Redis says to a write. */
  async #refusal(): Promise<string | undefined> {
    const { queue, redis, config } = this.#context;
    const objection = await writeRefusal(redis, queue.keys.writeCheck);
    return objection === undefined
      ? undefined
      : explainRedisError(objection, describeRedis(config.redis.connection));
  }

  async #view(
    status: CampaignStatus,
    campaign: Campaign,
    look: Look,
    sampleCalls = SAMPLE_CALLS,
  ): Promise<CampaignView> {
    const { now, workers, refusal } = look;
    const rate = this.#rateOf(status, now);
    const [mix, linesFullUntil] = await Promise.all([
      // Of those nothing is foreseen.
      STOPPED.has(status.state) ? undefined : this.#mixOf(status, campaign, now, sampleCalls),
      status.pending === 0 ? undefined : this.#idleReasons.linesFullUntil(campaign, now),
    ]);
    const request = { campaign, status, mix, measured: rate.lastMinute, now, linesFullUntil };
    // By rules that nobody here knows nothing can be foretold.
    const outlook = status.unknownRules.length > 0 ? {} : outlookOf(request);
    const seen = { ...status, state: stateSeen(status, outlook) };
    const nextCallAt =
      seen.state === 'waiting' ? await this.#idleReasons.nextCallAt(status.id) : undefined;
    const redisAheadMs = look.now - look.localNow;
    return {
      status: seen,
      rate,
      now,
      outlook,
      limit: status.unknownRules.length > 0 ? undefined : rateLimitOf(campaign),
      refusal,
      redisAheadMs,
      idle: { workers, linesFullUntil, nextCallAt },
    };
  }

  #rateOf({ id, outcomes }: CampaignStatus, now: number): Rate {
    const { meter } = this.#lookedAt(id, now);
    const settled = OUTCOMES.reduce((sum, outcome) => sum + outcomes[outcome], 0);
    meter.read(now, settled);
    return { lastSeconds: meter.perSecond(SHORT_MS), lastMinute: meter.perSecond(LONG_MS) };
  }

  #needsMix({ id, pending }: CampaignStatus, campaign: Campaign, now: number): boolean {
    if (pending === 0) return false;
    const known = this.#seen.get(id)?.mixed;
    if (known?.times.campaign !== campaign || pending > known.pending * GROWN) return true;
    return now >= known.at + (pending === known.pending ? SAME_MIX_LASTS_MS : MIX_LASTS_MS);
  }

  /** Undefined while no call waits. */
  async #mixOf(
    status: CampaignStatus,
    campaign: Campaign,
    now: number,
    sampleCalls = SAMPLE_CALLS,
  ): Promise<WaitingMix | undefined> {
    const seen = this.#lookedAt(status.id, now);
    if (status.pending === 0) seen.mixed = undefined;
    if (this.#needsMix(status, campaign, now)) {
      const sample = await this.#pending.read(status.id, sampleCalls);
      const { pending } = status;
      const before = seen.mixed?.times;
      const times = before?.campaign === campaign ? before : new RememberedTimes(campaign);
      const mix = new WaitingMix(times, sample);
      seen.mixed = sample.length === 0 ? undefined : { at: now, pending, times, mix };
    }
    return seen.mixed?.mix;
  }

  #lookedAt(id: string, now: number): Seen {
    const seen = this.#seen.get(id) ?? {
      meter: new RateMeter(),
      lookedAt: now,
    };
    seen.lookedAt = now;
    this.#seen.delete(id);
    this.#seen.set(id, seen);
    return seen;
  }

  #forget(before: number): void {
    for (const [id, { lookedAt }] of this.#seen) {
      if (lookedAt >= before) return;
      this.#seen.delete(id);
    }
  }
}
