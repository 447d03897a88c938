// What runs beside us on this machine and must not outlive us
export { type EventuallyOptions, eventually } from './eventually.ts';
export { guardAgainstOrphan, type OrphanGuardOptions } from './orphan-guard.ts';
export { giveUpAfter, overload, patienceMs } from './patience.ts';
export type { PrivateRedis, RedisOptions } from './redis.ts';
export { findLibfaketime } from './settable-clock.ts';
export { startPrivateRedis } from './start-private-redis.ts';
export { onUnlikelyPort } from './unlikely-port.ts';
