import { fingerprint } from './fingerprint.ts';
import { broken, type Promised } from './invariants.ts';
import { movesFrom, PROTOCOL, type Protocol } from './moves.ts';
import { beginning, isAtRest, type Move, type Scope, type World } from './world.ts';

export interface Exploration {
  /** Worlds that differ in something that matters. */
  readonly states: number;
  readonly moves: number;
  /** Those from which only people and time go on. */
  readonly atRest: number;
  /** The length of the longest of the shortest ways. */
  readonly depth: number;
  readonly flaw: Flaw | undefined;
}

export interface Flaw {
  readonly broken: readonly string[];
  /** The shortest way there. */
  readonly story: readonly string[];
}

export interface ExplorerOptions {
  readonly protocol?: Protocol;
  /** Those to watch; all, unless given. */
  readonly promises?: readonly Promised[];
  /** It gives up rather than run for ever. */
  readonly maxStates?: number;
}

/** Looks at every world that can come about, nearest first, until one breaks a promise. */
export function explore(scope: Scope, options: ExplorerOptions = {}): Exploration {
  return new Explorer(scope, options).explore();
}

class Explorer {
  readonly #scope: Scope;
  readonly #protocol: Protocol;
  readonly #promises: readonly Promised[] | undefined;
  readonly #maxStates: number;
  readonly #indexOf = new Map<string, number>();
  /** For each world the one it was first reached from, and by which of its moves. */
  readonly #parents: number[] = [];
  readonly #ordinals: number[] = [];
  readonly #atRest: number[] = [];
  /** Pairs of worlds: the one, and one that follows from it when nothing more goes wrong. */
  readonly #goesOn: number[] = [];
  #moves = 0;
  #depth = 0;

  constructor(
    scope: Scope,
    { protocol = PROTOCOL, promises, maxStates = 5_000_000 }: ExplorerOptions,
  ) {
    this.#scope = scope;
    this.#protocol = protocol;
    this.#promises = promises;
    this.#maxStates = maxStates;
  }

  explore(): Exploration {
    const first = beginning(this.#scope);
    this.#note(first, -1, 0);
    let frontier = [first];
    let index = 0;
    while (frontier.length > 0) {
      const next: World[] = [];
      for (const world of frontier) {
        const flaw = this.#lookFrom(world, index, next);
        if (flaw !== undefined) return this.#result(flaw);
        index += 1;
      }
      if (next.length > 0) this.#depth += 1;
      frontier = next;
    }
    return this.#result(this.#deadEnd());
  }

  /** Follows every move out of one world; adds those that are new. */
  #lookFrom(world: World, index: number, found: World[]): Flaw | undefined {
    if (isAtRest(world)) this.#atRest.push(index);
    for (const [ordinal, move] of this.#movesFrom(world).entries()) {
      this.#moves += 1;
      const promises = broken(world, move, this.#promises);
      if (promises.length > 0)
        return { broken: promises, story: [...this.#storyTo(index), move.story] };
      const { length } = this.#parents;
      const to = this.#note(move.next, index, ordinal);
      if (to === length) found.push(move.next);
      if (move.by !== 'mishap') this.#goesOn.push(index, to);
    }
    return undefined;
  }

  #movesFrom(world: World): Move[] {
    return movesFrom(world, this.#scope, this.#protocol);
  }

  #note(world: World, parent: number, ordinal: number): number {
    const print = fingerprint(world);
    const known = this.#indexOf.get(print);
    if (known !== undefined) return known;
    const index = this.#parents.length;
    if (index >= this.#maxStates) throw new Error(`more than ${this.#maxStates} states`);
    this.#indexOf.set(print, index);
    this.#parents.push(parent);
    this.#ordinals.push(ordinal);
    return index;
  }

  /**
   * A world from which no rest can be reached any more, though nothing further goes wrong: a call
   * would never end.
   */
  #deadEnd(): Flaw | undefined {
    const cameFrom = predecessors(this.#goesOn, this.#parents.length);
    const canRest = new Uint8Array(this.#parents.length);
    const toLookAt = [...this.#atRest];
    for (const index of toLookAt) canRest[index] = 1;
    for (let index = toLookAt.pop(); index !== undefined; index = toLookAt.pop()) {
      for (const earlier of cameFrom(index)) {
        if (canRest[earlier] === 1) continue;
        canRest[earlier] = 1;
        toLookAt.push(earlier);
      }
    }
    const stuck = canRest.indexOf(0);
    return stuck < 0
      ? undefined
      : { broken: ['every call can come to its end'], story: this.#storyTo(stuck) };
  }

  #storyTo(index: number): string[] {
    const ordinals: number[] = [];
    for (let at = index; at > 0; at = this.#parents[at] ?? 0)
      ordinals.push(this.#ordinals[at] ?? 0);
    const story: string[] = [];
    let world = beginning(this.#scope);
    for (const ordinal of ordinals.toReversed()) {
      const move = this.#movesFrom(world)[ordinal];
      if (move === undefined) throw new Error('the same world has other moves than before');
      story.push(move.story);
      world = move.next;
    }
    return story;
  }

  #result(flaw: Flaw | undefined): Exploration {
    return {
      states: this.#parents.length,
      moves: this.#moves,
      atRest: this.#atRest.length,
      depth: this.#depth,
      flaw,
    };
  }
}

/** From pairs (from, to): for each world those it follows from. */
function predecessors(
  pairs: readonly number[],
  count: number,
): (index: number) => Iterable<number> {
  const ends = new Int32Array(count + 1);
  for (let at = 1; at < pairs.length; at += 2)
    ends[pairs[at] ?? 0] = (ends[pairs[at] ?? 0] ?? 0) + 1;
  for (let index = 1; index <= count; index += 1)
    ends[index] = (ends[index] ?? 0) + (ends[index - 1] ?? 0);
  const starts = Int32Array.from(ends);
  const froms = new Int32Array(pairs.length / 2);
  for (let at = 0; at < pairs.length; at += 2) {
    const to = pairs[at + 1] ?? 0;
    const place = (starts[to] ?? 0) - 1;
    starts[to] = place;
    froms[place] = pairs[at] ?? 0;
  }
  return (index) => froms.subarray(starts[index] ?? 0, ends[index]);
}

/** For people: what was broken, and how it comes about. */
export function tell({ broken, story }: Flaw): string {
  return [
    `Broken: ${broken.join('; ')}. It comes about so:`,
    ...story.map((step, at) => `${at + 1}. ${step}`),
  ].join('\n');
}
