import type { RedisConnection } from '@libby-dialer/dial-queue';
import type { HttpReply, HttpRoutes } from '@libby-dialer/runtime';
import type { Registry } from 'prom-client';
import type { CampaignLanes } from './campaign-lanes.ts';

const TEXT = 'text/plain; charset=utf-8';

/** Healthy: the process answers. Ready: Redis does, and the worker has looked for work. */
export function healthRoutes(redis: RedisConnection, lanes: CampaignLanes, registry: Registry): HttpRoutes {
  return {
    '/healthz': () => ({ status: 200, contentType: TEXT, body: 'ok\n' }),
    '/readyz': () => readiness(redis, lanes),
    '/metrics': async () => ({ status: 200, contentType: registry.contentType, body: await registry.metrics() }),
  };
}

function readiness(redis: RedisConnection, lanes: CampaignLanes): HttpReply {
  if (redis.status !== 'ready') return { status: 503, contentType: TEXT, body: 'Redis is not reachable\n' };
  if (lanes.lastLookAt === undefined) return { status: 503, contentType: TEXT, body: 'starting\n' };
  return { status: 200, contentType: TEXT, body: 'ready\n' };
}
