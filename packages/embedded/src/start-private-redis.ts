import { findOnPath } from './config.ts';
import type { PrivateRedis, RedisOptions } from './redis.ts';
import { startRedisProcess } from './redis-process.ts';

/**
 * Starts a Redis of one's own on a free port: `redis-server` of the PATH (about 40 ms), else in a
 * container (an engine without a bridge network needs TESTCONTAINERS_HOST_OVERRIDE=127.0.0.1 and
 * TESTCONTAINERS_RYUK_DISABLED=true). It and its data do not outlive this process, however that
 * ends. Persists nothing unless `appendonly`.
 */
export async function startPrivateRedis(options: RedisOptions = {}): Promise<PrivateRedis> {
  const program = findOnPath('redis-server');
  if (program !== undefined) return startRedisProcess(program, options);
  if (options.settableClock === true)
    throw new Error('a clock can be set only for a redis-server of the PATH');
  // The container library is heavy: loaded only when it is needed.
  const { startRedisContainer } = await import('./redis-container.ts');
  return startRedisContainer(options);
}
