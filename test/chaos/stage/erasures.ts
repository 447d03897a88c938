import type { Enqueuer } from './enqueuer.ts';
import type { SmallCampaigns } from './small-campaigns.ts';

/** Of those on the list; jobs of the others are changed by foreign programs. */
export function mayBeErased(number: string): boolean {
  return Number(number.at(-1)) % 2 === 1;
}

/** People whose data are taken out in mid-run. */
export class Erasures {
  /** Who, and when it was done, by a clock that does not go back. */
  readonly done = new Map<string, number>();
  /** Also those that are under way. */
  readonly begun = new Set<string>();
  readonly #enqueuer: Enqueuer;
  readonly #listed: readonly string[];
  readonly #small: SmallCampaigns;
  /** Before that a loader may have a row in hand that nobody can find. */
  #isLoaded = false;

  constructor(enqueuer: Enqueuer, listed: readonly string[], small: SmallCampaigns) {
    this.#enqueuer = enqueuer;
    this.#listed = listed;
    this.#small = small;
  }

  /** From now on whoever is on the list may be erased. */
  listIsLoaded(): void {
    this.#isLoaded = true;
  }

  /**
   * Somebody that the pick decides. A call in flight to them has to end first; done when the
   * command says so.
   */
  async erase(pick: number): Promise<void> {
    const people = this.#isLoaded ? this.#listed.filter(mayBeErased) : this.#small.loaded;
    const person = people[pick % people.length];
    if (person === undefined) return;
    this.begun.add(person);
    await this.#enqueuer.insist(['erase', person, '--by', 'chaos']);
    this.done.set(person, performance.now());
  }
}
