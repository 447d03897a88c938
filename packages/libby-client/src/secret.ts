import { inspect } from 'node:util';

const SHOWN = '[secret]';

/**
 * A string that cannot be printed, serialised or inspected by accident; only `reveal()` gives it.
 *
 * Its own, as is the check for loopback and the jitter: this package is installed without the
 * dialer's other packages.
 */
export class Secret {
  readonly #value: string;

  constructor(value: string) {
    this.#value = value;
  }

  reveal(): string {
    return this.#value;
  }

  equals(other: Secret): boolean {
    return this.#value === other.#value;
  }

  toString(): string {
    return SHOWN;
  }

  toJSON(): string {
    return SHOWN;
  }

  [inspect.custom](): string {
    return SHOWN;
  }
}
