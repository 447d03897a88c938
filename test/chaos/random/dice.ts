import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import type { RandomGenerator } from 'pure-rand/types/RandomGenerator';

/** Chance that comes out the same for the same seed. */
export class Dice {
  readonly #generator: RandomGenerator;

  constructor(seed: number) {
    // Of seeds that follow one another the first numbers would be alike: they are spread over all
    // there are.
    this.#generator = xoroshiro128plus(Math.imul(seed ^ (seed >>> 16), 0x9e3779b1));
    for (let drawn = 0; drawn < 16; drawn += 1) this.#generator.next();
  }

  /** A whole number; both ends are possible. */
  between(least: number, most: number): number {
    return uniformInt(this.#generator, least, most);
  }

  oneOf<Item>(items: readonly Item[]): Item {
    return items[this.between(0, items.length - 1)] as Item;
  }

  chance(probability: number): boolean {
    return this.between(0, 999_999) < probability * 1_000_000;
  }
}
