import type { RedisClient } from './redis-connection.ts';

/** Nobody reads it. */
const LASTS_MS = 1000;

/**
 * Writes something, to see whether Redis takes it: what a Redis that is full, cannot save or is a
 * replica shows of itself differs from version to version. Resolves to what it objects; undefined
 * if to nothing.
 */
export async function writeRefusal(client: RedisClient, key: string): Promise<unknown> {
  try {
    await client.set(key, '1', 'PX', LASTS_MS);
    return undefined;
  } catch (error) {
    return error;
  }
}
