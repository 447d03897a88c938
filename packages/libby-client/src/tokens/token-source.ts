import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import {
  checkOptions,
  connectionOptionsSchema,
  parseProxyUrl,
  parseServiceUrl,
} from '../http/service-url.ts';
import { USER_AGENT } from '../http/user-agent.ts';
import { Secret } from '../secret.ts';
import { AccessToken, BEARER_TOKEN } from './access-token.ts';
import { MemoryTokenCache, type TokenCache } from './token-cache.ts';
import { TokenEndpoint } from './token-endpoint.ts';
import { TokenError } from './token-error.ts';
import { type SealedToken, TokenSeal } from './token-seal.ts';

/**
 * A token is renewed once this share of its life is over; each process draws its own point in
 * between.
 */
const REFRESH_AFTER_SHARE = { from: 0.75, to: 0.8 };
/**
 * Not used any more this close to its end: a request needs time to arrive. A tenth of a short life.
 */
const END_MARGIN_MS = 15_000;
/** For an endpoint that does not say how long its token lives. */
const DEFAULT_LIFETIME_MS = 5 * 60 * 1000;
const MAX_LIFETIME_MS = 24 * 60 * 60 * 1000;
/** Between two tries after a failure: doubling, drawn from the upper half. */
const COOL_DOWN_MS = { first: 1000, longest: 15_000 };
/**
 * A token that took a refused one's place is not replaced in its turn before this: what is refused
 * then is not the token.
 */
const REPLACE_AGAIN_AFTER_MS = 5000;
/** How long the cache may take over one operation before we do without it. */
const CACHE_TIMEOUT_MS = 2000;
const CLOSE_WITHIN_MS = 1000;
const LOCK_MARGIN_MS = 1000;

export type TokenEvent =
  /** This process got a token from the endpoint. */
  | { type: 'granted'; lifetimeMs: number; tookMs: number }
  /** Another process got one and this one took it from the cache. */
  | { type: 'adopted' }
  | { type: 'refresh_failed'; error: TokenError; servingOld: boolean; nextTryInMs: number }
  | {
      type: 'cache_failed';
      operation: 'read' | 'write' | 'drop' | 'acquireLock' | 'releaseLock';
      error: unknown;
    };

export interface TokenSourceOptions extends z.input<typeof optionsSchema> {
  /** Shared with other processes; without it each `TokenSource` gets its own tokens. */
  cache?: TokenCache | undefined;
  now?: (() => number) | undefined;
  /** From 0 to 1, as `Math.random`. */
  random?: (() => number) | undefined;
  onEvent?: ((event: TokenEvent) => void) | undefined;
}

const optionsSchema = connectionOptionsSchema.extend({
  tokenUrl: z.string(),
  clientId: z.string().min(1),
  clientSecret: z.string().min(1),
  scope: z.string().min(1),
  /** RFC 6265's cookie-octets. */
  xsrfToken: z
    .string()
    .regex(/^[\x21\x23-\x2b\x2d-\x3a\x3c-\x5b\x5d-\x7e]+$/, 'must be fit for a cookie')
    .optional(),
});

interface HeldToken {
  token: AccessToken;
  refreshAt: number;
  usableUntil: number;
}

/**
 * The token every call carries: held in memory, else in the shared cache, else granted anew, by one
 * process while the others wait for it. Renewed ahead of need by whoever asks for it late in its
 * life; while that fails the old one goes on serving until it ends.
 *
 * Clocks: an entry of the cache says when it expires by the clock of the machine that got it. A
 * clock behind that one believes in a token at most for one whole life, then a 401 corrects it
 * (`invalidate`); one ahead renews early.
 */
export class TokenSource {
  readonly #endpoint: TokenEndpoint;
  readonly #seal: TokenSeal;
  readonly #cache: TokenCache;
  readonly #lockTtlMs: number;
  readonly #now: () => number;
  readonly #random: () => number;
  readonly #onEvent: ((event: TokenEvent) => void) | undefined;
  readonly #closing = new AbortController();
  #held: HeldToken | undefined;
  #rejected: AccessToken | undefined;
  #replacedAt = Number.NEGATIVE_INFINITY;
  #flight: Promise<AccessToken> | undefined;
  #failures = 0;
  #coolDown: { error: TokenError; since: number; until: number } | undefined;

  /** Throws `ConfigError`. Nothing is sent before the first token is asked for. */
  constructor(options: TokenSourceOptions) {
    const {
      cache = new MemoryTokenCache(),
      now = Date.now,
      random = Math.random,
      onEvent,
    } = options;
    const checked = checkOptions(optionsSchema, options);
    const url = parseServiceUrl('tokenUrl', checked.tokenUrl, checked.allowInsecureHttp);
    const clientSecret = new Secret(checked.clientSecret);
    const xsrfToken = checked.xsrfToken === undefined ? undefined : new Secret(checked.xsrfToken);
    const proxy = parseProxyUrl(checked.proxy);
    this.#endpoint = new TokenEndpoint({
      ...checked,
      proxy,
      url,
      clientSecret,
      xsrfToken,
      userAgent: USER_AGENT,
      now,
    });
    this.#seal = new TokenSeal(clientSecret, [
      cache.name ?? '',
      url.href,
      checked.clientId,
      checked.scope,
    ]);
    this.#cache = cache;
    // Longer than any holder needs, so that a lock that runs out means its owner died.
    this.#lockTtlMs = checked.connectTimeoutMs + checked.responseTimeoutMs + LOCK_MARGIN_MS;
    this.#now = now;
    this.#random = random;
    this.#onEvent = onEvent;
  }

  /** Who is asked for tokens. */
  get url(): string {
    return this.#endpoint.url;
  }

  /**
   * The token in hand, if it can be used, without waiting. Late in its life this also starts its
   * renewal.
   */
  peek(): AccessToken | undefined {
    const held = this.#held;
    const now = this.#now();
    if (held === undefined || now >= held.usableUntil) return undefined;
    if (now >= held.refreshAt) this.#renewInBackground(now);
    return held.token;
  }

  /**
   * Throws `TokenError`, or the signal's reason; the signal ends this wait and not the fetch others
   * wait for.
   */
  async get(signal?: AbortSignal): Promise<AccessToken> {
    signal?.throwIfAborted();
    return this.peek() ?? (await unlessAborted(this.#obtain(), signal));
  }

  /**
   * To be told that the API refused this token: thrown away, here and in the cache, if it is still
   * the one in use. An API that refuses whatever token it gets, or some calls at random, costs a
   * grant in five seconds and not one per call.
   */
  async invalidate(token: AccessToken): Promise<void> {
    if (this.#rejected?.equals(token)) return;
    if (this.#held?.token.equals(token)) {
      const now = this.#now();
      if (isBetween(this.#replacedAt, now, this.#replacedAt + REPLACE_AGAIN_AFTER_MS)) return;
      this.#replacedAt = now;
      this.#held = undefined;
    }
    this.#rejected = token;
    const sealed = await this.#ask('read', () => this.#cache.read(), undefined);
    if (sealed === undefined || this.#seal.open(sealed)?.value !== token.reveal()) return;
    await this.#ask('drop', () => this.#cache.drop(sealed), undefined);
  }

  async close(): Promise<void> {
    this.#closing.abort();
    await this.#endpoint.close();
    // A lock that a cache does not take back in time frees itself.
    await Promise.race([
      this.#flight?.catch(() => undefined),
      sleep(CLOSE_WITHIN_MS, undefined, { ref: false }),
    ]);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  #renewInBackground(now: number): void {
    if (this.#flight !== undefined || this.#isCoolingDown(now) || this.#closing.signal.aborted)
      return;
    this.#obtain().catch(ignoreTokenError); // already told by `refresh_failed`
  }

  /** One at a time in this process: whoever comes meanwhile gets the same promise. */
  async #obtain(): Promise<AccessToken> {
    if (this.#closing.signal.aborted) throw new TokenError('token_source_closed');
    const now = this.#now();
    if (this.#flight === undefined && this.#coolDown !== undefined && this.#isCoolingDown(now)) {
      const { error, until } = this.#coolDown;
      throw new TokenError(error.code, { retryAfterMs: until - now, cause: error });
    }
    this.#flight ??= this.#renew().finally(() => {
      this.#flight = undefined;
    });
    return await this.#flight;
  }

  async #renew(): Promise<AccessToken> {
    try {
      const token = await this.#fromCacheOrEndpoint();
      this.#failures = 0;
      this.#coolDown = undefined;
      return token;
    } catch (error) {
      if (this.#closing.signal.aborted) throw new TokenError('token_source_closed');
      if (error instanceof TokenError) this.#coolOff(error);
      throw error;
    }
  }

  #coolOff(error: TokenError): void {
    const now = this.#now();
    const doubled = Math.min(COOL_DOWN_MS.first * 2 ** this.#failures, COOL_DOWN_MS.longest);
    const nextTryInMs = Math.max(error.retryAfterMs ?? 0, doubled * (0.5 + this.#random() / 2));
    this.#failures = Math.min(this.#failures + 1, 10);
    this.#coolDown = { error, since: now, until: now + nextTryInMs };
    const servingOld = this.#held !== undefined && now < this.#held.usableUntil;
    this.#onEvent?.({ type: 'refresh_failed', error, servingOld, nextTryInMs });
  }

  #isCoolingDown(now: number): boolean {
    const pause = this.#coolDown;
    return pause !== undefined && isBetween(pause.since, now, pause.until);
  }

  async #fromCacheOrEndpoint(): Promise<AccessToken> {
    const owner = randomUUID();
    // Time for one holder to die and for one more to try.
    const giveUpAt = performance.now() + 2 * this.#lockTtlMs;
    while (performance.now() < giveUpAt) {
      const shared = await this.#adopt();
      if (shared !== undefined) return shared;
      if (
        await this.#ask('acquireLock', () => this.#cache.acquireLock(owner, this.#lockTtlMs), true)
      ) {
        try {
          // Its last holder may have written between our look and our lock.
          return (await this.#adopt()) ?? (await this.#fetch());
        } finally {
          await this.#ask('releaseLock', () => this.#cache.releaseLock(owner), undefined);
        }
      }
      await sleep(50 + 100 * this.#random(), undefined, { signal: this.#closing.signal });
    }
    throw new TokenError('token_endpoint_timeout');
  }

  /**
   * Takes the shared token if it can be used and is neither the one we have nor one the API has
   * refused.
   */
  async #adopt(): Promise<AccessToken | undefined> {
    const sealed = await this.#ask('read', () => this.#cache.read(), undefined);
    const shared = sealed === undefined ? undefined : this.#seal.open(sealed);
    if (shared === undefined || !BEARER_TOKEN.test(shared.value)) return undefined;
    const held = this.#lifeOf(shared);
    if (this.#now() >= held.usableUntil) return undefined;
    if (this.#rejected?.equals(held.token) || this.#held?.token.equals(held.token))
      return undefined;
    this.#held = held;
    this.#onEvent?.({ type: 'adopted' });
    return held.token;
  }

  async #fetch(): Promise<AccessToken> {
    const askedAt = this.#now(); // its life is counted from before the request: rather too short than too long
    const { value, expiresInMs } = await this.#endpoint.grant(this.#closing.signal);
    const lifetimeMs = Math.min(expiresInMs ?? DEFAULT_LIFETIME_MS, MAX_LIFETIME_MS);
    const granted = { value, lifetimeMs, expiresAt: Math.floor(askedAt) + lifetimeMs };
    const held = this.#lifeOf(granted);
    const now = this.#now();
    // Its life was over on the way here: with it every call would be refused.
    if (now >= held.usableUntil) throw new TokenError('token_endpoint_timeout');
    this.#held = held;
    this.#onEvent?.({ type: 'granted', lifetimeMs, tookMs: now - askedAt });
    const ttlMs = Math.ceil(held.usableUntil - now);
    await this.#ask('write', () => this.#cache.write(this.#seal.seal(granted), ttlMs), undefined);
    return held.token;
  }

  #lifeOf({ value, expiresAt, lifetimeMs }: SealedToken): HeldToken {
    const until = Math.min(expiresAt, this.#now() + lifetimeMs);
    const share =
      REFRESH_AFTER_SHARE.from +
      (REFRESH_AFTER_SHARE.to - REFRESH_AFTER_SHARE.from) * this.#random();
    return {
      token: new AccessToken(value, until),
      refreshAt: until - lifetimeMs * (1 - share),
      usableUntil: until - Math.min(lifetimeMs / 10, END_MARGIN_MS),
    };
  }

  /** A cache that fails or hangs costs a grant of our own, never the token. */
  async #ask<T>(
    operation: (TokenEvent & { type: 'cache_failed' })['operation'],
    ask: () => Promise<T>,
    without: T,
  ) {
    const timeout = new AbortController();
    try {
      return await Promise.race([ask(), overdue(timeout.signal)]);
    } catch (error) {
      this.#onEvent?.({ type: 'cache_failed', operation, error });
      return without;
    } finally {
      timeout.abort();
    }
  }
}

/** A pause is over as well when the clock was put back: what is left of it cannot be known. */
function isBetween(since: number, now: number, until: number): boolean {
  return since <= now && now < until;
}

async function overdue(signal: AbortSignal): Promise<never> {
  await sleep(CACHE_TIMEOUT_MS, undefined, { signal });
  throw new Error('The token cache did not answer in time.');
}

function ignoreTokenError(error: unknown): void {
  if (!(error instanceof TokenError)) throw error;
}

async function unlessAborted<T>(promise: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return await promise;
  const { promise: aborted, reject } = Promise.withResolvers<never>();
  const onAbort = (): void => reject(signal.reason);
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    return await Promise.race([promise, aborted]);
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}
