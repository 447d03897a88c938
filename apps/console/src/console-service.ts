import { hostname } from 'node:os';
import { getRequestListener } from '@hono/node-server';
import { CallPush, Context, OverviewWatch, StatusWatch } from '@libby-dialer/operations';
import {
  type Logger,
  RedisService,
  type Service,
  type ServiceShell,
  type ServiceWork,
} from '@libby-dialer/runtime';
import { collectDefaultMetrics, Registry } from 'prom-client';
import packageJson from '../package.json' with { type: 'json' };
import { type ConsoleConfig, DEFAULT_HTTP_PORT } from './config.ts';
import type { Console } from './console.ts';
import { httpApp } from './http/http-app.ts';
import { problemReply, problemResponse, unreadableRequest } from './http/http-problem.ts';
import { openIdentify } from './http/identify.ts';
import { TrustedProxies } from './http/trusted-proxies.ts';
import { UploadedLists } from './lists/uploaded-lists.ts';
import { Snapshots } from './live/snapshots.ts';

/** For an upload over a slow line. */
const REQUEST_WITHIN_MS = 3_600_000;
/** Each page that is open has one for its events. */
const MAX_CONNECTIONS = 2000;

const MAX_LISTENERS = 100_000;

export interface ConsoleHooks {
  /** Told the address once it answers. */
  readonly announce: (url: string) => void;
}

/** The console: answers the page and the API until it is stopped. */
export function consoleService(
  config: ConsoleConfig,
  logger: Logger,
  { announce }: ConsoleHooks,
): Service {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  return new RedisService({
    program: 'console',
    redis: config.redis,
    // Whoever asks is told that Redis is away, and asks again.
    role: 'producer',
    http: { ...config.http, defaultPort: DEFAULT_HTTP_PORT },
    logger,
    metrics: registry,
    lines: {
      started: 'the console answers',
      stopping: 'the console stops: what is being answered goes on',
      stopped: 'the console has stopped',
    },
    onListening: announce,
    build: async (shell) => {
      const stopping = new AbortController();
      const console = await buildConsole(config, logger, shell, stopping.signal);
      const identify = await openIdentify({
        access: console.context.queue.access,
        host: config.http.host,
        proxies: new TrustedProxies(config.proxies),
      });
      const app = httpApp(console, identify);
      return workOf(getRequestListener(app.fetch, { errorHandler: refuse }), stopping);
    },
  });
}

async function buildConsole(
  config: ConsoleConfig,
  logger: Logger,
  { redis, release }: ServiceShell,
  stopping: AbortSignal,
): Promise<Console> {
  // Each request listens for the connection to be lost.
  redis.client.setMaxListeners(MAX_LISTENERS);
  const actor = { name: 'console', via: 'api', from: hostname() } as const;
  const context = new Context(config, logger, redis.client, actor);
  const watch = new StatusWatch(context);
  const { folder, maxMegabytes } = config.lists;
  return {
    config,
    logger,
    version: packageJson.version,
    startedAt: Date.now(),
    redis,
    context,
    watch,
    push: release.use(new CallPush(context)),
    snapshots: new Snapshots(new OverviewWatch(context, watch), logger, stopping),
    lists: release.use(await UploadedLists.open(folder, maxMegabytes)),
    stopping,
  };
}

/** Of a request without an address that can be made of it. */
function refuse(): Response {
  return problemResponse(unreadableRequest(400));
}

function workOf(
  answer: ReturnType<typeof getRequestListener>,
  stopping: AbortController,
): ServiceWork {
  return {
    start: async () => {},
    stop: async () => stopping.abort(),
    troubles: () => [],
    requests: {
      answer: (request, response) => void answer(request, response),
      unreadable: (status) => problemReply(unreadableRequest(status)),
      requestWithinMs: REQUEST_WITHIN_MS,
      maxConnections: MAX_CONNECTIONS,
    },
  };
}
