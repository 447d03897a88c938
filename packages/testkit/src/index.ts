export { type EventuallyOptions, eventually } from './eventually.ts';
export { type FaultProxy, type FaultProxyOptions, type ProxyCounts, startFaultProxy } from './fault-proxy.ts';
export type { Direction, NetworkFault } from './proxied-link.ts';
export type { RedisOptions, TestRedis } from './redis.ts';
export {
  type LinePattern,
  type ProcessExit,
  type ProcessResult,
  type RunProcessOptions,
  runProcess,
  type SpawnedProcess,
  type SpawnProcessOptions,
  spawnProcess,
} from './spawn-process.ts';
export { startRedis } from './start-redis.ts';
export { uniquePrefix } from './unique-prefix.ts';
