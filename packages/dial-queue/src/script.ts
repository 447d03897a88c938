import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { RedisConnection } from './redis-connection.ts';

/** A Lua script of ours, sent by its hash and in full only to a server that does not know it yet. */
export class Script {
  readonly #text: string;
  readonly #sha: string;

  /** @param name a file in `lua/`; @param parts files of shared functions, put between its first line and the rest. */
  constructor(name: string, ...parts: string[]) {
    const own = readLua(name);
    const endOfShebang = own.indexOf('\n') + 1;
    this.#text = own.slice(0, endOfShebang) + parts.map(readLua).join('') + own.slice(endOfShebang);
    this.#sha = createHash('sha1').update(this.#text).digest('hex');
  }

  async run(redis: RedisConnection, keys: readonly string[], args: readonly (string | number)[]): Promise<unknown> {
    try {
      return await redis.evalsha(this.#sha, keys.length, ...keys, ...args);
    } catch (error) {
      if (!(error instanceof Error) || !error.message.startsWith('NOSCRIPT')) throw error;
      return redis.eval(this.#text, keys.length, ...keys, ...args);
    }
  }
}

function readLua(name: string): string {
  return readFileSync(new URL(`./lua/${name}.lua`, import.meta.url), 'utf8');
}
