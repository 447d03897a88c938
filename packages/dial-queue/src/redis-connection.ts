import { Cluster, type Redis } from 'ioredis';

/** A connection as the queue needs it: a single server (also behind Sentinel) or a cluster. */
export type RedisConnection = Redis | Cluster;

/** A second connection to the same place. The two kinds' signatures differ, though not in what is asked here. */
export function duplicate(redis: RedisConnection): RedisConnection {
  return redis instanceof Cluster ? redis.duplicate() : redis.duplicate();
}
