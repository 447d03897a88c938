import type { Clock } from '../clock.ts';
import type { RedisClient } from './redis-connection.ts';

/**
 * Hours that two clocks so far apart would judge differently are not dialed; farther apart nothing
 * is, for one of them is wrong.
 */
export const CLOCKS_MAY_DIFFER_MS = 15 * 60_000;

export interface ClockSkew {
  /** Redis's clock minus ours: positive when Redis is ahead. */
  readonly offsetMs: number;
  /** The true offset lies within this of `offsetMs`: half the round trip. */
  readonly uncertaintyMs: number;
}

const DEFAULT_SAMPLES = 5;

// In a script with a key, because TIME alone goes to any node of a cluster; this asks the one that
// judges claims.
const TIME_SCRIPT = `#!lua flags=no-writes
return redis.call('TIME')`;

/**
 * How far the clock of the Redis node that holds `key` is from ours: the best of several round
 * trips, as the shortest leaves the least doubt (Cristian's algorithm).
 */
export async function measureClockSkew(
  client: RedisClient,
  { key, clock, samples = DEFAULT_SAMPLES }: { key: string; clock: Clock; samples?: number },
): Promise<ClockSkew> {
  const measured: ClockSkew[] = [await sample(client, key, clock)];
  while (measured.length < samples) measured.push(await sample(client, key, clock));
  return measured.reduce((best, next) => (next.uncertaintyMs < best.uncertaintyMs ? next : best));
}

async function sample(client: RedisClient, key: string, clock: Clock): Promise<ClockSkew> {
  const startedAt = clock.now();
  const started = clock.monotonic();
  const [seconds, microseconds] = (await client.eval(TIME_SCRIPT, 1, key)) as [string, string];
  const uncertaintyMs = (clock.monotonic() - started) / 2;
  const redisNow = Number(seconds) * 1000 + Number(microseconds) / 1000;
  return { offsetMs: redisNow - (startedAt + uncertaintyMs), uncertaintyMs };
}
