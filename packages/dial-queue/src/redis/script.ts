import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { RedisConnection } from './redis-connection.ts';

const PARTS = new URL('../lua/', import.meta.url);

export type Arguments = readonly (string | number)[];

/** So many replicas have to have a claim, within that time. */
export interface Fence {
  readonly replicas: number;
  readonly timeoutMs: number;
}

/**
 * A Lua script of ours, sent by its hash and in full only to a server that does not know it yet.
 */
export class Script {
  readonly #text: string;
  readonly #sha: string;

  /**
   * @param parts files of shared functions in `lua/`, put between the script's first line and the
   * rest
   */
  constructor(script: URL, ...parts: string[]) {
    this.#text = join(readLua(script), parts.map(readPart).join(''));
    this.#sha = shaOf(this.#text);
  }

  async run(redis: RedisConnection, keys: readonly string[], args: Arguments): Promise<unknown> {
    try {
      return await redis.evalsha(this.#sha, keys.length, ...keys, ...args);
    } catch (error) {
      if (!isUnknownScript(error)) throw error;
      return redis.eval(this.#text, keys.length, ...keys, ...args);
    }
  }

  /** The same, for one server process alone. */
  boundTo(server: string): BoundScript {
    return new BoundScript(join(this.#text, `local SERVER = '${server}'\n`), server);
  }
}

/** A script whose text names a server process, and that no other knows. */
export class BoundScript {
  readonly server: string;
  readonly #text: string;
  readonly #sha: string;

  constructor(text: string, server: string) {
    this.server = server;
    this.#text = text;
    this.#sha = shaOf(text);
  }

  /**
   * Gives it to the server. Resolves to whether that is the one it is for. @param key says where,
   * in a cluster
   */
  async teach(redis: RedisConnection, key: string): Promise<boolean> {
    return (await redis.eval(this.#text, 1, key)) === 1;
  }

  /** Undefined if the server that got it is another than it is for. */
  async run(redis: RedisConnection, keys: readonly string[], args: Arguments): Promise<unknown> {
    try {
      return await redis.evalsha(this.#sha, keys.length, ...keys, ...args);
    } catch (error) {
      if (isUnknownScript(error)) return undefined;
      throw error;
    }
  }

  /**
   * Runs it, then waits on the same connection for replicas. Resolves to how many have it; 0 where
   * that cannot be known.
   */
  async runAndWait(
    redis: RedisConnection,
    keys: readonly string[],
    args: Arguments,
    fence: Fence,
  ): Promise<number> {
    const both = redis.pipeline().evalsha(this.#sha, keys.length, ...keys, ...args);
    const [ran, waited] = (await both.wait(fence.replicas, fence.timeoutMs).exec()) ?? [];
    return ran?.[0] instanceof Error || waited === undefined || waited[0] !== null
      ? 0
      : Number(waited[1]);
  }
}

function isUnknownScript(error: unknown): boolean {
  return error instanceof Error && error.message.startsWith('NOSCRIPT');
}

/** Puts Lua between the first line of a script, which declares it, and the rest. */
function join(script: string, lua: string): string {
  const endOfShebang = script.indexOf('\n') + 1;
  return script.slice(0, endOfShebang) + lua + script.slice(endOfShebang);
}

function shaOf(text: string): string {
  return createHash('sha1').update(text).digest('hex');
}

function readPart(name: string): string {
  return readLua(new URL(`${name}.lua`, PARTS));
}

function readLua(file: URL): string {
  return readFileSync(file, 'utf8');
}
