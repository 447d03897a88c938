/** What one question was answered: an error is its own, and no other's. */
export type Answered<Answer> = Answer | Error;

/** Asks about many at once. Answers each, in their order. */
export type AskTogether<Question, Answer> = (
  questions: readonly Question[],
) => Promise<readonly Answered<Answer>[]>;

interface Waiting<Question, Answer> {
  readonly question: Question;
  readonly resolve: (answer: Answer) => void;
  readonly reject: (error: unknown) => void;
}

/** How many are asked together at most: nothing interrupts a script that reads them. */
const MOST = 32;

/**
 * What is asked in one turn of the event loop is asked together at its end. Nothing waits for more
 * to come.
 */
export class TurnBatch<Question, Answer> {
  readonly #askTogether: AskTogether<Question, Answer>;
  #waiting: Waiting<Question, Answer>[] = [];

  constructor(askTogether: AskTogether<Question, Answer>) {
    this.#askTogether = askTogether;
  }

  /** Rejects with what this question failed with, or all that were asked with it. */
  ask(question: Question): Promise<Answer> {
    if (this.#waiting.length === 0) setImmediate(() => this.#askAll());
    return new Promise((resolve, reject) => {
      this.#waiting.push({ question, resolve, reject });
    });
  }

  #askAll(): void {
    const all = this.#waiting;
    this.#waiting = [];
    for (let from = 0; from < all.length; from += MOST)
      void this.#askSome(all.slice(from, from + MOST));
  }

  async #askSome(batch: readonly Waiting<Question, Answer>[]): Promise<void> {
    try {
      const answers = await this.#askTogether(batch.map(({ question }) => question));
      for (const [index, { resolve, reject }] of batch.entries()) {
        const answer = answers[index] as Answered<Answer>;
        if (answer instanceof Error) reject(answer);
        else resolve(answer);
      }
    } catch (error) {
      for (const { reject } of batch) reject(error);
    }
  }
}
