import {
  CampaignUnsupportedError,
  ERASED_PERSON,
  type RegistryView,
} from '@libby-dialer/dial-queue';
import { DialerError, endsWithin } from '@libby-dialer/runtime';
import { CampaignContext } from '../calls/campaign-context.ts';
import type { RedisClock } from '../redis/redis-clock.ts';
import type { RedisRefusals } from '../redis/redis-refusals.ts';
import { CampaignUpkeep, type CampaignUpkeepParts } from './campaign-upkeep.ts';
import { CampaignWorker } from './campaign-worker.ts';
import type { PaceWatch } from './pace-watch.ts';
import { shareOut, weightOf } from './share-out.ts';
import { Slots, SlotUser } from './slots.ts';
import { StuckWatch } from './stuck-watch.ts';

/** Announcements come at once; this is for those that were missed. */
const LOOK_EVERY_MS = 2_000;
/**
 * Campaign workers with a pace fall asleep and wake up many times a second; shares need not change
 * each time.
 */
const SHARE_EVERY_MS = 50;
/** How long Redis gets to record what became of calls that were broken off. */
const RECORDED_WITHIN_MS = 4_000;
/** Once no call is in hand, nothing is lost by not waiting longer. */
const QUIET_WITHIN_MS = 2_000;
/** What a worker noted of itself is forgotten this long after it has died. */
const NOTE_LASTS_MS = 5 * LOOK_EVERY_MS;

export interface CampaignWorkersParts extends CampaignUpkeepParts {
  readonly clock: RedisClock;
  readonly paceWatch: PaceWatch;
  readonly refusals: RedisRefusals;
  /** Calls in flight in this process, over all campaigns. */
  readonly concurrency: number;
}

/**
 * Keeps a campaign worker for every campaign that has work, and shares the process's concurrency
 * among them by priority. A share is how many jobs a campaign worker may have in hand. It goes to
 * those that can use it, so that jobs wait in hand only for a moment. Where campaigns outnumber the
 * slots, `Slots` decides whose turn it is.
 */
export class CampaignWorkers {
  readonly #parts: CampaignWorkersParts;
  readonly #slots: Slots;
  readonly #workers = new Map<string, CampaignWorker>();
  readonly #users = new WeakMap<CampaignWorker, SlotUser>();
  readonly #watches = new WeakMap<CampaignWorker, StuckWatch>();
  /** Campaigns whose worker was set up anew and has taken nothing yet. */
  readonly #stuck = new Set<string>();
  /** They take no more jobs and still have some in hand. */
  readonly #closing = new Set<CampaignWorker>();
  /**
   * Campaigns with rules that this version does not know, and which rules. Nobody is called by them
   * here.
   */
  readonly #unkept = new Map<string, string>();
  readonly #upkeep: CampaignUpkeep;
  #version = -1;
  #timer: NodeJS.Timeout | undefined;
  #looking: Promise<void> | undefined;
  #lookAgain = false;
  #sharing: NodeJS.Timeout | undefined;
  #shareAgain = false;
  #stopped = false;
  /** Monotonic ms of the last successful look at Redis. */
  #lastLookAt: number | undefined;

  constructor(parts: CampaignWorkersParts) {
    this.#parts = parts;
    this.#slots = new Slots(parts.concurrency, () => parts.clock.monotonic());
    this.#upkeep = new CampaignUpkeep(parts, this.#workers);
  }

  /** What keeps this worker from dialing as it should, in sentences. */
  get troubles(): string[] {
    const { skewWatch, paceWatch } = this.#parts;
    const stuck = [...this.#stuck].map(
      (id) => `${id}: no call is taken though some are due; its campaign worker is set up anew`,
    );
    return [skewWatch.trouble, paceWatch.trouble, ...stuck].filter(
      (trouble) => trouble !== undefined,
    );
  }

  async start(): Promise<void> {
    // Puts back what a crash may have taken off the list of campaigns with work.
    await this.#parts.queue.campaigns.reopenAll();
    await this.#look();
    if (!this.#stopped) this.#timer = setInterval(() => this.look(), LOOK_EVERY_MS);
  }

  /** Looks at the registry soon. Several calls become one look. */
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

  /**
   * Something was announced about a scope, so sleeping campaign workers look again; or a person was
   * erased.
   */
  announced(scope: string): void {
    if (scope.startsWith(ERASED_PERSON)) {
      this.#parts.witness.erased(scope.slice(ERASED_PERSON.length));
      return;
    }
    const campaign = scope.startsWith('campaign:') ? scope.slice('campaign:'.length) : undefined;
    if (campaign === undefined) this.#wakeAll();
    else void this.#renew(campaign);
    this.look();
  }

  /** An announcement may have been missed. */
  missed(): void {
    for (const id of this.#workers.keys()) void this.#renew(id);
    this.look();
  }

  /**
   * Takes no more jobs and waits for the calls in hand; what is left after so many ms is broken
   * off. Rejects with a `DialerError` (`stop_timeout`) when Redis does not take what became of
   * them: those that may have rung are in doubt then, as after the death of a worker.
   */
  async stop(graceMs: number): Promise<void> {
    this.#stopped = true;
    clearInterval(this.#timer);
    clearTimeout(this.#sharing);
    const workers = [...this.#workers.values(), ...this.#closing];
    const calls = Promise.all(workers.map((worker) => worker.callsEnd()));
    // Campaign workers stop at once: a look may wait for Redis for long, and no call must begin
    // meanwhile.
    const quiet = Promise.all([
      ...workers.map((worker) => worker.stop()),
      this.#looking,
      this.#upkeep.stop(),
    ]);
    // A failure matters only where it is awaited.
    quiet.catch(() => {});
    const areRecorded = await this.#endCalls(workers, calls, graceMs);
    if (areRecorded && (await endsWithin(quiet, QUIET_WITHIN_MS))) return;
    // It still waits for Redis, or tidies up, which another worker does as well.
    const left = workers.reduce((sum, { inHand }) => sum + inHand, 0);
    await Promise.all(workers.map((worker) => worker.discard()));
    if (!areRecorded) throw unrecorded(left);
  }

  async #endCalls(
    workers: readonly CampaignWorker[],
    calls: Promise<unknown>,
    graceMs: number,
  ): Promise<boolean> {
    if (await endsWithin(calls, graceMs)) return true;
    for (const worker of workers) worker.abort(new Error('the time for calls in hand is over'));
    return await endsWithin(calls, RECORDED_WITHIN_MS);
  }

  #wakeAll(): void {
    for (const worker of this.#workers.values()) worker.wake();
  }

  /**
   * Wakes a campaign worker after its definition was read anew: by the old one it might open a hold
   * again that the change has just mended.
   */
  async #renew(id: string): Promise<void> {
    const worker = this.#workers.get(id);
    if (worker === undefined || this.#stopped) return;
    try {
      const news = await this.#read(id);
      // The next look closes it.
      if (news === undefined) this.look();
      if (news === undefined || this.#workers.get(id) !== worker) return;
      this.#changeWorker(worker, news);
      worker.wake();
    } catch (error) {
      this.#parts.events.unexpected('while looking for work', error);
    }
  }

  async #look(): Promise<void> {
    const { queue, clock, events, refusals, skewWatch, paceWatch, witness } = this.#parts;
    const refusedForMs = await refusals.end();
    if (refusedForMs !== undefined) events.redisTakesAll(refusedForMs);
    await witness.compare();
    const askedAt = clock.monotonic();
    const view = await queue.campaigns.look(clock.moment().wall);
    clock.observe(view.now, askedAt);
    const dialedNothing = skewWatch.trouble !== undefined;
    skewWatch.look();
    if (dialedNothing && skewWatch.trouble === undefined) this.#wakeAll();
    paceWatch.look();
    await this.#openWorkers(view);
    this.#closeWorkers(new Set(view.open.filter((id) => !this.#unkept.has(id))));
    await this.#watch(view);
    if (paceWatch.trouble !== undefined) await this.#tellOffPace(view);
    this.#version = view.version;
    this.#share();
    this.#lastLookAt = clock.monotonic();
    this.#upkeep.look(view);
  }

  async #openWorkers(view: RegistryView): Promise<void> {
    const isNews = (id: string) => !this.#workers.has(id) || view.version !== this.#version;
    const news = await Promise.all(view.open.filter(isNews).map((id) => this.#read(id)));
    for (const id of this.#unkept.keys()) if (!view.open.includes(id)) this.#unkept.delete(id);
    this.#parts.events.campaignsUnkept(this.#unkept.size);
    for (const context of news) {
      if (context === undefined || this.#stopped) continue;
      const { id } = context.campaign;
      const worker = this.#workers.get(id);
      if (worker === undefined) {
        this.#openWorker(context);
        this.#parts.events.campaignOpened(id);
      } else this.#changeWorker(worker, context);
    }
  }

  /** Undefined also where it cannot be dialed by this version. */
  async #read(id: string): Promise<CampaignContext | undefined> {
    const { queue, events } = this.#parts;
    try {
      const [edition, campaign] = await Promise.all([
        queue.campaigns.edition(id),
        queue.campaigns.get(id),
      ]);
      this.#unkept.delete(id);
      return campaign && new CampaignContext(campaign, edition, queue.campaigns);
    } catch (error) {
      if (!(error instanceof CampaignUnsupportedError)) throw error;
      const rules = error.unknownRules.join(', ');
      if (this.#unkept.get(id) !== rules) events.campaignUnsupported(id, error.unknownRules);
      this.#unkept.set(id, rules);
      await queue.campaigns.noteUnkept(id, error.unknownRules);
      return undefined;
    }
  }

  /** Calls that wait for the old hours are judged again by the new ones. */
  #changeWorker(worker: CampaignWorker, context: CampaignContext): void {
    if (context.edition === worker.context.edition) return;
    const before = worker.context.campaign;
    worker.context = context;
    const { campaign } = context;
    const { priority } = campaign;
    if (JSON.stringify({ ...before, priority }) === JSON.stringify(campaign)) return;
    this.#upkeep.changed(campaign.id);
    worker.wake();
  }

  /**
   * A campaign worker that takes nothing though it could is dead, whatever the cause: another takes
   * its place.
   */
  async #watch({ now, due }: RegistryView): Promise<void> {
    const { queue, clock, workerId } = this.#parts;
    const sinceLookMs = clock.monotonic() - (this.#lastLookAt ?? clock.monotonic());
    const isDue = new Set(due);
    for (const worker of this.#workers.values()) {
      const { campaign: id, taken, isFree, isBroken } = worker;
      const sight = { taken, isFree, isDue: isDue.has(id) };
      if (this.#watches.get(worker)?.look(sight, sinceLookMs) || isBroken) this.#replace(worker);
      else if (taken > 0 || !sight.isDue) this.#unstick(id);
    }
    for (const id of this.#stuck)
      await queue.campaigns.noteStuck(id, workerId, now + NOTE_LASTS_MS);
  }

  async #tellOffPace({ now }: RegistryView): Promise<void> {
    const { queue, workerId } = this.#parts;
    const paced = [...this.#workers.values()].filter(
      ({ context }) => context.limits.intervalMs !== undefined,
    );
    await Promise.all(
      paced.map((worker) =>
        queue.campaigns.noteOffPace(worker.campaign, workerId, now + NOTE_LASTS_MS),
      ),
    );
  }

  #replace(worker: CampaignWorker): void {
    const { events } = this.#parts;
    const { campaign, context } = worker;
    if (this.#stopped) return;
    events.campaignWorkerReplaced(campaign);
    this.#stuck.add(campaign);
    void worker
      .discard()
      .catch((error: unknown) => events.unexpected('while replacing a campaign worker', error));
    this.#openWorker(context);
  }

  #unstick(id: string): void {
    const { queue, events, workerId } = this.#parts;
    if (!this.#stuck.delete(id)) return;
    queue.campaigns
      .noteUnstuck(id, workerId)
      .catch((error: unknown) => events.unexpected('while looking for work', error));
  }

  #openWorker(context: CampaignContext): void {
    const { queue, handler, clock, events } = this.#parts;
    const { id } = context.campaign;
    const user = new SlotUser();
    const worker = new CampaignWorker(context, {
      redis: queue.redis,
      keys: queue.keys,
      handler,
      clock,
      events,
      limit: (run) => this.#slots.run(user, run),
      renew: () => this.#renew(id),
      onDemand: () => this.#shareSoon(),
    });
    this.#users.set(worker, user);
    this.#watches.set(worker, new StuckWatch());
    this.#workers.set(id, worker);
    this.#upkeep.opened(id);
  }

  /** Calls in flight may take long, so this does not wait for them. */
  #closeWorkers(open: ReadonlySet<string>): void {
    for (const worker of this.#workers.values()) {
      if (open.has(worker.campaign)) continue;
      this.#workers.delete(worker.campaign);
      this.#unstick(worker.campaign);
      this.#closing.add(worker);
      void this.#closeWorker(worker);
    }
  }

  async #closeWorker(worker: CampaignWorker): Promise<void> {
    const { events } = this.#parts;
    await worker
      .stop()
      .catch((error: unknown) => events.unexpected('while closing a campaign', error));
    this.#closing.delete(worker);
    events.campaignClosed(worker.campaign);
  }

  /** At once, unless that was done a moment ago. */
  #shareSoon(): void {
    if (this.#stopped) return;
    if (this.#sharing !== undefined) {
      this.#shareAgain = true;
      return;
    }
    this.#share();
    this.#sharing = setTimeout(() => {
      this.#sharing = undefined;
      if (!this.#shareAgain) return;
      this.#shareAgain = false;
      this.#shareSoon();
    }, SHARE_EVERY_MS);
  }

  /**
   * Campaign workers with demand share the concurrency. The others may take one job more than they
   * have in hand, so that they notice when there is one.
   */
  #share(): void {
    const { concurrency } = this.#parts;
    const sharers = [...this.#workers.values()].map((worker) => ({
      worker,
      weight: weightOf(worker.context.campaign.priority),
      wants: worker.demand,
    }));
    const hungry = sharers.filter(({ wants }) => wants > 0);
    const shares = shareOut(concurrency, hungry);
    for (const [index, { worker }] of hungry.entries()) worker.share = shares[index] ?? 1;
    for (const { worker, weight, wants } of sharers) {
      this.#weigh(worker, weight);
      if (wants === 0) worker.share = Math.min(worker.inHand + 1, concurrency);
    }
  }

  #weigh(worker: CampaignWorker, weight: number): void {
    const user = this.#users.get(worker);
    if (user !== undefined) this.#slots.weigh(user, weight);
  }
}

function unrecorded(calls: number): DialerError {
  return new DialerError(
    'stop_timeout',
    `Redis does not take what became of the calls in hand (${calls}). Those that may have rung are in doubt, the others are dialed later.`,
  );
}
