import {
  CallReopener,
  type CampaignStore,
  type DueCall,
  type Keys,
  ParkedCalls,
  type RedisConnection,
  type RegistryView,
} from '@libby-dialer/dial-queue';
import pLimit from 'p-limit';
import type { CallHandler } from './call-handler.ts';
import { CampaignContext } from './campaign-context.ts';
import type { ClaimWitness } from './claim-witness.ts';
import { Lane } from './lane.ts';
import type { RedisClock } from './redis-clock.ts';
import type { WorkerEvents } from './worker-events.ts';

/** Announcements come at once; this is for those that were missed. */
const LOOK_EVERY_MS = 2_000;

export interface CampaignLanesParts {
  readonly redis: RedisConnection;
  readonly keys: Keys;
  readonly campaigns: CampaignStore;
  readonly handler: CallHandler;
  readonly witness: ClaimWitness;
  readonly clock: RedisClock;
  readonly events: WorkerEvents;
  /** Calls in flight in this process, over all campaigns. */
  readonly concurrency: number;
}

/** Keeps a lane for every campaign that has work and shares the process's concurrency among them. */
export class CampaignLanes {
  readonly #parts: CampaignLanesParts;
  readonly #limit: ReturnType<typeof pLimit>;
  readonly #lanes = new Map<string, Lane>();
  readonly #reopener: CallReopener;
  readonly #parked: ParkedCalls;
  #version = -1;
  #timer: NodeJS.Timeout | undefined;
  #looking: Promise<void> | undefined;
  #lookAgain = false;
  #stopped = false;
  #lastLookAt: number | undefined;

  constructor(parts: CampaignLanesParts) {
    this.#parts = parts;
    this.#limit = pLimit(parts.concurrency);
    this.#reopener = new CallReopener(parts.redis, parts.keys);
    this.#parked = new ParkedCalls(parts.redis, parts.keys);
  }

  /** Monotonic ms of the last successful look at Redis; undefined before the first. */
  get lastLookAt(): number | undefined {
    return this.#lastLookAt;
  }

  async start(): Promise<void> {
    // Whatever a crash may have taken off the list of campaigns with work is back on it after this.
    await this.#parts.campaigns.reopenAll();
    await this.#look();
    this.#timer = setInterval(() => this.look(), LOOK_EVERY_MS);
  }

  /** Looks at the registry soon; several wishes become one look. */
  look(): void {
    if (this.#stopped) return;
    if (this.#looking !== undefined) {
      this.#lookAgain = true;
      return;
    }
    this.#looking = this.#look()
      .catch((error: unknown) => this.#parts.events.unexpected('while looking for work', error))
      .finally(() => {
        this.#looking = undefined;
        if (!this.#lookAgain) return;
        this.#lookAgain = false;
        this.look();
      });
  }

  /** Something was announced about a scope: sleeping lanes look again. */
  announced(scope: string): void {
    const campaign = scope.startsWith('campaign:') ? scope.slice('campaign:'.length) : undefined;
    if (campaign === undefined) this.wakeAll();
    else this.#lanes.get(campaign)?.wake();
    this.look();
  }

  wakeAll(): void {
    for (const lane of this.#lanes.values()) lane.wake();
  }

  /** Takes no more jobs and waits for the calls in flight; what is left when the signal aborts is broken off. */
  async stop(abort: AbortSignal): Promise<void> {
    this.#stopped = true;
    clearInterval(this.#timer);
    await this.#looking;
    const breakOff = () => {
      for (const lane of this.#lanes.values()) lane.abort(abort.reason as Error);
    };
    abort.addEventListener('abort', breakOff, { once: true });
    await Promise.all([...this.#lanes.values()].map((lane) => lane.stop()));
    abort.removeEventListener('abort', breakOff);
  }

  async #look(): Promise<void> {
    const { campaigns, clock, witness } = this.#parts;
    await witness.compare();
    const askedAt = clock.monotonic();
    const view = await campaigns.look();
    clock.observe(view.now, askedAt);
    await this.#openLanes(view);
    await this.#tidyUp(view);
    await this.#closeLanes(new Set(view.open));
    this.#version = view.version;
    this.#share();
    this.#lastLookAt = clock.monotonic();
  }

  async #openLanes(view: RegistryView): Promise<void> {
    const { campaigns } = this.#parts;
    for (const id of view.open) {
      const lane = this.#lanes.get(id);
      if (lane !== undefined && view.version === this.#version) continue;
      const campaign = await campaigns.get(id);
      if (campaign === undefined || this.#stopped) continue;
      const context = new CampaignContext(campaign, campaigns);
      if (lane === undefined) this.#openLane(context);
      else await this.#changeLane(lane, context);
    }
  }

  /** What waits for its old hours looks again at the new ones. */
  async #changeLane(lane: Lane, context: CampaignContext): Promise<void> {
    const hasChanged = JSON.stringify(lane.context.campaign) !== JSON.stringify(context.campaign);
    if (!hasChanged) return;
    lane.context = context;
    await this.#parked.unpark(lane.campaign);
    lane.wake();
  }

  #openLane(context: CampaignContext): void {
    const { id } = context.campaign;
    const { redis, keys, handler, clock, events } = this.#parts;
    const limit = this.#limit;
    this.#lanes.set(
      id,
      new Lane(context, {
        redis,
        keys,
        handler,
        clock,
        events,
        limit: (run) => limit(run),
        onDemand: () => this.#share(),
      }),
    );
    events.campaignOpened(id);
  }

  /** What no job would come up for by itself. Several workers may do the same at once: every step is safe to repeat. */
  async #tidyUp(view: RegistryView): Promise<void> {
    for (const id of view.reopened) await this.#reopener.restore(id);
    for (const id of view.over) {
      await this.#parked.unpark(id);
      this.#lanes.get(id)?.wake();
    }
    for (const lane of this.#lanes.values()) {
      await this.#parked.sweep(lane.campaign, view.now, (call) => this.#settleIfOver(lane, call));
    }
  }

  /** One call that cannot be read must not keep the others waiting. */
  async #settleIfOver(lane: Lane, call: DueCall): Promise<boolean> {
    const { handler, events } = this.#parts;
    try {
      return await handler.settleIfOver(lane.context, call);
    } catch (error) {
      events.unexpected('in a parked call', error, { campaign: lane.campaign, callId: call.callId });
      return false;
    }
  }

  async #closeLanes(open: ReadonlySet<string>): Promise<void> {
    const closed = [...this.#lanes.values()].filter((lane) => !open.has(lane.campaign));
    for (const lane of closed) {
      this.#lanes.delete(lane.campaign);
      await lane.stop();
      this.#parts.events.campaignClosed(lane.campaign);
    }
  }

  /** Lanes that have jobs share the concurrency evenly; the others get one, to notice when they have. */
  #share(): void {
    const lanes = [...this.#lanes.values()];
    const busy = lanes.filter((lane) => lane.hasDemand);
    const each = Math.floor(this.#parts.concurrency / Math.max(1, busy.length));
    let left = this.#parts.concurrency - each * busy.length;
    for (const lane of lanes) {
      if (!lane.hasDemand) lane.share = 1;
      else lane.share = Math.max(1, each + (left-- > 0 ? 1 : 0));
    }
  }
}
