import type {
  CampaignStatus,
  IdleReasons,
  PendingSample,
  StoredCampaign,
} from '@libby-dialer/dial-queue';
import { type Campaign, OUTCOMES, type QueuedCall, rateLimitOf } from '@libby-dialer/dialing';
import { describeRedis, explainRedisError, writeRefusal } from '@libby-dialer/runtime';
import { type Context, NoSuchCampaignError } from '../context.ts';
import { type Backlog, backlogOf } from './backlog.ts';
import type { CampaignView, Rate } from './campaign-view.ts';
import { type Outlook, outlookOf, rateOf, STOPPED } from './outlook.ts';
import { RateHistory, type RatePoint } from './rate-history.ts';
import { RateMeter } from './rate-meter.ts';

const SHORT_MS = 10_000;
const LONG_MS = 60_000;

/** Calls looked at per campaign to learn in which zones those wait that are pending. */
const SAMPLE_CALLS = 1000;
/** The mix changes slowly, and the sample is what costs most of a look. */
const SAMPLE_LASTS_MS = 15_000;

interface Sample {
  readonly at: number;
  readonly state: CampaignStatus['state'];
  readonly calls: readonly QueuedCall[];
}

interface Look {
  readonly now: number;
  /** Of this machine's wall clock. */
  readonly localNow: number;
  readonly workers: number | undefined;
  readonly refusal: string | undefined;
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
  readonly #meters = new Map<string, RateMeter>();
  readonly #histories = new Map<string, RateHistory>();
  readonly #samples = new Map<string, Sample>();

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

  async all(): Promise<CampaignView[]> {
    return await this.#views(await this.#context.queue.campaigns.list());
  }

  /** Those of them that there are and that are not archived. */
  async some(ids: readonly string[]): Promise<CampaignView[]> {
    return await this.#views(await this.#context.queue.campaigns.some(ids));
  }

  async #views(campaigns: readonly StoredCampaign[]): Promise<CampaignView[]> {
    const [look, statuses] = await Promise.all([
      this.#look(),
      this.#context.queue.status.readSome(campaigns),
    ]);
    const views: CampaignView[] = [];
    for (const [index, status] of statuses.entries()) {
      const campaign = campaigns[index];
      if (campaign !== undefined) views.push(await this.#view(status, campaign, look));
    }
    return views;
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
    const sample = pending === 0 ? [] : await this.#sampleOf(status, now);
    const measured = state === 'running' ? this.#meters.get(id)?.perSecond(LONG_MS) : undefined;
    const callsPerSecond = STOPPED.has(state)
      ? undefined
      : rateOf(campaign, measured)?.callsPerSecond;
    return backlogOf({ campaign, pending, sample, callsPerSecond, now });
  }

  /** How fast calls were settled over the last half hour, as far as somebody has looked. */
  rates(id: string): RatePoint[] {
    return this.#histories.get(id)?.points() ?? [];
  }

  async #look(): Promise<Look> {
    const [now, workers, refusal] = await Promise.all([
      this.#context.now(),
      this.#idleReasons.workers(),
      this.#refusal(),
    ]);
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

  async #view(status: CampaignStatus, campaign: Campaign, look: Look): Promise<CampaignView> {
    const { now, workers, refusal } = look;
    const rate = this.#rateOf(status, now);
    const sample = status.pending === 0 ? [] : await this.#sampleOf(status, now);
    const linesFullUntil =
      status.pending === 0 ? undefined : await this.#idleReasons.linesFullUntil(campaign, now);
    const request = { campaign, status, sample, measured: rate.lastMinute, now, linesFullUntil };
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
    const meter = this.#meters.get(id) ?? new RateMeter();
    this.#meters.set(id, meter);
    const history = this.#histories.get(id) ?? new RateHistory();
    this.#histories.set(id, history);
    const settled = OUTCOMES.reduce((sum, outcome) => sum + outcomes[outcome], 0);
    meter.read(now, settled);
    history.read(now, settled);
    return { lastSeconds: meter.perSecond(SHORT_MS), lastMinute: meter.perSecond(LONG_MS) };
  }

  async #sampleOf({ id, state }: CampaignStatus, now: number): Promise<readonly QueuedCall[]> {
    const known = this.#samples.get(id);
    if (known?.state === state && known.calls.length > 0 && now < known.at + SAMPLE_LASTS_MS)
      return known.calls;
    const calls = await this.#pending.read(id, SAMPLE_CALLS);
    this.#samples.set(id, { at: now, state, calls });
    return calls;
  }
}
