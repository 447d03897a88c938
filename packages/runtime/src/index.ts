// A program and its services

export { trustExtraAuthorities } from './service/extra-authorities.ts';
export { httpConfig } from './service/http-config.ts';
export type { HttpReply, OtherRequests } from './service/http-server.ts';
export { processName } from './service/process-name.ts';
export { RedisService, type ServiceShell, type ServiceWork } from './service/redis-service.ts';
export { Interrupted, type Main, type MainContext, runMain } from './service/run-main.ts';
export { runService, type Service } from './service/service.ts';
export { type Output, runServiceProgram, type ServiceProgram } from './service/service-program.ts';

// Configuration

export {
  type ConfigOf,
  type Derived,
  derived,
  type Environment,
  type LoadConfigOptions,
  loadConfig,
  misspelledVariables,
  type ReportProblem,
  type Schema,
  secret,
  type Variable,
  variable,
} from './config/config.ts';
export { readDotEnv, withDotEnv } from './config/dot-env.ts';
export {
  allowInsecureHttp,
  DEFAULT_SCOPE,
  type LibbyConfig,
  libbyConfig,
  libbyTimeouts,
} from './config/libby-config.ts';
export { logConfig } from './config/log-config.ts';
export { goesDirectly, type HttpsProxyConfig, httpsProxyConfig } from './config/proxy-config.ts';
export { Secret } from './config/secret.ts';
export {
  flag,
  httpUrl,
  integer,
  isLoopback,
  oneOf,
  parsed,
  port,
  problem,
  text,
  type VariableType,
} from './config/variable-types.ts';
export { documentedVariables, variablesHelp } from './config/variables-help.ts';

// Logs and messages

export {
  ConfigError,
  type ConfigProblem,
  DialerError,
  type DialerErrorOptions,
  type ErrorKind,
  exitCodeOf,
  UsageError,
} from './errors.ts';
export { countOf, formatCount, formatDuration, progressBar } from './logs/format.ts';
export {
  createLogger,
  LOG_LEVELS,
  type Logger,
  type LoggerOptions,
  type LogLevel,
} from './logs/logger.ts';
export { maskPhoneNumber, Redactor } from './logs/redactor.ts';
export { terminalText } from './logs/terminal-text.ts';

// Redis

export { CLOCKS_MAY_DIFFER_MS, type ClockSkew, measureClockSkew } from './redis/clock-skew.ts';
export { Outage } from './redis/outage.ts';
export {
  describeRedis,
  type RedisConfig,
  type RedisConnectionConfig,
  type RedisNode,
  type RedisTopology,
  redisConfig,
} from './redis/redis-config.ts';
export {
  createRedis,
  type RedisClient,
  type RedisConnection,
  type RedisConnectionOptions,
  type RedisRole,
} from './redis/redis-connection.ts';
export {
  checkRedisDurability,
  type Durability,
  type DurabilityFinding,
  parseRedisInfo,
  requireDurableRedis,
} from './redis/redis-durability.ts';
export {
  explainRedisError,
  isPermanentRedisError,
  isRedisAway,
  isRedisRefusal,
  isRedisReply,
} from './redis/redis-errors.ts';
export { writeRefusal } from './redis/redis-write-check.ts';

// Time

export { type Clock, endsWithin, sleep, systemClock } from './clock.ts';
