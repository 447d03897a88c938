import { backoffMs } from '@libby-dialer/dialing';
import type { WebhookFailure } from './webhook.ts';

export interface HealthOptions {
  /** Requests at once while all is well. */
  readonly concurrency: number;
  readonly firstPauseMs: number;
  readonly longestPauseMs: number;
  /** In [0, 1): spreads the pauses of several forwarders. */
  readonly random: () => number;
}

/**
 * One request's place in time: what was under way before a pause says nothing of what comes after
 * it.
 */
export type Ticket = number;

/** After this many failures in a row it is no longer one message's fault. */
const RUN_OF_FAILURES = 5;

/**
 * Whether the receiver takes anything at all. After a run of failures it counts as down: one
 * request at a time goes out as a probe, after pauses that grow. The first success ends that. Every
 * success lets one more be under way, up to all; a failure of the receiver's own halves that.
 */
export class ReceiverHealth {
  readonly #options: HealthOptions;
  #limit: number;
  #run = 0;
  #pauses = 0;
  #probeAt = 0;
  #generation = 0;

  constructor(options: HealthOptions) {
    this.#options = options;
    this.#limit = options.concurrency;
  }

  get isDown(): boolean {
    return this.#pauses > 0;
  }

  /** How many requests may be under way. */
  get limit(): number {
    return this.#limit;
  }

  /** While it is down: when the next probe may go out. */
  get probeAt(): number {
    return this.#probeAt;
  }

  begin(): Ticket {
    return this.#generation;
  }

  succeeded(): void {
    this.#run = 0;
    this.#pauses = 0;
    this.#limit = Math.min(this.#options.concurrency, this.#limit + 1);
  }

  /** A pause that the receiver asks for with a failure of its own holds for everything. */
  failed(
    ticket: Ticket,
    now: number,
    { blames, retryAfterMs }: Pick<WebhookFailure, 'blames' | 'retryAfterMs'>,
  ): void {
    if (ticket !== this.#generation) return;
    const askedMs = blames === 'receiver' ? retryAfterMs : undefined;
    if (blames === 'receiver') this.#limit = Math.ceil(this.#limit / 2);
    this.#run += 1;
    if (!this.isDown && this.#run < RUN_OF_FAILURES && askedMs === undefined) return;
    this.#pauses += 1;
    this.#generation += 1;
    this.#limit = 1;
    this.#probeAt = now + Math.max(this.#pauseMs(), askedMs ?? 0);
  }

  #pauseMs(): number {
    const { firstPauseMs: firstMs, longestPauseMs: longestMs, random } = this.#options;
    return backoffMs({ firstMs, longestMs }, this.#pauses, random());
  }
}
