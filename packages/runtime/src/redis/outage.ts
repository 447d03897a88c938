/**
 * A thing that works or does not, and since when: whoever tells of it does so once, not at every
 * try.
 */
export class Outage {
  #since: number | undefined;
  #reason = '';

  /** A sentence; undefined while it works. */
  get reason(): string | undefined {
    return this.#since === undefined ? undefined : this.#reason;
  }

  /** Returns whether this is how it begins. @param at ms */
  began(reason: string, at: number): boolean {
    this.#reason = reason;
    if (this.#since !== undefined) return false;
    this.#since = at;
    return true;
  }

  /** How long it has lasted, in ms; undefined where there was none. */
  ended(at: number): number | undefined {
    const since = this.#since;
    this.#since = undefined;
    return since === undefined ? undefined : at - since;
  }
}
