import { CallTimes, type Campaign, isHopeless, type QueuedCall } from '@libby-dialer/dialing';
import { countOf } from './format.ts';

const LINES_SHOWN = 10;

/** Finds the rows of a load that can never be placed: they are queued all the same, and end as `expired`. */
export class HopelessRows {
  readonly #times: CallTimes;
  readonly #now: number;
  readonly #lines: number[] = [];
  #count = 0;

  /** @param now epoch ms */
  constructor(campaign: Campaign, now: number) {
    this.#times = new CallTimes(campaign);
    this.#now = now;
  }

  get count(): number {
    return this.#count;
  }

  look(call: QueuedCall, line: number): void {
    if (!isHopeless(this.#times.of(call), this.#now)) return;
    this.#count += 1;
    if (this.#lines.length < LINES_SHOWN) this.#lines.push(line);
  }

  /** Undefined when there are none. */
  sentence(): string | undefined {
    if (this.#count === 0) return undefined;
    const more = this.#count > this.#lines.length ? ' …' : '';
    const lines = `${this.#count === 1 ? 'line' : 'lines'} ${this.#lines.join(', ')}${more}`;
    return `${countOf(this.#count, 'call')} can never be placed: out of hours until the time to call is over (${lines}).`;
  }
}
