import { Cluster, type Redis } from 'ioredis';

/** A connection as the queue needs it: a single server (also behind Sentinel) or a cluster. */
export type RedisConnection = Redis | Cluster;

/** A second connection to the same place, which does nothing before `connect()`. */
export function duplicate(redis: RedisConnection): RedisConnection {
  const options = { lazyConnect: true };
  return redis instanceof Cluster ? redis.duplicate([], options) : redis.duplicate(options);
}
