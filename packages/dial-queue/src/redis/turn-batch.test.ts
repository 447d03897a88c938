import { setImmediate as endOfTurn } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { type Answered, TurnBatch } from './turn-batch.ts';

/** Doubles what it is asked, and notes what was asked together. */
class Doubling {
  readonly batches: (readonly number[])[] = [];
  readonly batch: TurnBatch<number, number>;

  constructor(answer: (questions: readonly number[]) => readonly Answered<number>[] = doubled) {
    this.batch = new TurnBatch(async (questions) => {
      this.batches.push(questions);
      return answer(questions);
    });
  }

  ask(...questions: number[]) {
    return Promise.allSettled(questions.map((question) => this.batch.ask(question)));
  }
}

function doubled(questions: readonly number[]): number[] {
  return questions.map((question) => 2 * question);
}

const told = (values: readonly number[]) => values.map((value) => ({ status: 'fulfilled', value }));
const failed = (reason: Error) => ({ status: 'rejected', reason });

describe('questions of one turn', () => {
  it('are asked together, and each has its own answer', async () => {
    const doubling = new Doubling();
    expect(await doubling.ask(1, 2, 3)).toEqual(told([2, 4, 6]));
    expect(doubling.batches).toEqual([[1, 2, 3]]);
  });

  it('wait for none of the next', async () => {
    const doubling = new Doubling();
    const first = doubling.ask(1);
    await endOfTurn();
    const second = doubling.ask(2);
    expect([await first, await second]).toEqual([told([2]), told([4])]);
    expect(doubling.batches).toEqual([[1], [2]]);
  });

  it('are asked in several batches where they are many', async () => {
    const doubling = new Doubling();
    const questions = Array.from({ length: 100 }, (_, index) => index);
    expect(await doubling.ask(...questions)).toEqual(told(doubled(questions)));
    expect(doubling.batches.flat()).toEqual(questions);
    expect(Math.max(...doubling.batches.map(({ length }) => length))).toBe(32);
  });
});

describe('a failure', () => {
  const failure = new Error('it is odd');

  it('of one is no other’s', async () => {
    const doubling = new Doubling((questions) =>
      questions.map((question) => (question === 2 ? failure : 2 * question)),
    );
    expect(await doubling.ask(1, 2, 3)).toEqual([told([2]), failed(failure), told([6])].flat());
  });

  it('to ask is everybody’s, and not that of the next', async () => {
    const doubling = new Doubling((questions) => {
      if (questions.includes(1)) throw failure;
      return doubled(questions);
    });
    expect(await doubling.ask(1, 2)).toEqual([failed(failure), failed(failure)]);
    expect(await doubling.ask(2)).toEqual(told([4]));
  });
});
