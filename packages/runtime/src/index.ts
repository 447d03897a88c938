// A program and its services

export { trustExtraAuthorities } from './extra-authorities.ts';
export { processName } from './process-name.ts';
export { RedisService, type ServiceShell, type ServiceWork } from './redis-service.ts';
export { Interrupted, type Main, type MainContext, runMain } from './run-main.ts';
export { runService, type Service } from './service.ts';

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
} from './config.ts';
export { readDotEnv, withDotEnv } from './dot-env.ts';
export {
  allowInsecureHttp,
  DEFAULT_SCOPE,
  type LibbyConfig,
  libbyConfig,
  libbyTimeouts,
} from './libby-config.ts';
export { logConfig } from './log-config.ts';
export { goesDirectly, type HttpsProxyConfig, httpsProxyConfig } from './proxy-config.ts';
export { Secret } from './secret.ts';
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
} from './variable-types.ts';
export { documentedVariables, variablesHelp } from './variables-help.ts';

// Logs and messages

export { ConfigError, type ConfigProblem, DialerError, UsageError } from './errors.ts';
export { countOf, formatCount, formatDuration, progressBar } from './format.ts';
export {
  createLogger,
  LOG_LEVELS,
  type Logger,
  type LoggerOptions,
  type LogLevel,
} from './logger.ts';
export { Redactor } from './redactor.ts';
export { terminalText } from './terminal-text.ts';

// Redis

export { CLOCKS_MAY_DIFFER_MS, type ClockSkew, measureClockSkew } from './clock-skew.ts';
export { Outage } from './outage.ts';
export {
  describeRedis,
  type RedisConfig,
  type RedisConnectionConfig,
  type RedisNode,
  type RedisTopology,
  redisConfig,
} from './redis-config.ts';
export {
  createRedis,
  type RedisClient,
  type RedisConnection,
  type RedisConnectionOptions,
  type RedisRole,
} from './redis-connection.ts';
export {
  checkRedisDurability,
  type Durability,
  type DurabilityFinding,
  requireDurableRedis,
} from './redis-durability.ts';
export {
  explainRedisError,
  isPermanentRedisError,
  isRedisAway,
  isRedisRefusal,
  isRedisReply,
} from './redis-errors.ts';
export { writeRefusal } from './redis-write-check.ts';

// Time

export { type Clock, sleep, systemClock } from './clock.ts';
