import type { LookupFunction } from 'node:net';
import { type Dispatcher, Pool } from 'undici';
import { tunnelConnector } from './tunnel.ts';

/** Beyond this an answer is no answer of the provider's; reading on would only cost memory. */
const ANSWER_BODY_LIMIT_BYTES = 64 * 1024;
const ANSWER_HEADERS_LIMIT_BYTES = 16 * 1024;
/** How long the rest of an answer may take whose status line alone has settled everything. */
const DRAIN_TIMEOUT_MS = 1000;
/**
 * Taken off the idle time a server announces in `Keep-Alive`: a socket it closes as we write is a
 * call in doubt.
 */
const KEEP_ALIVE_MARGIN_MS = 1000;

export interface HttpOriginOptions {
  connectTimeoutMs: number;
  responseTimeoutMs: number;
  /** Connections at once; further requests wait, within `connectTimeoutMs`. */
  maxConnections: number;
  /** How long an idle connection is kept for the next request. */
  keepAliveMs: number;
  ca?: string | undefined;
  lookup?: LookupFunction | undefined;
  /** What https goes through. */
  proxy?: URL | undefined;
}

export interface Post {
  path: string;
  /** Name, value, name, value, … */
  headers: string[];
  body: string;
  signal?: AbortSignal | undefined;
  /**
   * Asked once, synchronously, when the next thing to happen is the write. A string stops the
   * request there.
   */
  veto?: (() => string | undefined) | undefined;
  /** The body of a 2xx does not matter: settle on its status line. */
  bodyless2xx?: boolean;
}

export type PostOutcome =
  | {
      kind: 'answered';
      status: number;
      headers: Record<string, string | string[] | undefined>;
      body: string;
    }
  | PostFailure;

export interface PostFailure {
  kind: 'failed';
  /**
   * Whether writing had begun. If not, the other side provably received nothing; if so, nothing is
   * certain.
   */
  begun: boolean;
  /**
   * A stable word for what happened: one of `StopCode`, or the error code of the system, TLS or
   * undici.
   */
  trouble: string;
  /** The veto's answer, where that is what stopped it. */
  vetoed?: string;
  cause: Error;
}

type StopCode = 'VETOED' | 'ABORTED' | 'CONNECT_TIMEOUT' | 'RESPONSE_TIMEOUT' | 'STARTED_TWICE';

class Stopped extends Error {
  override readonly name = 'Stopped';
  readonly code: StopCode;

  constructor(code: StopCode, message: string) {
    super(message);
    this.code = code;
  }
}

/**
 * Connections to one origin, and POSTs that go out once or not at all.
 *
 * HTTP/1.1 without pipelining, redirects or retries: with HTTP/2 undici replays a POST by itself
 * after REFUSED_STREAM or GOAWAY. Time is kept by `PostHandler` and not by undici, whose header
 * timeout begins anew with every 1xx.
 */
export class HttpOrigin {
  readonly #pool: Pool;
  readonly #options: HttpOriginOptions;
  #closing: Promise<void> | undefined;

  constructor(origin: string, options: HttpOriginOptions) {
    this.#options = options;
    this.#pool = new Pool(origin, {
      allowH2: false,
      pipelining: 1,
      connections: options.maxConnections,
      connectTimeout: options.connectTimeoutMs,
      headersTimeout: 0,
      bodyTimeout: 0,
      keepAliveTimeout: options.keepAliveMs,
      keepAliveMaxTimeout: options.keepAliveMs,
      keepAliveTimeoutThreshold: KEEP_ALIVE_MARGIN_MS,
      maxHeaderSize: ANSWER_HEADERS_LIMIT_BYTES,
      connect: connectorOf(origin, options),
    });
  }

  /** Settles within `connectTimeoutMs` + `responseTimeoutMs` and never rejects. */
  post(post: Post): Promise<PostOutcome> {
    return new Promise((resolve) => {
      const handler = new PostHandler(post, this.#options, resolve);
      if (handler.settled) return;
      this.#pool.dispatch(
        { method: 'POST', path: post.path, headers: post.headers, body: post.body },
        handler,
      );
    });
  }

  /** Lets what is under way come to its end. */
  async close(): Promise<void> {
    this.#closing ??= this.#pool.close();
    await this.#closing;
  }

  /** Breaks off what is under way. */
  async destroy(): Promise<void> {
    await this.#pool.destroy();
  }
}

function connectorOf(
  origin: string,
  options: HttpOriginOptions,
): NonNullable<Pool.Options['connect']> {
  const { ca, lookup, proxy, connectTimeoutMs } = options;
  // Only what the proxy cannot read goes through it.
  if (proxy !== undefined && origin.startsWith('https:'))
    return tunnelConnector({ proxy, ca, timeoutMs: connectTimeoutMs });
  return {
    ...(ca === undefined ? undefined : { ca }),
    ...(lookup === undefined ? undefined : { lookup }),
  };
}

/**
 * One request's life: waiting -> begun -> settled.
 *
 * undici calls `onRequestStart` synchronously before it writes a request's first byte. What throws
 * there provably leaves nothing on the wire (and, unlike `controller.abort`, leaves the connection
 * to others); past it nothing on our side proves anything. Abort and timeout cannot recall a
 * request that waits for a connection, so they settle it and leave `#stopped` behind, and a
 * connection that comes later finds its start refused.
 */
class PostHandler implements Dispatcher.DispatchHandler {
  readonly #post: Post;
  readonly #responseTimeoutMs: number;
  readonly #resolve: (outcome: PostOutcome) => void;
  readonly #onAbort = (): void =>
    this.#stop(new Stopped('ABORTED', 'the caller gave the request up'));
  #timer: NodeJS.Timeout | undefined;
  #controller: Dispatcher.DispatchController | undefined;
  #stopped: Stopped | undefined;
  #settled = false;
  #status = 0;
  #headers: Record<string, string | string[] | undefined> = {};
  #chunks: Buffer[] = [];
  #size = 0;

  constructor(post: Post, options: HttpOriginOptions, resolve: (outcome: PostOutcome) => void) {
    this.#post = post;
    this.#responseTimeoutMs = options.responseTimeoutMs;
    this.#resolve = resolve;
    if (post.signal?.aborted) {
      this.#onAbort();
    } else {
      post.signal?.addEventListener('abort', this.#onAbort, { once: true });
      this.#stopAfter(options.connectTimeoutMs, 'CONNECT_TIMEOUT', 'no connection in time');
    }
  }

  get settled(): boolean {
    return this.#settled;
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    // Should undici ever send a request again by itself, it must not get past here.
    if (this.#controller !== undefined)
      throw new Stopped('STARTED_TWICE', 'the request was about to be repeated');
    const vetoed = this.#stopped === undefined ? this.#post.veto?.() : undefined;
    if (vetoed !== undefined) this.#stopped ??= new Stopped('VETOED', vetoed);
    // Looked at again after the veto, which may itself have aborted the signal.
    if (this.#stopped !== undefined) throw this.#stopped;
    this.#controller = controller;
    this.#stopAfter(this.#responseTimeoutMs, 'RESPONSE_TIMEOUT', 'no whole answer in time');
  }

  onResponseStart(
    _: unknown,
    status: number,
    headers: Record<string, string | string[] | undefined>,
  ): void {
    if (status < 200) return; // informational; the answer is still to come
    this.#status = status;
    this.#headers = headers;
    if (this.#post.bodyless2xx !== true || status > 299) return;
    this.#settle({ kind: 'answered', status, headers, body: '' });
    this.#stopAfter(DRAIN_TIMEOUT_MS, 'RESPONSE_TIMEOUT', 'the rest of the answer did not come');
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    this.#size += chunk.length;
    if (!this.#settled) this.#chunks.push(chunk);
    if (this.#size > ANSWER_BODY_LIMIT_BYTES) controller.abort(new Error('answer too large'));
  }

  onResponseEnd(): void {
    this.#clearTimer();
    this.#settleAnswered();
  }

  onResponseError(_: unknown, error: Error): void {
    this.#clearTimer();
    if (this.#status === 0) this.#settle(this.#failure(error));
    else this.#settleAnswered(); // the status line decides, however the rest broke off
  }

  /**
   * A blocked event loop finds its timers due before it has read its sockets: one turn to read,
   * then judge.
   */
  #stopAfter(ms: number, code: StopCode, message: string): void {
    clearTimeout(this.#timer);
    const timer = setTimeout(() => {
      setImmediate(() => {
        if (this.#timer === timer) this.#stop(new Stopped(code, message));
      });
    }, ms);
    this.#timer = timer;
  }

  #clearTimer(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  #stop(stopped: Stopped): void {
    this.#clearTimer();
    this.#stopped = stopped;
    if (this.#controller === undefined) this.#settle(this.#failure(stopped));
    else this.#controller.abort(stopped);
  }

  #settleAnswered(): void {
    if (this.#settled) return;
    const body = Buffer.concat(this.#chunks).toString();
    this.#settle({ kind: 'answered', status: this.#status, headers: this.#headers, body });
  }

  #settle(outcome: PostOutcome): void {
    if (this.#settled) return;
    this.#settled = true;
    this.#chunks = [];
    this.#post.signal?.removeEventListener('abort', this.#onAbort);
    this.#resolve(outcome);
  }

  #failure(error: Error): PostFailure {
    const failure = {
      kind: 'failed',
      begun: this.#controller !== undefined,
      ...described(error),
    } as const;
    return error === this.#stopped && this.#stopped.code === 'VETOED'
      ? { ...failure, vetoed: error.message }
      : failure;
  }
}

/** undici's parser error carries what the server sent, which may echo anything: it stays behind. */
function described(error: Error & { code?: unknown; data?: unknown }): {
  trouble: string;
  cause: Error;
} {
  const trouble = typeof error.code === 'string' ? error.code : error.name;
  if (error.data === undefined) return { trouble, cause: error };
  const cause = Object.assign(new Error(error.message), { name: error.name, code: trouble });
  return { trouble, cause };
}
