import { randomBytes } from 'node:crypto';

/** Hardly any test asks for so many; the oldest are forgotten beyond it. */
const MOST_TOKENS = 10_000;
/** Near the size of a Cognito access token, so that requests have a true size. */
const TOKEN_BYTES = 600;
/** How every token begins: whoever looks for tokens where none should be can tell them by it. */
export const TOKEN_PREFIX = 'SimulatedToken.';

interface Token {
  readonly scopes: readonly string[];
  readonly expiresAtMs: number;
}

/** The tokens granted by this simulator; no other is valid. */
export class AccessTokens {
  readonly #tokens = new Map<string, Token>();
  readonly #lifetimeMs: number;
  readonly #now: () => number;
  #granted = 0;

  constructor(lifetimeMs: number, now: () => number) {
    this.#lifetimeMs = lifetimeMs;
    this.#now = now;
  }

  get granted(): number {
    return this.#granted;
  }

  grant(scopes: readonly string[]): string {
    this.#forgetOldest();
    const token = TOKEN_PREFIX + randomBytes(TOKEN_BYTES).toString('base64url');
    this.#tokens.set(token, { scopes, expiresAtMs: this.#now() + this.#lifetimeMs });
    this.#granted += 1;
    return token;
  }

  allows(token: string, scope: string): boolean {
    const known = this.#tokens.get(token);
    return known !== undefined && this.#now() < known.expiresAtMs && known.scopes.includes(scope);
  }

  revokeAll(): void {
    this.#tokens.clear();
  }

  #forgetOldest(): void {
    const [oldest] = this.#tokens.keys();
    if (oldest !== undefined && this.#tokens.size >= MOST_TOKENS) this.#tokens.delete(oldest);
  }
}
