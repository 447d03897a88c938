import type { EndedEntry, InboxConsumer, InboxEntry } from '@libby-dialer/dial-queue';
import { BatchWindow, FedCampaigns } from '@libby-dialer/operations';
import {
  describeRedis,
  endsWithin,
  explainRedisError,
  type Logger,
  Outage,
  sleep,
  systemClock,
} from '@libby-dialer/runtime';
import type { DaemonContext, DaemonPart } from '../daemon-part.ts';
import { BatchIntake, type CheckedEntry } from './batch-intake.ts';
import { InboxMetrics } from './inbox-metrics.ts';

const RETRY_AFTER_MS = 1000;
/** How often to look for what dead daemons have left. */
const SWEEP_EVERY_MS = 10_000;
/** While one is finished the next is added. */
const BATCHES_IN_FLIGHT = 2;
/** With Redis away nothing in hand can be finished; another daemon, or the next, claims it. */
const STOP_WITHIN_MS = 10_000;

type EndedEntries = readonly EndedEntry[];

/**
 * Takes entries of the inbox into their campaigns' queues, in batches: while one is finished, the
 * next is added, and the one after it read and checked. It takes no more than that, so what it
 * cannot put away stays in the stream. What fails is tried again until it succeeds; at worst an
 * entry stays pending, and is taken up by another daemon.
 */
export class InboxPart implements DaemonPart {
  readonly #daemon: DaemonContext;
  readonly #logger: Logger;
  readonly #stopping = new AbortController();
  readonly #reading = new Outage();
  readonly #checking = new Outage();
  readonly #adding = new Outage();
  readonly #finishing = new Outage();
  readonly #metrics: InboxMetrics;
  #running: Promise<void> | undefined;

  constructor(daemon: DaemonContext) {
    this.#daemon = daemon;
    this.#logger = daemon.logger.child({ part: 'inbox' });
    this.#metrics = new InboxMetrics(daemon.registry);
  }

  async start(): Promise<void> {
    const { context, daemonId, connect } = this.#daemon;
    const { queue } = context;
    const consumer = queue.inboxConsumer(await connect('blocking'), daemonId);
    this.#running = this.#run(consumer, new FedCampaigns(queue));
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    if (this.#running !== undefined) await endsWithin(this.#running, STOP_WITHIN_MS);
  }

  trouble(): string | undefined {
    const outages = [this.#reading, this.#checking, this.#adding, this.#finishing];
    const reason = outages.map(({ reason }) => reason).find((reason) => reason !== undefined);
    return reason === undefined ? undefined : `The inbox waits: ${reason}`;
  }

  async #run(consumer: InboxConsumer, fed: FedCampaigns): Promise<void> {
    await using campaigns = fed;
    const intake = await this.#insist(this.#checking, async () => {
      const { queue } = this.#daemon.context;
      return new BatchIntake(campaigns, await queue.identity());
    });
    if (intake === undefined) return;
    const batches = new BatchWindow(BATCHES_IN_FLIGHT);
    let added: Promise<EndedEntries> = Promise.resolve([]);
    let finished = Promise.resolve();
    for await (const entries of this.#batches(consumer)) {
      const checked = await this.#insist(this.#checking, () => intake.check(entries));
      if (checked === undefined) break;
      await batches.start(entries, () => {
        added = this.#add(consumer, intake, checked, added);
        finished = this.#finish(consumer, added, finished);
        return finished;
      });
    }
    await batches.end();
    await consumer.leave().catch(() => {}); // others take the name off, in time
  }

  /** What dead daemons have left, and what is new, until the part is stopped. */
  async *#batches(consumer: InboxConsumer): AsyncGenerator<readonly InboxEntry[]> {
    let sweptAt = Number.NEGATIVE_INFINITY;
    while (!this.#stopping.signal.aborted) {
      if (systemClock.monotonic() - sweptAt >= SWEEP_EVERY_MS) {
        yield* this.#leftBehind(consumer);
        sweptAt = systemClock.monotonic();
      }
      const entries = await this.#insist(this.#reading, () =>
        rejoining(consumer, () => consumer.read()),
      );
      if (entries !== undefined && entries.length > 0) yield entries;
    }
  }

  async *#leftBehind(consumer: InboxConsumer): AsyncGenerator<readonly InboxEntry[]> {
    while (!this.#stopping.signal.aborted) {
      const entries = await this.#insist(this.#reading, () =>
        rejoining(consumer, () => consumer.reclaim()),
      );
      if (entries === undefined || entries.length === 0) break;
      this.#logger.warn(
        { entries: entries.length },
        'took over entries that another daemon had not finished',
      );
      yield entries;
    }
    await this.#insist(this.#reading, async () => {
      await rejoining(consumer, () => consumer.showUp());
      await consumer.forgetOthers();
      this.#metrics.waiting.set(await consumer.waiting());
    });
  }

  /** None if it cannot be done before the part is stopped: then the entries stay pending. */
  async #add(
    consumer: InboxConsumer,
    intake: BatchIntake,
    entries: readonly CheckedEntry[],
    before: Promise<EndedEntries>,
  ): Promise<EndedEntries> {
    await before;
    let inHand = entries;
    const ended = await this.#insist(this.#adding, async () => {
      // This process may have stood still for any time: what was erased or finished meanwhile must
      // not be queued.
      inHand = await consumer.hold(inHand);
      return await intake.add(inHand);
    });
    return ended ?? [];
  }

  /** An entry is finished only after its job is in the queue, and batches in their order. */
  async #finish(
    consumer: InboxConsumer,
    added: Promise<EndedEntries>,
    before: Promise<void>,
  ): Promise<void> {
    const [entries] = await Promise.all([added, before]);
    if (entries.length === 0) return;
    await this.#insist(this.#finishing, async () => {
      const { ended, waiting } = await consumer.finish(entries);
      this.#count(entries, ended);
      this.#metrics.waiting.set(waiting);
    });
  }

  #count(entries: EndedEntries, ended: ReadonlySet<string>): void {
    for (const { id, status } of entries)
      if (ended.has(id)) this.#metrics.entries.inc({ fate: status.kind });
  }

  /** Tries until it succeeds, or until the part is stopped: then undefined. */
  async #insist<T>(outage: Outage, work: () => Promise<T>): Promise<T | undefined> {
    for (;;) {
      try {
        const result = await work();
        const outageMs = outage.ended(systemClock.monotonic());
        if (outageMs !== undefined)
          this.#logger.info({ outageMs: Math.round(outageMs) }, 'the inbox goes on');
        return result;
      } catch (error) {
        this.#failed(outage, error);
        await sleep(RETRY_AFTER_MS, this.#stopping.signal).catch(() => {});
        if (this.#stopping.signal.aborted) return undefined;
      }
    }
  }

  #failed(outage: Outage, error: unknown): void {
    const { config } = this.#daemon.context;
    const reason = explainRedisError(error, describeRedis(config.redis.connection));
    if (!outage.began(reason, systemClock.monotonic())) return;
    this.#logger.error({ reason, err: error }, 'the inbox waits: nothing is lost, it tries again');
  }
}

/**
 * The group is created at the start, and again after somebody has deleted the stream or Redis has
 * gone back to before it.
 */
async function rejoining<T>(consumer: InboxConsumer, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof Error && /^(?:NOGROUP|UNBLOCKED)/.test(error.message))) throw error;
    await consumer.join();
    return work();
  }
}
