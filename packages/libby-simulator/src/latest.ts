/** The latest `capacity` items, in order of arrival. */
export class Latest<T> {
  readonly #items: T[] = [];
  readonly #capacity: number;
  #oldest = 0;

  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  /** Returns the item that had to go: with no capacity at all, the new one. */
  add(item: T): T | undefined {
    if (this.#capacity === 0) return item;
    if (this.#items.length < this.#capacity) {
      this.#items.push(item);
      return undefined;
    }
    const evicted = this.#items[this.#oldest];
    this.#items[this.#oldest] = item;
    this.#oldest = (this.#oldest + 1) % this.#capacity;
    return evicted;
  }

  toArray(): T[] {
    return [...this.#items.slice(this.#oldest), ...this.#items.slice(0, this.#oldest)];
  }
}
