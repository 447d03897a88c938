import { once } from 'node:events';
import {
  type IncomingMessage,
  type RequestListener,
  type Server,
  type ServerResponse,
  STATUS_CODES,
} from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { DialerError } from '../errors.ts';

export interface HttpReply {
  readonly status: number;
  readonly contentType: string;
  readonly body: string;
}

/** By path, such as `/healthz`. */
export type HttpRoutes = Readonly<Record<string, () => HttpReply | Promise<HttpReply>>>;

/** Who answers what is none of the service's own pages. */
export interface OtherRequests {
  readonly answer: RequestListener;
  /** What is said of a request that cannot be read as one of HTTP. @param status 400, 408 or 431 */
  readonly unreadable: (status: number) => HttpReply;
  /** How long a request may take to come in. */
  readonly requestWithinMs: number;
  /** Beyond so many the oldest connection is closed. */
  readonly maxConnections: number;
}

export interface HttpServerOptions {
  readonly host: string;
  /** 0 takes any free port. */
  readonly port: number;
  /** Whether a port in use is replaced by any free one. */
  readonly fallbackToFreePort: boolean;
  readonly routes: HttpRoutes;
  /** Left out: they are not found. */
  readonly others?: OtherRequests | undefined;
  /** Is told when a route throws or takes too long. The client sees only a 500 or 503. */
  readonly onError: (error: unknown) => void;
  readonly answerWithinMs?: number;
}

const REQUEST_WITHIN_MS = 5000;
const MAX_CONNECTIONS = 64;
const MAX_HEADER_BYTES = 8192;

/** Rejects with a `DialerError` (`http_listen`) when it cannot listen. */
export async function startHttpServer(options: HttpServerOptions): Promise<HttpServer> {
  // Only services listen: a command starts sooner without it.
  const { createServer } = await import('node:http');
  const server = createServer(
    {
      maxHeaderSize: MAX_HEADER_BYTES,
      headersTimeout: REQUEST_WITHIN_MS,
      requestTimeout: options.others?.requestWithinMs ?? REQUEST_WITHIN_MS,
      keepAliveTimeout: REQUEST_WITHIN_MS,
      connectionsCheckingInterval: 1000,
      // Who answers the others says it in their own words.
      requireHostHeader: options.others === undefined,
    },
    (request, response) => void answer(request, response, options),
  );
  giveWayToNewcomers(server, options.others?.maxConnections ?? MAX_CONNECTIONS);
  const { others } = options;
  if (others !== undefined)
    server.on('clientError', ({ code }: NodeJS.ErrnoException, socket) =>
      refuse(socket, others.unreadable(UNREADABLE[code ?? ''] ?? 400)),
    );
  await listen(server, options);
  return new HttpServer(server, options.host);
}

const UNREADABLE: Readonly<Record<string, number>> = {
  HPE_HEADER_OVERFLOW: 431,
  ERR_HTTP_REQUEST_TIMEOUT: 408,
};

/** There is no request to answer: what there is to say is written as it is. */
function refuse(socket: Duplex, { status, contentType, body }: HttpReply): void {
  // Whoever has gone hears nothing.
  if (!socket.writable) {
    socket.destroy();
    return;
  }
  const head = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}`,
    'connection: close',
    'cache-control: no-store',
    `content-type: ${contentType}`,
    `content-length: ${Buffer.byteLength(body)}`,
  ];
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`);
}

/**
 * Whoever opens many connections and says nothing keeps no probe out: beyond the bound the oldest
 * is closed.
 */
function giveWayToNewcomers(server: Server, most: number): void {
  const open = new Set<Socket>();
  server.on('connection', (socket) => {
    open.add(socket);
    socket.once('close', () => open.delete(socket));
    const [oldest] = open;
    if (oldest === undefined || open.size <= most) return;
    open.delete(oldest);
    oldest.destroy();
  });
}

/** A listening server for the few pages that operators and probes read. */
export class HttpServer {
  readonly port: number;
  readonly url: string;
  readonly #server: Server;
  #stopped: Promise<void> | undefined;

  constructor(server: Server, host: string) {
    this.#server = server;
    this.port = (server.address() as AddressInfo).port;
    this.url = `http://${host.includes(':') ? `[${host}]` : host}:${this.port}`;
  }

  /** Answers what is being asked, takes nothing new. */
  stop(): Promise<void> {
    this.#stopped ??= this.#close();
    return this.#stopped;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }

  async #close(): Promise<void> {
    const closed = once(this.#server, 'close');
    this.#server.close();
    // A probe that never reads its answer must not keep the process.
    const timer = setTimeout(() => this.#server.closeAllConnections(), 1000);
    await closed;
    clearTimeout(timer);
  }
}

async function listen(
  server: Server,
  { host, port, fallbackToFreePort }: HttpServerOptions,
): Promise<void> {
  try {
    await listenOn(server, host, port);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== 'EADDRINUSE' || !fallbackToFreePort) throw cannotListen(host, port, error);
    await listenOn(server, host, 0);
  }
}

async function listenOn(server: Server, host: string, port: number): Promise<void> {
  server.listen({ host, port, exclusive: true });
  await once(server, 'listening');
}

function cannotListen(host: string, port: number, error: unknown): DialerError {
  const { code } = error as NodeJS.ErrnoException;
  const reason = code === undefined ? undefined : LISTEN_FAILURES[code];
  const message = `Cannot listen on ${host} port ${port}: ${reason ?? `${code ?? 'unknown error'}.`}`;
  return new DialerError('http_listen', message, { cause: error });
}

const LISTEN_FAILURES: Readonly<Record<string, string>> = {
  EADDRINUSE: 'another process has it; choose another port, or 0 for any free one.',
  EACCES: 'not permitted; choose a port from 1024 up.',
  EADDRNOTAVAIL: 'this machine does not have that address; correct the host.',
  ENOTFOUND: 'the host name does not resolve; correct the host.',
};

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  options: HttpServerOptions,
): Promise<void> {
  if (options.others !== undefined && !Object.hasOwn(options.routes, pathOf(request))) {
    options.others.answer(request, response);
    return;
  }
  const reply = await replyTo(request, options);
  response.writeHead(reply.status, {
    'content-type': reply.contentType,
    'content-length': Buffer.byteLength(reply.body),
    'cache-control': 'no-store',
    ...(reply.status === 405 && { allow: 'GET, HEAD' }),
  });
  response.end(request.method === 'HEAD' ? undefined : reply.body);
}

function pathOf({ url = '/' }: IncomingMessage): string {
  return url.split('?', 1)[0] ?? '/';
}

async function replyTo(request: IncomingMessage, options: HttpServerOptions): Promise<HttpReply> {
  const { method } = request;
  const path = pathOf(request);
  const route = Object.hasOwn(options.routes, path) ? options.routes[path] : undefined;
  if (route === undefined) return plain(404, 'not found');
  if (method !== 'GET' && method !== 'HEAD') return plain(405, 'method not allowed');
  const { promise: late, resolve } = Promise.withResolvers<'late'>();
  const timer = setTimeout(resolve, options.answerWithinMs ?? REQUEST_WITHIN_MS, 'late');
  try {
    const reply = await Promise.race([route(), late]);
    if (reply !== 'late') return reply;
    options.onError(new Error(`no answer for ${path} in time`));
    return plain(503, 'no answer in time');
  } catch (error) {
    options.onError(error);
    return plain(500, 'internal error');
  } finally {
    clearTimeout(timer);
  }
}

function plain(status: number, text: string): HttpReply {
  return { status, contentType: 'text/plain; charset=utf-8', body: `${text}\n` };
}
