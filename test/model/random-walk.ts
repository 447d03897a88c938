import { broken } from './invariants.ts';
import { movesFrom, PROTOCOL, type Protocol } from './moves.ts';
import { beginning, isAtRest, type Move, type Scope } from './world.ts';

/**
 * How often each kind of move is taken where there is a choice: mostly work, so that a walk comes
 * far.
 */
const WEIGHTS: Readonly<Record<Move['by'], number>> = { work: 12, mishap: 1, people: 1, time: 2 };
/** From then on nothing more goes wrong, and a campaign that stands still is resumed. */
const LENGTH = 150;
const LONGEST = 20_000;

export interface Walk {
  readonly steps: number;
  /**
   * Nothing when every promise was kept and every call came to its end; else what went wrong, as a
   * story.
   */
  readonly trouble: string;
}

/** One way through a world, chosen by a seed: the same seed, the same way. */
export function walk(scope: Scope, seed: number, protocol: Protocol = PROTOCOL): Walk {
  const random = randomBy(seed);
  const story: string[] = [];
  let world = beginning(scope);
  for (let step = 0; step < LONGEST; step += 1) {
    if (step > LENGTH && isAtRest(world)) return { steps: step, trouble: '' };
    const move = choose(movesFrom(world, scope, protocol), random, step > LENGTH);
    story.push(move.story);
    const promises = broken(world, move);
    if (promises.length > 0)
      return { steps: step, trouble: report(seed, promises.join('; '), story) };
    world = move.next;
  }
  return {
    steps: LONGEST,
    trouble: report(seed, 'every call comes to its end', story.slice(0, LENGTH)),
  };
}

function report(seed: number, promises: string, story: readonly string[]): string {
  return [`Seed ${seed}. Broken: ${promises}. It comes about so:`, ...story].join('\n');
}

function choose(moves: readonly Move[], random: () => number, isNearEnd: boolean): Move {
  const weights = moves.map((move) => (isNearEnd && !endsSomething(move) ? 0 : WEIGHTS[move.by]));
  let rest = random() * weights.reduce((sum, weight) => sum + weight, 0);
  for (const [index, move] of moves.entries()) {
    rest -= weights[index] ?? 0;
    if (rest < 0) return move;
  }
  throw new Error('nothing can happen');
}

const LETS_GO_ON = new Set(['somebody resumes the campaign', 'somebody releases the canary']);

function endsSomething({ by, story }: Move): boolean {
  return by === 'work' || by === 'time' || LETS_GO_ON.has(story);
}

/** Numbers in [0, 1): mulberry32. */
function randomBy(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
