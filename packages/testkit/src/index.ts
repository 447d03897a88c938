export {
  type EventuallyOptions,
  eventually,
  findLibfaketime,
  overload,
  patienceMs,
} from '@libby-dialer/embedded';
export {
  type FaultProxy,
  type FaultProxyOptions,
  type ProxyCounts,
  startFaultProxy,
} from './fault-proxy.ts';
export { fictionalNumbers } from './fictional-numbers.ts';
export { type Program, programFile } from './program-file.ts';
export type { Direction, LinkObserver, NetworkFault } from './proxied-link.ts';
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
export { startRedis, type TestRedis, type TestRedisOptions } from './start-redis.ts';
export { CAN_STOP_SAVING, doWithoutSaving, stopSaving } from './stop-saving.ts';
export { uniquePrefix } from './unique-prefix.ts';
