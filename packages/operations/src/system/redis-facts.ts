import { measureClockSkew, parseRedisInfo, systemClock } from '@libby-dialer/runtime';
import type { Context } from '../context.ts';

/** What the Redis server says of itself; null where it does not say. */
export interface RedisFacts {
  readonly version: string | null;
  readonly role: string | null;
  readonly replicas: number | null;
  readonly uptimeSeconds: number | null;
  readonly usedBytes: number | null;
  readonly peakBytes: number | null;
  /** Null also where it has no limit. */
  readonly maxBytes: number | null;
  readonly evictionPolicy: string | null;
  readonly appendOnly: boolean | null;
  readonly clients: number | null;
  readonly commandsPerSecond: number | null;
  /** How far its clock is ahead of this machine's. */
  readonly clockAheadMs: number;
}

/** As it is now; of a cluster, one of its nodes. */
export async function redisFacts({ redis, queue }: Context): Promise<RedisFacts> {
  const [text, skew] = await Promise.all([
    redis.info(),
    measureClockSkew(redis, { key: queue.keys.claimCounts, clock: systemClock }),
  ]);
  const info = parseRedisInfo(text);
  const number = (field: string) => numberOf(info.get(field));
  const appendOnly = number('aof_enabled');
  return {
    version: info.get('redis_version') ?? null,
    role: info.get('role') ?? null,
    replicas: number('connected_slaves'),
    uptimeSeconds: number('uptime_in_seconds'),
    usedBytes: number('used_memory'),
    peakBytes: number('used_memory_peak'),
    maxBytes: number('maxmemory') || null,
    evictionPolicy: info.get('maxmemory_policy') ?? null,
    appendOnly: appendOnly === null ? null : appendOnly === 1,
    clients: number('connected_clients'),
    commandsPerSecond: number('instantaneous_ops_per_sec'),
    clockAheadMs: Math.round(skew.offsetMs),
  };
}

function numberOf(text: string | undefined): number | null {
  return text === undefined || !/^\d+$/.test(text) ? null : Number(text);
}
