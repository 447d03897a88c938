/**
 * Where the processes that share a client's credentials keep their one token, sealed: what is
 * stored is of no use without the client secret. With it goes a lock, so that one process fetches
 * and the others wait.
 */
export interface TokenCache {
  /**
   * What the entry is called where it is kept. Sealed into it: an entry copied under another name
   * does not open.
   */
  readonly name?: string;
  read(): Promise<string | undefined>;
  /** Replaces the entry; it disappears after `ttlMs`. */
  write(sealed: string, ttlMs: number): Promise<void>;
  /** Removes the entry if it is still this one. */
  drop(sealed: string): Promise<void>;
  /** True if nobody held the lock. It frees itself after `ttlMs`, should its owner die. */
  acquireLock(owner: string, ttlMs: number): Promise<boolean>;
  /** Frees the lock if it is still this owner's. */
  releaseLock(owner: string): Promise<void>;
}

/** A `TokenCache` for the token sources of one process. */
export class MemoryTokenCache implements TokenCache {
  readonly name = 'memory';
  readonly #now: () => number;
  #entry: { sealed: string; until: number } | undefined;
  #lock: { owner: string; until: number } | undefined;

  constructor(now: () => number = Date.now) {
    this.#now = now;
  }

  read(): Promise<string | undefined> {
    const entry = this.#entry;
    return Promise.resolve(
      entry !== undefined && this.#now() < entry.until ? entry.sealed : undefined,
    );
  }

  write(sealed: string, ttlMs: number): Promise<void> {
    this.#entry = { sealed, until: this.#now() + ttlMs };
    return Promise.resolve();
  }

  drop(sealed: string): Promise<void> {
    if (this.#entry?.sealed === sealed) this.#entry = undefined;
    return Promise.resolve();
  }

  acquireLock(owner: string, ttlMs: number): Promise<boolean> {
    const now = this.#now();
    if (this.#lock !== undefined && now < this.#lock.until) return Promise.resolve(false);
    this.#lock = { owner, until: now + ttlMs };
    return Promise.resolve(true);
  }

  releaseLock(owner: string): Promise<void> {
    if (this.#lock?.owner === owner) this.#lock = undefined;
    return Promise.resolve();
  }
}
