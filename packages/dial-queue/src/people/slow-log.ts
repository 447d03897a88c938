import { Cluster, ReplyError } from 'ioredis';
import type { Keys } from '../redis/keys.ts';
import type { RedisConnection } from '../redis/redis-connection.ts';

/** More than any server keeps. */
const MOST_ENTRIES = 100_000;

/** `unreachable`: this user may not look at it, or the service has none. */
export type SlowLogState = 'clean' | 'emptied' | 'unreachable';

/**
 * Redis remembers slow commands with the beginnings of their arguments, and ours hold names and
 * numbers. An entry cannot be taken out, and one that is cut off does not show whose it is, so with
 * any command on our keys in it the whole log goes.
 */
export async function emptySlowLog(redis: RedisConnection, keys: Keys): Promise<SlowLogState> {
  const servers = redis instanceof Cluster ? redis.nodes('master') : [redis];
  let state: SlowLogState = 'clean';
  try {
    for (const server of servers) {
      const entries = await server.slowlog('GET', MOST_ENTRIES);
      if (!JSON.stringify(entries).includes(keys.prefix)) continue;
      await server.slowlog('RESET');
      state = 'emptied';
    }
    return state;
  } catch (error) {
    if (error instanceof ReplyError) return 'unreachable';
    throw error;
  }
}
