import type { Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';

export type Direction = 'to_target' | 'to_client';

/**
 * Every fault but `refuse` also strikes the connections that are open.
 * - `refuse`: new connections are refused; open ones go on.
 * - `reset`: a connection is reset once so many bytes have passed in that direction since the fault
 *   began. After 0 bytes to the target: before the request has left. After 0 bytes to the client:
 *   the target has the request, its answer is lost.
 * - `hang`: both sides send, nothing arrives.
 * - `stall`: the same, but what was sent arrives when the proxy heals, as after a short break of
 *   the network.
 * - `drop_replies`: what the client sends arrives, what the target answers does not.
 * - `half_open`: the target's end is gone and the client is not told, as when a host loses its
 *   power.
 * - `drip`: bytes pass one by one.
 * - `slow`: everything arrives so much later, in order, as over a long way.
 */
export type NetworkFault =
  | { readonly kind: 'refuse' | 'hang' | 'stall' | 'drop_replies' | 'half_open' }
  | { readonly kind: 'reset'; readonly direction: Direction; readonly afterBytes: number }
  | { readonly kind: 'drip'; readonly bytesPerSecond: number }
  | { readonly kind: 'slow'; readonly latencyMs: number };

/** Told of every byte that was handed on, or swallowed. */
export type ByteCounter = (count: 'to_target' | 'to_client' | 'swallowed', bytes: number) => void;

/**
 * Told what the client has sent, also what never arrives, and what was handed on to the client.
 * What a `stall` holds is told when it is handed on.
 */
export interface LinkObserver {
  sent(chunk: Buffer): void;
  received(chunk: Buffer): void;
  /**
   * @param isUnanswered see `Link.unanswered`; @param byClient the client was the first to end it
   */
  ended(isUnanswered: boolean, byClient: boolean): void;
}

/** An idle connection is kept for longer than this by any client. */
const JUST_MS = 250;
/**
 * By then our loop, however late it is, has been told of a client that left before its answer was
 * written.
 */
const TURNS_TO_NOTICE = 3;

interface Lane {
  readonly direction: Direction;
  readonly source: Socket;
  readonly sink: Socket;
}

/** What arrives later: in the order in which it was sent. */
interface OnTheWay {
  readonly arrive: () => void;
  readonly timer: NodeJS.Timeout;
}

/** One client's connection through the proxy: two sockets, and the fault that lies on them. */
export class Link {
  readonly #client: Socket;
  readonly #target: Socket;
  readonly #lanes: readonly Lane[];
  readonly #countBytes: ByteCounter;
  readonly #observer: LinkObserver | undefined;
  #fault: NetworkFault | undefined;
  #faultEnd = new AbortController();
  #bytesUntilReset = 0;
  #hasLost = false;
  readonly #dripping = new Set<Lane>();
  readonly #onTheWay: OnTheWay[] = [];
  #lastDirection: Direction | undefined;
  #awaitsAnswer = false;
  #isReset = false;
  #wasResetIdle = false;
  /**
   * It ended while the client waited, or so soon after the answer that the client may never have
   * read it.
   */
  #isCutShort = false;
  #answeredAt = Number.NEGATIVE_INFINITY;
  #answersUnseen = 0;

  constructor(client: Socket, target: Socket, countBytes: ByteCounter, observer?: LinkObserver) {
    this.#observer = observer;
    this.#client = client;
    this.#target = target;
    this.#countBytes = countBytes;
    this.#lanes = [
      { direction: 'to_target', source: client, sink: target },
      { direction: 'to_client', source: target, sink: client },
    ];
    for (const lane of this.#lanes) this.#open(lane);
    client.once('close', () => {
      this.#observer?.ended(this.unanswered, client.readableEnded && !this.#isReset);
      target.destroySoon();
    });
    target.once('close', (hadError) => {
      if (!hadError) return;
      if (this.#swallows('to_client')) this.#hasLost = true;
      else this.reset();
    });
  }

  /** Whether it waits for no answer. */
  get idle(): boolean {
    return this.#lastDirection !== 'to_target';
  }

  /**
   * Whether the client has asked something and perhaps got no answer, or only a part of it,
   * whatever became of the question.
   */
  get unanswered(): boolean {
    return this.#awaitsAnswer || this.#isCutShort || this.#dripping.size > 0;
  }

  /** Whether the client may just have asked something when it was reset, and nobody has read it. */
  get wasResetIdle(): boolean {
    return this.#wasResetIdle;
  }

  suffer(fault: NetworkFault): void {
    this.#fault = fault;
    if (fault.kind === 'reset') this.#bytesUntilReset = fault.afterBytes;
    if (fault.kind === 'half_open') this.#loseTarget();
    if (fault.kind === 'stall') for (const { source } of this.#lanes) source.pause();
  }

  heal(): void {
    this.#fault = undefined;
    for (const { timer, arrive } of this.#onTheWay.splice(0)) {
      clearTimeout(timer);
      arrive();
    }
    this.#faultEnd.abort();
    this.#faultEnd = new AbortController();
    if (this.#hasLost) this.reset();
    // A lane that drips hands on the rest of its bytes first.
    else for (const lane of this.#lanes) if (!this.#dripping.has(lane)) lane.source.resume();
  }

  /** The client sees a reset. The target gets what was passed to it, and then an orderly end. */
  reset(): void {
    this.#isReset = true;
    this.#wasResetIdle ||= !this.#awaitsAnswer || this.#hasJustBeenAnswered();
    this.#loseOnTheWay();
    this.#isCutShort ||= this.#hasJustBeenAnswered();
    this.#client.resetAndDestroy();
    this.#target.destroySoon();
  }

  close(): void {
    this.#client.destroySoon();
  }

  destroy(): void {
    this.#loseOnTheWay();
    this.#client.resetAndDestroy();
    this.#target.destroy();
  }

  /** A busy machine may have both in one turn: an answer that comes, and a client that has left. */
  #hasJustBeenAnswered(): boolean {
    return this.#answersUnseen > 0 || performance.now() - this.#answeredAt < JUST_MS;
  }

  #noteAnswer(): void {
    this.#awaitsAnswer = false;
    this.#answeredAt = performance.now();
    this.#answersUnseen += 1;
    let turns = 0;
    const turn = (): void => {
      turns += 1;
      if (turns < TURNS_TO_NOTICE) setImmediate(turn);
      else this.#answersUnseen -= 1;
    };
    setImmediate(turn);
  }

  #open(lane: Lane): void {
    const { direction, source, sink } = lane;
    source.on('data', (chunk: Buffer) => {
      // What is held comes again when it is handed on.
      if (direction === 'to_target' && this.#fault?.kind !== 'stall') this.#observer?.sent(chunk);
      this.#receive(lane, chunk);
    });
    source.on('end', () => {
      if (direction === 'to_target')
        this.#isCutShort ||= this.#awaitsAnswer || this.#hasJustBeenAnswered();
      if (!this.#swallows(direction)) this.#later(() => sink.end());
      else if (direction === 'to_target') source.destroy();
      else this.#hasLost = true;
    });
    // Its 'close' comes next and says that there was one.
    source.on('error', () => undefined);
  }

  #receive(lane: Lane, chunk: Buffer): void {
    const fault = this.#fault;
    if (lane.direction === 'to_target') this.#awaitsAnswer = true;
    if (this.#swallows(lane.direction)) this.#swallow(chunk);
    else if (fault?.kind === 'reset' && fault.direction === lane.direction)
      this.#passUntilReset(lane, chunk);
    else if (fault?.kind === 'stall') this.#hold(lane, chunk);
    else if (fault?.kind === 'drip') void this.#drip(lane, chunk, 1000 / fault.bytesPerSecond);
    else this.#later(() => this.#pass(lane, chunk));
  }

  /** At once, unless the way is long. */
  #later(arrive: () => void): void {
    if (this.#fault?.kind !== 'slow') return arrive();
    const timer = setTimeout(() => {
      this.#onTheWay.shift();
      arrive();
    }, this.#fault.latencyMs);
    this.#onTheWay.push({ arrive, timer });
  }

  #loseOnTheWay(): void {
    for (const { timer } of this.#onTheWay.splice(0)) clearTimeout(timer);
  }

  #swallows(direction: Direction): boolean {
    const kind = this.#fault?.kind;
    return (
      kind === 'hang' ||
      kind === 'half_open' ||
      (kind === 'drop_replies' && direction === 'to_client')
    );
  }

  #hold({ source }: Lane, chunk: Buffer): void {
    source.pause();
    source.unshift(chunk);
  }

  #swallow(chunk: Buffer): void {
    this.#hasLost = true;
    this.#countBytes('swallowed', chunk.length);
  }

  #pass(lane: Lane, chunk: Buffer): void {
    if (this.#write(lane, chunk)) return;
    lane.source.pause();
    lane.sink.once('drain', () => {
      if (this.#fault?.kind !== 'stall') lane.source.resume();
    });
  }

  /** Returns false if the sink has more than it can take at once. */
  #write({ direction, sink }: Lane, chunk: Buffer, done?: () => void): boolean {
    this.#countBytes(direction, chunk.length);
    this.#lastDirection = direction;
    if (direction === 'to_client') {
      this.#observer?.received(chunk);
      this.#noteAnswer();
    }
    return sink.write(chunk, done);
  }

  #passUntilReset(lane: Lane, chunk: Buffer): void {
    const passed = chunk.subarray(0, this.#bytesUntilReset);
    this.#bytesUntilReset -= passed.length;
    if (this.#bytesUntilReset > 0) this.#pass(lane, passed);
    else if (passed.length === 0) this.reset();
    else {
      for (const { source } of this.#lanes) source.pause();
      this.#write(lane, passed, () => this.reset());
      this.#awaitsAnswer = true;
    }
  }

  async #drip(lane: Lane, chunk: Buffer, pauseMs: number): Promise<void> {
    const { signal } = this.#faultEnd;
    this.#dripping.add(lane);
    lane.source.pause();
    let passed = 0;
    while (passed < chunk.length && !signal.aborted && !lane.sink.destroyed) {
      this.#write(lane, chunk.subarray(passed, passed + 1));
      passed += 1;
      await delay(pauseMs, undefined, { signal }).catch(() => undefined);
    }
    this.#dripping.delete(lane);
    lane.source.resume();
    // Nobody is there any more to get the rest.
    if (lane.sink.destroyed) return;
    if (passed < chunk.length) this.#receive(lane, chunk.subarray(passed));
    else if (this.#fault?.kind === 'stall') lane.source.pause();
  }

  #loseTarget(): void {
    this.#hasLost = true;
    this.#target.destroy();
  }
}
