import type { ForwarderState } from '@libby-dialer/dial-queue';
import { Counter, Gauge, type Registry } from 'prom-client';

/** What a forwarder knows of itself. */
export interface ForwarderGauges {
  /** 1 while the receiver takes nothing. */
  readonly down: () => number;
  readonly underWay: () => number;
  readonly held: () => number;
}

/** What `/metrics` shows of a forwarder. */
export class ForwardMetrics {
  readonly requests: Counter<'answer'>;
  readonly delivered: Counter;
  readonly dead: Counter;
  readonly #registry: Registry;

  /** @param state undefined while Redis cannot tell */
  constructor(registry: Registry, state: () => Promise<ForwarderState | undefined>) {
    this.#registry = registry;
    this.requests = this.#counter(
      'requests_total',
      'Requests to the receiver, by what came of them.',
      ['answer'],
    );
    this.delivered = this.#counter(
      'results_delivered_total',
      'Results the receiver has taken.',
      [],
    );
    this.dead = this.#counter('results_given_up_total', 'Results that became dead letters.', []);
    const shown = {
      results_unread: ['Results that no forwarder of this name has read yet.', 'unread'],
      results_in_hand: [
        'Results that were read and neither delivered nor given up, by all of this name.',
        'inHand',
      ],
      dead_letters: ['Dead letters of this name.', 'dead'],
    } as const;
    for (const [name, [help, field]] of Object.entries(shown))
      this.#gauge(name, help, async () => (await state())?.[field]);
  }

  watch({ down, underWay, held }: ForwarderGauges): void {
    this.#gauge('receiver_down', '1 while the receiver takes nothing.', down);
    this.#gauge(
      'requests_in_flight',
      'Requests to the receiver that have no answer yet.',
      underWay,
    );
    this.#gauge('results_held', 'Results in the memory of this process.', held);
  }

  #counter<Label extends string>(
    name: string,
    help: string,
    labelNames: readonly Label[],
  ): Counter<Label> {
    return new Counter({
      name: `libby_dialer_forward_${name}`,
      help,
      labelNames,
      registers: [this.#registry],
    });
  }

  #gauge(
    name: string,
    help: string,
    read: () => number | undefined | Promise<number | undefined>,
  ): void {
    const gauge: Gauge = new Gauge({
      name: `libby_dialer_forward_${name}`,
      help,
      registers: [this.#registry],
      collect: async () => {
        const value = await read();
        if (value !== undefined) gauge.set(value);
      },
    });
  }
}
