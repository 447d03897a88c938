import { findOnPath, sharedRedisUrl } from './config.ts';
import type { RedisOptions, TestRedis } from './redis.ts';
import { startRedisProcess } from './redis-process.ts';

/**
 * Starts a private Redis: `redis-server` of the PATH (about 40 ms), else in a
 * container (an engine without a bridge network needs TESTCONTAINERS_HOST_OVERRIDE=127.0.0.1 and
 * TESTCONTAINERS_RYUK_DISABLED=true). Without options it may be the server
 * of REDIS_URL, shared with others and not ours to kill. Persists nothing unless `appendonly`.
 */
export async function startRedis(options: RedisOptions = {}): Promise<TestRedis> {
  const shared = sharedRedisUrl();
  if (shared !== undefined && Object.keys(options).length === 0) return sharedRedis(shared);
  const program = findOnPath('redis-server');
  if (program !== undefined) return startRedisProcess(program, options);
  // The container library is heavy: loaded only when it is needed.
  const { startRedisContainer } = await import('./redis-container.ts');
  return startRedisContainer(options);
}

/** Others use it too: it is neither stopped nor harmed. */
function sharedRedis(url: string): TestRedis {
  return {
    url,
    port: Number(new URL(url).port || 6379),
    pid: undefined,
    kill: refuse,
    restart: refuse,
    pause: refuse,
    resume: refuse,
    stop: leave,
    [Symbol.asyncDispose]: leave,
  };
}

function refuse(): Promise<never> {
  return Promise.reject(new Error('this Redis is shared (REDIS_URL): ask for startRedis({ own: true })'));
}

async function leave(): Promise<void> {}
