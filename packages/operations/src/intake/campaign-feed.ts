import type { CallLoader, IdentifiedCall, LoadVerdict } from '@libby-dialer/dial-queue';

/** Best for BullMQ: more at once has no more throughput, and keeps whoever waits waiting. */
const MOST_AT_ONCE = 500;

interface Waiting {
  /** Their ids differ. */
  readonly calls: readonly IdentifiedCall[];
  readonly resolve: (verdicts: readonly LoadVerdict[]) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Takes pushed calls into one campaign's queue. While one batch is added, further calls wait and
 * make the next, so that one call for each request costs no more than lists do.
 */
export class CampaignFeed {
  readonly #loader: () => CallLoader;
  readonly #onFailure: () => void;
  readonly #waiting: Waiting[] = [];
  #running: Promise<void> | undefined;

  /** @param onFailure told when a batch may have been added in part */
  constructor(loader: () => CallLoader, onFailure: () => void) {
    this.#loader = loader;
    this.#onFailure = onFailure;
  }

  get isIdle(): boolean {
    return this.#running === undefined;
  }

  /**
   * Queues what is new, and says of each call what it was. Rejects as `CallLoader.feed` does: then
   * some may be queued all the same.
   */
  add(calls: readonly IdentifiedCall[]): Promise<readonly LoadVerdict[]> {
    const { promise, resolve, reject } = Promise.withResolvers<readonly LoadVerdict[]>();
    this.#waiting.push({ calls, resolve, reject });
    this.#running ??= this.#run();
    return promise;
  }

  async #run(): Promise<void> {
    // Whatever comes in the same turn goes with the first batch.
    await Promise.resolve();
    while (this.#waiting.length > 0) await this.#feed(this.#next());
    this.#running = undefined;
  }

  #next(): Waiting[] {
    let calls = 0;
    let count = 0;
    for (const { calls: own } of this.#waiting) {
      if (count > 0 && calls + own.length > MOST_AT_ONCE) break;
      calls += own.length;
      count += 1;
    }
    return this.#waiting.splice(0, count);
  }

  async #feed(batch: readonly Waiting[]): Promise<void> {
    const unlike = new Map<string, IdentifiedCall>();
    for (const call of batch.flatMap(({ calls }) => calls))
      if (!unlike.has(call.callId)) unlike.set(call.callId, call);
    try {
      const verdicts = await this.#loader().feed([...unlike.values()]);
      const verdictOf = new Map([...unlike.keys()].map((id, index) => [id, verdicts[index]]));
      const tell = ({ callId }: IdentifiedCall): LoadVerdict => {
        const verdict = verdictOf.get(callId) ?? 'already_queued';
        // Whoever asks for the same call next finds it there.
        if (verdict === 'queued') verdictOf.set(callId, 'already_queued');
        return verdict;
      };
      for (const { calls, resolve } of batch) resolve(calls.map(tell));
    } catch (error) {
      this.#onFailure();
      for (const { reject } of batch) reject(error);
    }
  }
}
