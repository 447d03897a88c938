import type { HttpBindings } from '@hono/node-server';
import { getConnInfo } from '@hono/node-server/conninfo';
import {
  type Api,
  type ApiRoute,
  api,
  BASE_PATH,
  type Method,
  type Route,
  seesPeople,
} from '@libby-dialer/http-api';
import { explainingErrors } from '@libby-dialer/operations';
import { systemClock } from '@libby-dialer/runtime';
import { Hono } from 'hono';
import { secureHeaders } from 'hono/secure-headers';
import type { Console } from '../console.ts';
import { apiHandlers } from '../handlers/api-handlers.ts';
import { type Caller, NOBODY, requireRole } from './caller.ts';
import { compressedFor } from './compressed.ts';
import type { Exchange } from './handlers.ts';
import { HttpProblem, problemOf, problemResponse, UNEXPECTED } from './http-problem.ts';
import type { Identify } from './identify.ts';
import { type Mask, maskOf } from './masking.ts';
import { servePage } from './page-files.ts';
import { receivedRequest } from './received-request.ts';
import { serveReference } from './reference.ts';
import { originProblem } from './request-origin.ts';
import { TokenBucket } from './token-bucket.ts';
import { TrustedProxies } from './trusted-proxies.ts';
import { whileLetIn } from './while-let-in.ts';

type AnyHandler = (request: unknown, exchange: Exchange) => Promise<unknown>;

/** No script, style or picture of anywhere else, and none that stands in a document itself. */
const CONTENT_SECURITY_POLICY = {
  defaultSrc: ["'none'"],
  scriptSrc: ["'self'"],
  styleSrc: ["'self'"],
  imgSrc: ["'self'", 'data:'],
  fontSrc: ["'self'"],
  connectSrc: ["'self'"],
  formAction: ["'self'"],
  frameAncestors: ["'none'"],
  baseUri: ["'none'"],
};

/** Everything that is answered over HTTP, but for probes. */
export function httpApp(console: Console, identify: Identify): Hono {
  const app = new Hono();
  app.use(
    secureHeaders({
      contentSecurityPolicy: CONTENT_SECURITY_POLICY,
      referrerPolicy: 'no-referrer',
      xFrameOptions: 'DENY',
      // Whoever ends TLS before this server says it.
      strictTransportSecurity: false,
    }),
    async (context, next) => {
      const problem = originProblem(context.req.raw);
      if (problem !== undefined) throw problem;
      await next();
    },
  );
  app.onError((error) => answerError(console, error));
  serveApi(app, console, identify);
  refuseOtherMethods(app);
  serveReference(app);
  servePage(app);
  app.notFound(() => problemResponse(notFound()));
  return app;
}

/** What there is at an address, where it is asked for by a method that it does not have. */
function refuseOtherMethods(app: Hono): void {
  const places = Map.groupBy(
    Object.keys(api).map((name) => name.split(' ') as [Method, string]),
    ([, path]) => path,
  );
  for (const [path, names] of places) {
    const allow = names.map(([method]) => method);
    app.all(honoPath(path), () => {
      const detail = `At this address there is only ${allow.join(', ')}.`;
      throw new HttpProblem(405, 'no_such_method', detail, { allow });
    });
  }
}

function honoPath(path: string): string {
  return `${BASE_PATH}${path.replaceAll(/\{(\w+)\}/g, ':$1')}`;
}

function serveApi(app: Hono, console: Console, identify: Identify): void {
  const handlers = apiHandlers(console);
  const limits = new RequestLimits(console.config.requestsPerSecond);
  const proxies = new TrustedProxies(console.config.proxies);
  for (const [name, route] of Object.entries(api) as [ApiRoute, Route][]) {
    const [method, path] = name.split(' ') as [string, string];
    const handler = handlers[name as keyof Api] as AnyHandler;
    const mask = maskFor(route);
    app.on(method, honoPath(path), async (context) => {
      const request = context.req.raw;
      const address = getConnInfo(context).remote.address ?? 'unknown';
      const call: RouteCall = {
        route,
        handler,
        mask,
        request,
        params: context.req.param() as Record<string, string>,
        from: proxies.clientOf(request.headers, address),
        identify: () => identify(request, address),
        cut: () => (context.env as HttpBindings).outgoing.destroy(),
      };
      const signal = AbortSignal.any([request.signal, console.stopping]);
      return await explainingErrors(console.redis, signal, async () => {
        const caller = await callerOf(call);
        if (caller !== NOBODY) limits.take(caller);
        return await answerRoute(console, call, caller, signal);
      });
    });
  }
}

interface RouteCall {
  readonly route: Route;
  readonly handler: AnyHandler;
  /** Of the answer, or of each of its rows. */
  readonly mask: Mask;
  readonly request: Request;
  readonly params: Readonly<Record<string, string>>;
  /** An address. */
  readonly from: string;
  readonly identify: () => Promise<Caller | undefined>;
  /** Ends the connection, whatever is being answered. */
  readonly cut: () => void;
}

/** Who asks, if they may. Throws `HttpProblem` (`unknown_caller`, `forbidden`). */
async function callerOf({ route, params, identify }: RouteCall): Promise<Caller> {
  if (route.role === 'nobody') return NOBODY;
  const caller = await identify();
  if (caller === undefined)
    throw new HttpProblem(401, 'unknown_caller', 'Say who you are: log in, or give a token.');
  requireRole(caller, route.role, params['id']);
  return caller;
}

async function answerRoute(
  { context: own }: Console,
  { route, handler, mask, request, params, from, identify, cut }: RouteCall,
  caller: Caller,
  signal: AbortSignal,
): Promise<Response> {
  const headers = new Headers({ 'cache-control': 'no-store' });
  const received = await receivedRequest(route, request, params);
  const asCaller = own.as({ name: caller.name, via: viaOf(request.headers), from });
  const shown = (seesPeople(caller.role) ? asItIs : mask) as Exchange['shown'];
  const exchange = { caller, asCaller, from, asked: request.headers, signal, shown, headers };
  const answer = await handler(received, exchange);
  if (!(answer instanceof Response)) return await answerOf(route, shown(answer), request, headers);
  if (request.method === 'HEAD') {
    // Nobody would read it, and so nothing would ever end it.
    await answer.body?.cancel();
    return withHeaders(new Response(null, answer), headers);
  }
  const body = answer.body && whileLetIn(answer.body, { caller, identify, cut });
  return withHeaders(new Response(body, answer), headers);
}

/** What is answered to whoever does not work with people. Made once. */
function maskFor({ answer, records }: Route): Mask {
  const schema = records ?? (typeof answer === 'string' ? undefined : answer);
  return (schema && maskOf(schema)) ?? asItIs;
}

function asItIs(value: unknown): unknown {
  return value;
}

/** A browser says of its own page's requests that they are; others cannot make it say so. */
function viaOf(headers: Headers): 'api' | 'page' {
  return headers.get('sec-fetch-site') === 'same-origin' ? 'page' : 'api';
}

function withHeaders(response: Response, headers: Headers): Response {
  for (const [name, value] of headers) response.headers.set(name, value);
  return response;
}

async function answerOf(
  { status, answer }: Route,
  given: unknown,
  request: Request,
  headers: Headers,
): Promise<Response> {
  if (answer === undefined) return new Response(null, { status: status ?? 204, headers });
  headers.set('content-type', 'application/json');
  const body = await compressedFor(request, JSON.stringify(given), headers);
  return new Response(body, { status: status ?? 200, headers });
}

function answerError({ logger, stopping }: Console, error: unknown): Response {
  const problem = problemOf(error);
  if (problem !== undefined) return withoutStore(problemResponse(problem));
  if (stopping.aborted)
    return withoutStore(problemResponse(new HttpProblem(503, 'stopping', 'The console stops.')));
  logger.error({ err: error }, 'a request failed');
  return withoutStore(problemResponse(UNEXPECTED));
}

function withoutStore(response: Response): Response {
  response.headers.set('cache-control', 'no-store');
  return response;
}

function notFound(): HttpProblem {
  return new HttpProblem(404, 'no_such_address', 'There is nothing at this address.');
}

/** How many callers are remembered; those beyond begin anew. */
const MOST_CALLERS = 10_000;

class RequestLimits {
  readonly #buckets = new Map<string, TokenBucket>();
  readonly #perSecond: number;

  constructor(perSecond: number) {
    this.#perSecond = perSecond;
  }

  take({ name }: Caller): void {
    const bucket =
      this.#buckets.get(name) ?? new TokenBucket(this.#perSecond, () => systemClock.monotonic());
    if (this.#buckets.size >= MOST_CALLERS) this.#buckets.clear();
    this.#buckets.set(name, bucket);
    const waitMs = bucket.take();
    if (waitMs === 0) return;
    throw new HttpProblem(429, 'too_many_requests', `${name} asks too often; ask more slowly.`, {
      retryAfterSeconds: Math.ceil(waitMs / 1000),
    });
  }
}
