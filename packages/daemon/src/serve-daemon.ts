import { hostname } from 'node:os';
import { Context } from '@libby-dialer/operations';
import {
  type Logger,
  processName,
  RedisService,
  type Service,
  type ServiceWork,
} from '@libby-dialer/runtime';
import { collectDefaultMetrics, Registry } from 'prom-client';
import { DEFAULT_HTTP_PORT, type ServeConfig } from './config.ts';
import type { DaemonContext, DaemonPart } from './daemon-part.ts';

/** What one kind of daemon has of its own. */
export interface DaemonKind {
  /** Names its connections to Redis. */
  readonly program: string;
  /** Where its pages are unless the configuration says otherwise. */
  readonly httpPort: number;
  /** What it is called in the log, and what it does. */
  readonly noun: string;
  readonly verb: string;
}

const SERVE: DaemonKind = {
  program: 'enqueuer-serve',
  httpPort: DEFAULT_HTTP_PORT,
  noun: 'daemon',
  verb: 'serves',
};

/** A daemon: does what its parts do until it is stopped. */
export function serveDaemon(
  config: ServeConfig,
  logger: Logger,
  buildParts: (daemon: DaemonContext) => Promise<readonly DaemonPart[]>,
  { program, httpPort, noun, verb }: DaemonKind = SERVE,
): Service {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  return new RedisService({
    program,
    redis: config.redis,
    http: { ...config.http, defaultPort: httpPort },
    logger,
    metrics: registry,
    lines: {
      started: `the ${noun} ${verb}`,
      stopping: `the ${noun} stops: what is in hand is finished`,
      stopped: `the ${noun} has stopped`,
    },
    build: async ({ redis, connect }) => {
      const actor = { name: program, via: 'schedule', from: hostname() } as const;
      const context = new Context(config, logger, redis.client, actor);
      const daemonId = processName();
      return workOf(await buildParts({ context, logger, registry, daemonId, connect }));
    },
  });
}

function workOf(parts: readonly DaemonPart[]): ServiceWork {
  return {
    start: async () => {
      for (const part of parts) await part.start();
    },
    stop: async () => {
      const ends = await Promise.allSettled(parts.map((part) => part.stop()));
      for (const end of ends) if (end.status === 'rejected') throw end.reason;
    },
    troubles: () => parts.flatMap((part) => part.trouble() ?? []),
  };
}
