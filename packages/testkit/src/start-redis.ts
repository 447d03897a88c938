import { type PrivateRedis, type RedisOptions, startPrivateRedis } from '@libby-dialer/embedded';
import { sharedRedisUrl } from './config.ts';

/** A Redis for tests. `pid` is undefined for the server of REDIS_URL too. */
export type TestRedis = PrivateRedis;

export interface TestRedisOptions extends RedisOptions {
  /** Never the server of REDIS_URL: for tests that kill or fill it. Any other option implies it. */
  readonly own?: boolean;
}

/**
 * Starts a private Redis, `redis-server` or a container. Without options it may be the server of
 * REDIS_URL, shared with others and not ours to kill.
 */
export async function startRedis({
  own = false,
  ...options
}: TestRedisOptions = {}): Promise<TestRedis> {
  const shared = sharedRedisUrl();
  const isPrivate = own || Object.keys(options).length > 0;
  return shared === undefined || isPrivate ? startPrivateRedis(options) : sharedRedis(shared);
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
    setClock: refuse,
    stop: leave,
    [Symbol.asyncDispose]: leave,
  };
}

function refuse(): Promise<never> {
  return Promise.reject(
    new Error('this Redis is shared (REDIS_URL): ask for startRedis({ own: true })'),
  );
}

async function leave(): Promise<void> {}
