import { createHash } from 'node:crypto';
import type { ForwardedResult, ForwardQueue, RedisConnection } from '@libby-dialer/dial-queue';
import { backoffMs } from '@libby-dialer/dialing';
import { type Clock, endsWithin, type Logger, sleep } from '@libby-dialer/runtime';
import type { DaemonPart } from '../daemon-part.ts';
import type { ForwardMetrics } from './forward-metrics.ts';
import { ReceiverHealth } from './receiver-health.ts';
import type { Webhook, WebhookFailure } from './webhook.ts';

export interface ForwarderOptions {
  /** Where to begin, if nobody of this name has forwarded before. */
  readonly from: 'beginning' | 'now';
  /** Results in one request; undefined for one each, as it is. */
  readonly batch: number | undefined;
  /** Requests at once. */
  readonly concurrency: number;
  /** Attempts to deliver a result before it becomes a dead letter. */
  readonly attempts: number;
  /** Between attempts: doubling from the first to the longest, half of it by chance. */
  readonly firstPauseMs: number;
  readonly longestPauseMs: number;
}

export type ForwarderEnd = 'refused' | 'removed';

export interface ForwarderParts {
  readonly queue: ForwardQueue;
  /** Serves nothing but the wait for results. */
  readonly blocking: RedisConnection;
  readonly webhook: Pick<Webhook, 'post'>;
  /** Within which a request of the webhook ends. */
  readonly requestWithinMs: number;
  readonly options: ForwarderOptions;
  readonly metrics: ForwardMetrics;
  readonly logger: Logger;
  readonly clock: Clock;
  /** In [0, 1). */
  readonly random: () => number;
  /**
   * Called when it is over: the receiver wants no more for good, or a person has removed the
   * forwarders of this name.
   */
  readonly onGone: (why: ForwarderEnd) => void;
}

/** What goes out in one request. */
interface Delivery {
  readonly results: readonly ForwardedResult[];
  /** Monotonic ms; not before that. */
  readonly dueAt: number;
  /** Monotonic ms; 0 before the first attempt. */
  readonly triedAt: number;
}

const AFTER_AN_ERROR_MS = 1000;
/** How long Redis gets to record the end; otherwise others claim what is in hand a minute later. */
const SAID_WITHIN_MS = 4000;
/**
 * Results in memory, waiting ones included. With more than that, failing ones have to be delivered
 * or given up first.
 */
const MOST_HELD = 2000;
/**
 * While the receiver is down, probes take turns among this many results, so that one bad message
 * does not stand for all.
 */
const PROBES = 3;

/**
 * Delivers results to one receiver, each at least once. Dialing does not notice: results are in
 * their stream anyway, and whatever the receiver does, only this process waits.
 *
 * A result is read, is then under way or waiting for its next attempt, and is acknowledged at the
 * end, as delivered or as a dead letter. An attempt counts if the result failed by itself: not
 * while the receiver is down for all, and not in a batch, which is halved until it is clear which
 * of its results is refused.
 */
export class Forwarder implements DaemonPart {
  readonly #parts: ForwarderParts;
  readonly #health: ReceiverHealth;
  readonly #stopping = new AbortController();
  readonly #underWay = new Map<Delivery, Promise<void>>();
  #waiting: Delivery[] = [];
  #intake: Promise<void> | undefined;
  #keeping: NodeJS.Timeout | undefined;
  #nextDue: NodeJS.Timeout | undefined;
  #changed = Promise.withResolvers<void>();
  #claimAt = 0;
  #gone: ForwarderEnd | undefined;
  #stopped: Promise<void> | undefined;

  constructor(parts: ForwarderParts) {
    this.#parts = parts;
    const { concurrency, firstPauseMs, longestPauseMs } = parts.options;
    this.#health = new ReceiverHealth({
      concurrency,
      firstPauseMs,
      longestPauseMs,
      random: parts.random,
    });
  }

  async start(): Promise<void> {
    const { queue, options, metrics } = this.#parts;
    await queue.open(options.from);
    metrics.watch({
      down: () => (this.#health.isDown ? 1 : 0),
      underWay: () => this.#underWay.size,
      held: () => this.#held().length,
    });
    this.#keeping = setInterval(() => void this.#keep(), queue.claimAfterMs / 3);
    this.#intake = this.#takeIn();
  }

  stop(): Promise<void> {
    this.#stopped ??= this.#stop();
    return this.#stopped;
  }

  async #stop(): Promise<void> {
    this.#stopping.abort();
    clearInterval(this.#keeping);
    clearTimeout(this.#nextDue);
    this.#notify();
    const deliveries = Promise.all(this.#underWay.values());
    if (await endsWithin(deliveries, this.#parts.requestWithinMs + SAID_WITHIN_MS))
      await endsWithin(this.#giveBack(), SAID_WITHIN_MS);
  }

  async #giveBack(): Promise<void> {
    if (this.#intake === undefined) return;
    await this.#intake;
    await this.#parts.queue.release(this.#held());
    this.#waiting = [];
  }

  trouble(): string | undefined {
    if (this.#gone === 'refused') return 'the receiver wants no more (410)';
    if (this.#gone === 'removed') return 'it was removed';
    return this.#health.isDown ? 'the receiver takes nothing at the moment' : undefined;
  }

  async #takeIn(): Promise<void> {
    while (!this.#stopping.signal.aborted) {
      try {
        const most = this.#wanted();
        if (most > 0) this.#hold(await this.#next(most));
        else await this.#changed.promise;
      } catch (error) {
        await this.#readFailed(error);
      }
    }
  }

  /**
   * Results to be read now: no more than can go out at once, and while the receiver is down only
   * what probes need.
   */
  #wanted(): number {
    const { batch = 1 } = this.#parts.options;
    if (this.#health.isDown) return this.#waiting.length + this.#underWay.size < PROBES ? batch : 0;
    const now = this.#now();
    const ready = this.#waiting.filter(({ dueAt }) => dueAt <= now).length;
    // As many again wait in memory, for when those under way are through.
    const free = 2 * this.#health.limit - this.#underWay.size - ready;
    return Math.max(0, Math.min(free * batch, MOST_HELD - this.#held().length));
  }

  /** First what others have left behind, then what nobody has read. */
  async #next(most: number): Promise<ForwardedResult[]> {
    const { queue, blocking } = this.#parts;
    if (this.#now() >= this.#claimAt) {
      // After a long outage of Redis this includes what this forwarder itself has in hand.
      const held = new Set(this.#held().map(({ id }) => id));
      const claimed = (await queue.claim(most)).filter(({ id }) => !held.has(id));
      if (claimed.length > 0) return claimed;
      this.#claimAt = this.#now() + queue.claimEveryMs;
    }
    return await queue.read(blocking, most);
  }

  async #readFailed(cause: unknown): Promise<void> {
    const { logger } = this.#parts;
    logger.warn({ err: cause }, 'could not read results; trying again');
    await sleep(AFTER_AN_ERROR_MS, this.#stopping.signal).catch(() => {});
    if (cause instanceof Error && cause.message.startsWith('NOGROUP'))
      await this.#groupGone().catch(() => {});
  }

  /** A removed group is not created again: it would begin with the very first result. */
  async #groupGone(): Promise<void> {
    const { queue, options } = this.#parts;
    if (await queue.isRemoved()) this.#end('removed');
    else await queue.open(options.from);
  }

  /** What has been tried before goes on by itself, and no sooner than it would have. */
  #hold(results: readonly ForwardedResult[]): void {
    const { batch = 1 } = this.#parts.options;
    const fresh = results.filter(({ attempts }) => attempts === 0);
    for (let index = 0; index < fresh.length; index += batch) {
      this.#waiting.push({ results: fresh.slice(index, index + batch), dueAt: 0, triedAt: 0 });
    }
    for (const result of results) {
      if (result.attempts > 0) this.#wait([result], this.#pauseMs(result.attempts));
    }
    this.#pump();
  }

  #wait(results: readonly ForwardedResult[], pauseMs: number): void {
    const now = this.#now();
    this.#waiting.push({ results, dueAt: now + pauseMs, triedAt: now });
  }

  /** Lets out whatever may go out now, and comes back when the next may. */
  #pump(): void {
    clearTimeout(this.#nextDue);
    if (this.#stopping.signal.aborted) return;
    for (
      let delivery = this.#nextDelivery();
      delivery !== undefined;
      delivery = this.#nextDelivery()
    ) {
      this.#waiting.splice(this.#waiting.indexOf(delivery), 1);
      const next = delivery;
      this.#underWay.set(
        next,
        this.#deliver(next).finally(() => {
          this.#underWay.delete(next);
          this.#pump();
          this.#notify();
        }),
      );
    }
    const at = this.#health.isDown
      ? this.#health.probeAt
      : Math.min(...this.#waiting.map(({ dueAt }) => dueAt));
    if (this.#waiting.length === 0 || this.#underWay.size >= this.#health.limit) return;
    this.#nextDue = setTimeout(() => this.#pump(), Math.max(1, at - this.#now()));
  }

  #nextDelivery(): Delivery | undefined {
    if (this.#underWay.size >= this.#health.limit) return undefined;
    const now = this.#now();
    if (this.#health.isDown) {
      if (now < this.#health.probeAt) return undefined;
      return this.#waiting.toSorted((a, b) => a.triedAt - b.triedAt)[0];
    }
    return this.#waiting
      .filter(({ dueAt }) => dueAt <= now)
      .toSorted((a, b) => a.dueAt - b.dueAt)[0];
  }

  async #deliver({ results: planned }: Delivery): Promise<void> {
    const { webhook, queue, metrics, logger } = this.#parts;
    let results = planned;
    try {
      results = await this.#stillToDeliver(planned);
      if (results.length === 0) return;
      const ticket = this.#health.begin();
      const answer = await webhook.post(messageId(results), this.#bodyOf(results));
      if (answer.kind === 'delivered') {
        this.#recovered();
        metrics.requests.inc({ answer: 'delivered' });
        await queue.delivered(results);
        metrics.delivered.inc(results.length);
      } else if (answer.kind === 'gone') {
        this.#end('refused');
        this.#wait(results, 0);
      } else {
        const wasDown = this.#health.isDown;
        this.#failed(answer, ticket, results);
        await this.#tryAgain(results, answer, wasDown && answer.blames === 'receiver');
      }
    } catch (error) {
      // Redis refused to note it. The promise allows delivering twice, but not losing.
      logger.warn(
        { err: error, id: results[0]?.id },
        'could not note what became of a result; delivering it again',
      );
      this.#wait(results, AFTER_AN_ERROR_MS);
    }
  }

  /**
   * It may have waited here for long: what an erasure has removed meanwhile must not go out from
   * memory.
   */
  async #stillToDeliver(results: readonly ForwardedResult[]): Promise<readonly ForwardedResult[]> {
    const lost = new Set(await this.#parts.queue.keep(results));
    return lost.size === 0 ? results : results.filter((result) => !lost.has(result));
  }

  /** @param isOutage it says nothing of these results */
  async #tryAgain(
    results: readonly ForwardedResult[],
    failure: WebhookFailure,
    isOutage: boolean,
  ): Promise<void> {
    const [only, ...others] = results;
    const asked = failure.retryAfterMs ?? 0;
    if (only === undefined) return;
    if (isOutage) return this.#wait(results, asked);
    if (others.length > 0) {
      const middle = Math.ceil(results.length / 2);
      const pauseMs = Math.max(asked, this.#pauseMs(1));
      this.#wait(results.slice(0, middle), pauseMs);
      return this.#wait(results.slice(middle), pauseMs);
    }
    const attempts = await this.#parts.queue.spend(only);
    if (attempts === undefined) return;
    if (attempts >= this.#parts.options.attempts)
      return await this.#giveUp(only, failure, attempts);
    this.#wait([{ ...only, attempts }], Math.max(asked, this.#pauseMs(attempts)));
  }

  async #giveUp(
    result: ForwardedResult,
    { reason }: WebhookFailure,
    attempts: number,
  ): Promise<void> {
    const { queue, metrics, logger, clock } = this.#parts;
    if (!(await queue.bury(result, reason, attempts, clock.now()))) return;
    metrics.dead.inc();
    logger.error(
      { id: result.id, reason, attempts },
      'a result could not be delivered and is a dead letter now',
    );
  }

  #recovered(): void {
    const wasDown = this.#health.isDown;
    this.#health.succeeded();
    if (wasDown) this.#parts.logger.info('the receiver takes results again');
  }

  #failed(
    { reason, blames, retryAfterMs }: WebhookFailure,
    ticket: number,
    results: readonly ForwardedResult[],
  ): void {
    const { metrics, logger } = this.#parts;
    const wasDown = this.#health.isDown;
    metrics.requests.inc({ answer: 'failed' });
    logger.warn({ id: results[0]?.id, results: results.length, reason }, 'a result was not taken');
    this.#health.failed(ticket, this.#now(), { blames, retryAfterMs });
    if (!wasDown && this.#health.isDown) {
      logger.error(
        { reason },
        'the receiver takes nothing: only one request at a time goes out, to see when it does',
      );
    }
  }

  #end(why: ForwarderEnd): void {
    if (this.#gone !== undefined) return;
    this.#gone = why;
    this.#stopping.abort();
    this.#parts.onGone(why);
  }

  /**
   * So that no other forwarder takes over what waits here; what one has taken over meanwhile, or an
   * erasure has removed, is dropped.
   */
  async #keep(): Promise<void> {
    const held = this.#held();
    if (held.length === 0) return;
    try {
      const lost = new Set((await this.#parts.queue.keep(held)).map(({ id }) => id));
      if (lost.size === 0) return;
      this.#waiting = this.#waiting
        .map((delivery) => ({
          ...delivery,
          results: delivery.results.filter(({ id }) => !lost.has(id)),
        }))
        .filter(({ results }) => results.length > 0);
      this.#notify();
    } catch (error) {
      this.#parts.logger.warn(
        { err: error },
        'could not say which results are in hand; another may deliver them too',
      );
    }
  }

  #bodyOf(results: readonly ForwardedResult[]): string {
    const records = results.map(({ result }) => result).join(',');
    return this.#parts.options.batch === undefined ? records : `{"results":[${records}]}`;
  }

  #held(): ForwardedResult[] {
    return [...this.#waiting, ...this.#underWay.keys()].flatMap(({ results }) => results);
  }

  #pauseMs(attempts: number): number {
    const { options, random } = this.#parts;
    const { firstPauseMs: firstMs, longestPauseMs: longestMs } = options;
    return backoffMs({ firstMs, longestMs }, attempts, random());
  }

  #now(): number {
    return this.#parts.clock.monotonic();
  }

  #notify(): void {
    this.#changed.resolve();
    this.#changed = Promise.withResolvers();
  }
}

/**
 * Names what is sent, by content: the same results give the same id, and other results never do.
 */
function messageId(results: readonly ForwardedResult[]): string {
  const ids = results.map(({ id }) => id);
  if (ids.length === 1) return ids[0] ?? '';
  return `batch-${createHash('sha256').update(ids.join(' ')).digest('hex').slice(0, 32)}`;
}
