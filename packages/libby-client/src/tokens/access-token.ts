import { inspect } from 'node:util';
import { Secret } from '../secret.ts';

/**
 * RFC 6750, section 2.1. What lies outside it could not stand in a header, or would end it early.
 */
export const BEARER_TOKEN = /^[A-Za-z0-9\-._~+/]+=*$/;

/** A bearer token in hand. Printing one in any way shows when it expires and nothing else. */
export class AccessToken {
  readonly #value: Secret;
  readonly #expiresAt: number;

  /** @param expiresAt milliseconds since 1970, on this machine's clock */
  constructor(value: string, expiresAt: number) {
    if (!BEARER_TOKEN.test(value))
      throw new TypeError('An access token must be a bearer token as RFC 6750 defines it.');
    this.#value = new Secret(value);
    this.#expiresAt = expiresAt;
  }

  get expiresAt(): number {
    return this.#expiresAt;
  }

  /** The secret itself, for the request's header. */
  reveal(): string {
    return this.#value.reveal();
  }

  equals(other: AccessToken): boolean {
    return this.#value.equals(other.#value);
  }

  toString(): string {
    return '[access token]';
  }

  toJSON(): { expiresAt: string } {
    return { expiresAt: new Date(this.#expiresAt).toISOString() };
  }

  [inspect.custom](): string {
    return `AccessToken { expiresAt: ${this.toJSON().expiresAt} }`;
  }
}
