interface Flight<Batch> {
  readonly batch: Batch;
  readonly landing: Promise<void>;
}

/**
 * Batches that are under way at once: while these are added the next one is read. More would only
 * take memory.
 */
export class BatchWindow<Batch> {
  readonly #most: number;
  readonly #flights: Flight<Batch>[] = [];

  constructor(most: number) {
    this.#most = most;
  }

  /** Those under way, the oldest first. */
  get batches(): readonly Batch[] {
    return this.#flights.map(({ batch }) => batch);
  }

  /** Resolves once the work has begun. Rejects, and begins nothing, if the oldest has failed. */
  async start(batch: Batch, work: () => Promise<void>): Promise<void> {
    while (this.#flights.length >= this.#most) await this.#land();
    const landing = work();
    // A failure is thrown where the landing is awaited; until then it must not count as unhandled.
    landing.catch(() => {});
    this.#flights.push({ batch, landing });
  }

  /** Settles once nothing is under way any more. Rejects with the first failure. */
  async end(): Promise<void> {
    try {
      while (this.#flights.length > 0) await this.#land();
    } finally {
      await Promise.allSettled(this.#flights.map(({ landing }) => landing));
    }
  }

  async #land(): Promise<void> {
    await this.#flights[0]?.landing;
    this.#flights.shift();
  }
}
