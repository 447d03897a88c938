import type { Role } from '@libby-dialer/dialing';
import type { Keys } from '../redis/keys.ts';
import type { RedisConnection } from '../redis/redis-connection.ts';
import { isDigestOf, nameInToken, newToken, tokenDigest } from './access-token.ts';

/** Somebody who may use the HTTP API, and what they may do. */
export interface Access {
  readonly name: string;
  readonly role: Role;
  /** For `push`: only to these campaigns. */
  readonly campaigns?: readonly string[] | undefined;
  /** Has no token: a trusted proxy says that it is them. */
  readonly sso: boolean;
  /** Epoch ms. */
  readonly addedAt: number;
}

type StoredAccess = Omit<Access, 'name' | 'sso'> & {
  /** Of their token. */
  readonly digest?: string;
};

/** How long somebody stays logged in. */
const SESSION_MS = 12 * 3_600_000;

/** Who may use the HTTP API and the page, by name, and who is logged in there. */
export class AccessStore {
  readonly #redis: RedisConnection;
  readonly #keys: Keys;

  constructor(redis: RedisConnection, keys: Keys) {
    this.#redis = redis;
    this.#keys = keys;
  }

  /** Returns the token, or undefined if they have none; `name_taken` if the name is in use. */
  async add({
    name,
    sso,
    ...access
  }: Access): Promise<{ token: string | undefined } | 'name_taken'> {
    const token = sso ? undefined : newToken(name);
    const stored: StoredAccess = {
      ...access,
      ...(token !== undefined && { digest: tokenDigest(token) }),
    };
    const added = await this.#redis.hsetnx(this.#keys.access, name, JSON.stringify(stored));
    return added === 1 ? { token } : 'name_taken';
  }

  /** Their sessions end with it. Returns whether there was one. */
  async remove(name: string): Promise<boolean> {
    return (await this.#redis.hdel(this.#keys.access, name)) === 1;
  }

  /** By name. */
  async list(): Promise<Access[]> {
    const all = Object.entries(await this.#redis.hgetall(this.#keys.access));
    return all
      .map(([name, text]) => accessOf(name, JSON.parse(text) as StoredAccess))
      .toSorted((a, b) => a.name.localeCompare(b.name));
  }

  /** Whether anybody is let in by name. */
  async isDefined(): Promise<boolean> {
    return (await this.#redis.exists(this.#keys.access)) === 1;
  }

  /** Whose token it is. */
  async ofToken(token: string): Promise<Access | undefined> {
    const name = nameInToken(token);
    if (name === undefined) return undefined;
    const stored = await this.#stored(name);
    if (stored?.digest === undefined || !isDigestOf(stored.digest, token)) return undefined;
    return accessOf(name, stored);
  }

  /** Whom a trusted proxy names. */
  async ofSso(name: string): Promise<Access | undefined> {
    const stored = await this.#stored(name);
    return stored === undefined || stored.digest !== undefined ? undefined : accessOf(name, stored);
  }

  /** Logs in the owner of a token. Returns what proves that from now on, and for how long. */
  async openSession(
    token: string,
  ): Promise<{ session: string; access: Access; lastsMs: number } | undefined> {
    const access = await this.ofToken(token);
    if (access === undefined) return undefined;
    const session = newToken(access.name);
    // It is bound to this very token: whoever is let in again under the same name is not logged in.
    await this.#redis.set(this.#sessionKey(session), tokenDigest(token), 'PX', SESSION_MS);
    return { session, access, lastsMs: SESSION_MS };
  }

  /** Who has logged in. */
  async ofSession(session: string): Promise<Access | undefined> {
    const name = nameInToken(session);
    if (name === undefined) return undefined;
    const [digest, stored] = await Promise.all([
      this.#redis.get(this.#sessionKey(session)),
      this.#stored(name),
    ]);
    if (digest === null || stored?.digest !== digest) return undefined;
    return accessOf(name, stored);
  }

  async closeSession(session: string): Promise<void> {
    await this.#redis.unlink(this.#sessionKey(session));
  }

  #sessionKey(session: string): string {
    return `${this.#keys.sessions}${tokenDigest(session)}`;
  }

  async #stored(name: string): Promise<StoredAccess | undefined> {
    const text = await this.#redis.hget(this.#keys.access, name);
    return text === null ? undefined : (JSON.parse(text) as StoredAccess);
  }
}

function accessOf(name: string, { digest, ...access }: StoredAccess): Access {
  return { name, ...access, sso: digest === undefined };
}
