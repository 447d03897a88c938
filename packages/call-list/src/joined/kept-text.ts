/** The text of a list as it was read, kept until it is taken. Places are in UTF-16 units. */
export class KeptText {
  #text = '';
  /** Where `#text` begins, and how much of it was taken. */
  #start = 0;
  #taken = 0;

  async *tap(texts: AsyncIterable<string>): AsyncGenerator<string> {
    for await (const text of texts) {
      this.#text = this.#text.slice(this.#taken) + text;
      this.#start += this.#taken;
      this.#taken = 0;
      yield text;
    }
  }

  /** Without taking it. */
  between(start: number, end: number): string {
    return this.#text.slice(start - this.#start, end - this.#start);
  }

  /** What was not taken before, up to a place. */
  takeTo(end: number): string {
    const from = this.#taken;
    this.#taken = Math.max(from, end - this.#start);
    return this.#text.slice(from, this.#taken);
  }

  takeRest(): string {
    return this.takeTo(this.#start + this.#text.length);
  }
}
