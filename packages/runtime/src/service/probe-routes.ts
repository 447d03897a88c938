import type { HttpReply, HttpRoutes } from './http-server.ts';

const TEXT = 'text/plain; charset=utf-8';

/** As prom-client's `Registry` has it. */
export interface Metrics {
  readonly contentType: string;
  metrics(): Promise<string>;
}

/**
 * The pages of every service. Healthy: the process answers. Ready: there is no trouble.
 * @param troubles sentences on why it cannot work at the moment
 */
export function probeRoutes(metrics: Metrics, troubles: () => readonly string[]): HttpRoutes {
  return {
    '/healthz': () => ({ status: 200, contentType: TEXT, body: 'ok\n' }),
    '/readyz': () => readiness(troubles()),
    '/metrics': async () => ({
      status: 200,
      contentType: metrics.contentType,
      body: await metrics.metrics(),
    }),
  };
}

function readiness(troubles: readonly string[]): HttpReply {
  if (troubles.length > 0)
    return { status: 503, contentType: TEXT, body: `${troubles.join('\n')}\n` };
  return { status: 200, contentType: TEXT, body: 'ready\n' };
}
