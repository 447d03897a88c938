import type { Keys, RedisConnection } from '@libby-dialer/dial-queue';
import type { TokenCache } from '@libby-dialer/libby-client';

const DELETE_IF_SAME = `if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) end return 0`;

/** The one token of all workers, sealed, and the lock under which one of them fetches it. */
export class RedisTokenCache implements TokenCache {
  readonly name: string;
  readonly #redis: RedisConnection;
  readonly #lock: string;

  constructor(redis: RedisConnection, keys: Keys) {
    this.#redis = redis;
    this.name = keys.token;
    this.#lock = `${keys.token}:lock`;
  }

  async read(): Promise<string | undefined> {
    return (await this.#redis.get(this.name)) ?? undefined;
  }

  async write(sealed: string, ttlMs: number): Promise<void> {
    await this.#redis.set(this.name, sealed, 'PX', Math.max(1, Math.floor(ttlMs)));
  }

  async drop(sealed: string): Promise<void> {
    await this.#redis.eval(DELETE_IF_SAME, 1, this.name, sealed);
  }

  async acquireLock(owner: string, ttlMs: number): Promise<boolean> {
    const lastsMs = Math.max(1, Math.floor(ttlMs));
    if ((await this.#redis.set(this.#lock, owner, 'PX', lastsMs, 'NX')) === 'OK') return true;
    // A token that lasts longer was stored before Redis's clock was set back.
    await this.#redis.pexpire(this.#lock, lastsMs, 'LT');
    return false;
  }

  async releaseLock(owner: string): Promise<void> {
    await this.#redis.eval(DELETE_IF_SAME, 1, this.#lock, owner);
  }
}
