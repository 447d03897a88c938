/** One campaign that wants slots of this process. Only `Slots` uses its fields. */
export class SlotUser {
  /** How long it may hold slots, compared with others. */
  weight = 1;
  /** Slot milliseconds it has had, divided by its weight. Who has had least is next. */
  had = 0;
  readonly waiting: (() => void)[] = [];
}

/**
 * The calls that a process may have in flight, given out in weighted turns. A free slot goes to
 * whoever waits and has held slots for the shortest time, by its weight. So a campaign of slow
 * calls gets no more of them than one of quick calls, and nobody waits for ever. Whoever comes back
 * after a while begins where the others stand: nothing is owed for the time away.
 */
export class Slots {
  readonly #monotonic: () => number;
  #free: number;
  /** In the order in which they began to wait: between equals the first is next. */
  readonly #waiting = new Set<SlotUser>();
  /** What the last to be given a slot had had by then. */
  #turn = 0;

  constructor(total: number, monotonic: () => number) {
    this.#free = total;
    this.#monotonic = monotonic;
  }

  /**
   * A new weight takes effect with the next turn; slots held under the old one do not count against
   * it.
   */
  weigh(user: SlotUser, weight: number): void {
    if (user.weight === weight) return;
    user.weight = weight;
    user.had = Math.min(user.had, this.#turn);
  }

  /** Runs something within a slot, as soon as there is one. */
  async run<T>(user: SlotUser, work: () => Promise<T>): Promise<T> {
    await this.#take(user);
    const from = this.#monotonic();
    try {
      return await work();
    } finally {
      user.had += (this.#monotonic() - from) / user.weight;
      this.#free += 1;
      this.#giveOut();
    }
  }

  #take(user: SlotUser): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    if (user.waiting.length === 0) user.had = Math.max(user.had, this.#turn);
    user.waiting.push(resolve);
    this.#waiting.add(user);
    this.#giveOut();
    return promise;
  }

  #giveOut(): void {
    while (this.#free > 0 && this.#waiting.size > 0) {
      const next = this.#next();
      this.#turn = Math.max(this.#turn, next.had);
      this.#free -= 1;
      const go = next.waiting.shift();
      // Again behind those that have had as little.
      this.#waiting.delete(next);
      if (next.waiting.length > 0) this.#waiting.add(next);
      go?.();
    }
  }

  #next(): SlotUser {
    return [...this.#waiting].reduce((least, user) => (user.had < least.had ? user : least));
  }
}
