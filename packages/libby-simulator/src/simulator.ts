import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { AccessTokens } from './access-tokens.ts';
import {
  type Answer,
  DONE,
  jsonAnswer,
  methodNotAllowed,
  NOT_FOUND,
  NOT_UTF8,
  TOO_LARGE,
} from './answer.ts';
import { type CallCounts, CallLog, type CallsReport, recordJson } from './call-log.ts';
import { type Body, readBody, sendAnswer, sendFault } from './delivery.ts';
import type { Endpoint, Reply } from './endpoint.ts';
import { OutboundEndpoint } from './outbound-endpoint.ts';
import { parseScript, type Script, type ScriptRule } from './script.ts';
import { SimulatorError } from './simulator-error.ts';
import { type TokenClient, TokenEndpoint } from './token-endpoint.ts';
import { TruthFile } from './truth-file.ts';

export interface SimulatorOptions {
  readonly host?: string;
  /** 0, the default, takes any free one. */
  readonly port?: number;
  readonly clientId?: string;
  readonly clientSecret?: string;
  /** The scope that calls need. */
  readonly scope?: string;
  /** Scopes that are granted too but do not allow calls. */
  readonly otherScopes?: readonly string[];
  readonly tokenLifetimeS?: number;
  /** The from-numbers that have an agent; empty: every number has. */
  readonly agents?: readonly string[];
  /** How long every answer of both endpoints takes; a rule's own latency replaces it. */
  readonly latencyMs?: number;
  readonly script?: readonly ScriptRule[];
  /** Decides, with number and nth, which requests a `rate` strikes. */
  readonly seed?: number;
  /**
   * Gets every request as a JSON line, synced before it is answered. If it cannot be written to,
   * the process crashes.
   */
  readonly truthFile?: string;
  readonly keepCalls?: number;
  readonly keepPayloads?: number;
  /** Milliseconds since 1970; must not go back. */
  readonly now?: () => number;
}

/**
 * As a Node server behind a gateway would: with the `Keep-Alive: timeout=5` hint that clients go
 * by.
 */
const KEEP_ALIVE_TIMEOUT_MS = 5000;

export const SIMULATOR_DEFAULTS = {
  host: '127.0.0.1',
  port: 0,
  clientId: 'libby-simulator',
  clientSecret: 'simulated-secret',
  scope: 'external-api-resource-server-1/call.out',
  otherScopes: [],
  tokenLifetimeS: 3600,
  agents: [],
  latencyMs: 0,
  script: [],
  seed: 1,
  keepCalls: 1_000_000,
  keepPayloads: 100_000,
  now: () => performance.timeOrigin + performance.now(),
} as const satisfies SimulatorOptions;

export interface SimulatorStats extends CallCounts {
  readonly tokenRequests: number;
  readonly tokenGrants: number;
  /**
   * Requests to `/outbound` between arrival and answer (or lost connection): now, and at most so
   * far.
   */
  readonly inFlight: number;
  readonly maxInFlight: number;
}

/** Throws a SimulatorError: `bad_script`, `cannot_open_truth` or `cannot_listen`. */
export async function startSimulator(options: SimulatorOptions = {}): Promise<Simulator> {
  const settings = { ...SIMULATOR_DEFAULTS, ...options };
  const { clientId, clientSecret, scope, otherScopes, tokenLifetimeS, latencyMs, now } = settings;
  const script = parseScript(settings.script, settings.seed);
  const log = new CallLog(settings);
  const tokens = new AccessTokens(tokenLifetimeS * 1000, now);
  const client = { clientId, clientSecret, scopes: [scope, ...otherScopes] };
  const agents = settings.agents.length === 0 ? undefined : new Set(settings.agents);
  const outbound = new OutboundEndpoint({ agents, scope, tokens, script, log, now });
  const token = new TokenEndpoint(client, tokens, tokenLifetimeS, script);
  const truth =
    settings.truthFile === undefined ? undefined : await TruthFile.open(settings.truthFile);
  try {
    const { server, url } = await listen(settings.host, settings.port);
    return new Simulator({
      server,
      url,
      client,
      scope,
      latencyMs,
      tokens,
      script,
      log,
      truth,
      outbound,
      token,
    });
  } catch (error) {
    await truth?.close();
    throw error;
  }
}

interface SimulatorParts {
  readonly server: Server;
  /** `http://host:port` */
  readonly url: string;
  readonly client: TokenClient;
  readonly scope: string;
  readonly latencyMs: number;
  readonly tokens: AccessTokens;
  readonly script: Script;
  readonly log: CallLog;
  readonly truth: TruthFile | undefined;
  readonly outbound: Endpoint;
  readonly token: TokenEndpoint;
}

/** Both endpoints of the provider on one port, and what they know of the calls. */
export class Simulator implements AsyncDisposable {
  readonly apiUrl: string;
  readonly tokenUrl: string;
  readonly clientId: string;
  readonly clientSecret: string;
  readonly scope: string;
  readonly #parts: SimulatorParts;
  #inFlight = 0;
  #maxInFlight = 0;
  #stopped: Promise<void> | undefined;

  /** Use `startSimulator`. */
  constructor(parts: SimulatorParts) {
    this.#parts = parts;
    this.apiUrl = parts.url;
    this.tokenUrl = `${parts.url}/oauth2/token`;
    this.clientId = parts.client.clientId;
    this.clientSecret = parts.client.clientSecret;
    this.scope = parts.scope;
    parts.server.on('request', (request, response) => this.#route(request, response));
  }

  /** The same as `GET /calls`. */
  calls(): CallsReport {
    return this.#parts.log.report();
  }

  /** The same as `GET /stats`. */
  stats(): SimulatorStats {
    const { log, tokens, token } = this.#parts;
    return {
      ...log.counts(),
      tokenRequests: token.requests,
      tokenGrants: tokens.granted,
      inFlight: this.#inFlight,
      maxInFlight: this.#maxInFlight,
    };
  }

  /**
   * From now on these rules decide. Throws a SimulatorError `bad_script`. The same as `PUT
   * /script`.
   */
  setScript(rules: readonly ScriptRule[]): void {
    this.#parts.script.replace(rules);
  }

  /** From now on every token granted so far is refused with 403. The same as `DELETE /tokens`. */
  revokeTokens(): void {
    this.#parts.tokens.revokeAll();
  }

  /** Cuts every connection off. Calls and counts can still be read. */
  stop(): Promise<void> {
    this.#stopped ??= this.#close();
    return this.#stopped;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }

  async #close(): Promise<void> {
    const { server, truth } = this.#parts;
    const closed = once(server, 'close');
    server.close();
    server.closeAllConnections();
    await closed;
    await truth?.close();
  }

  #route(request: IncomingMessage, response: ServerResponse): void {
    const url = request.url ?? '';
    const [path = url, query] = url.split('?', 2);
    switch (path) {
      case '/outbound':
        if (!isMethod('POST', request, response)) return;
        this.#countInFlight(response);
        this.#serve(this.#parts.outbound, request, response);
        return;
      case '/oauth2/token':
        if (isMethod('POST', request, response)) this.#serve(this.#parts.token, request, response);
        return;
      case '/calls':
        if (isMethod('GET', request, response))
          void this.#sendCalls(new URLSearchParams(query), response);
        return;
      case '/stats':
        if (isMethod('GET', request, response)) sendAnswer(response, jsonAnswer(200, this.stats()));
        return;
      case '/script':
        if (isMethod('PUT', request, response))
          readBody(request, (body) => sendAnswer(response, this.#putScript(body)));
        return;
      case '/tokens':
        if (!isMethod('DELETE', request, response)) return;
        this.revokeTokens();
        sendAnswer(response, DONE);
        return;
      default:
        sendAnswer(response, NOT_FOUND);
    }
  }

  #putScript(body: Body): Answer {
    try {
      this.#parts.script.replace(JSON.parse('text' in body ? body.text : ''));
      return DONE;
    } catch (error) {
      return jsonAnswer(400, {
        message: error instanceof SimulatorError ? error.message : 'the script is not JSON',
      });
    }
  }

  #countInFlight(response: ServerResponse): void {
    this.#inFlight += 1;
    this.#maxInFlight = Math.max(this.#maxInFlight, this.#inFlight);
    response.once('close', () => {
      this.#inFlight -= 1;
    });
  }

  #serve(endpoint: Endpoint, request: IncomingMessage, response: ServerResponse): void {
    readBody(request, (body) => {
      if ('problem' in body) {
        sendAnswer(response, body.problem === 'too_large' ? TOO_LARGE : NOT_UTF8);
        return;
      }
      const { 'content-type': contentType, authorization } = request.headers;
      void this.#deliver(
        response,
        endpoint.receive({ contentType, authorization, body: body.text }),
      );
    });
  }

  async #deliver(response: ServerResponse, reply: Reply): Promise<void> {
    const { truth } = this.#parts;
    const latencyMs = reply.latencyMs ?? this.#parts.latencyMs;
    if (truth && reply.record) await truth.append(recordJson(reply.record));
    // Without a reference: a latency must not keep the process alive after stop().
    if (latencyMs > 0) await delay(latencyMs, undefined, { ref: false });
    if (reply.fault) sendFault(response, reply.fault, reply.answer);
    else sendAnswer(response, reply.answer);
  }

  async #sendCalls(query: URLSearchParams, response: ServerResponse): Promise<void> {
    const parts = {
      calls: query.get('calls') !== 'false',
      payloads: query.get('payloads') !== 'false',
    };
    response.writeHead(200, { 'content-type': 'application/json' });
    // The reader going away half-way is the reader's business.
    await pipeline(Readable.from(this.#parts.log.reportJson(parts)), response).catch(
      () => undefined,
    );
  }
}

function isMethod(
  method: 'GET' | 'POST' | 'PUT' | 'DELETE',
  request: IncomingMessage,
  response: ServerResponse,
): boolean {
  if (request.method === method) return true;
  sendAnswer(response, methodNotAllowed(method));
  return false;
}

async function listen(host: string, port: number): Promise<{ server: Server; url: string }> {
  const server = createServer({ keepAliveTimeout: KEEP_ALIVE_TIMEOUT_MS });
  server.listen(port, host);
  try {
    await once(server, 'listening');
  } catch (cause) {
    const message = `cannot listen on ${host} port ${port}; choose another with --host or --port`;
    throw new SimulatorError('cannot_listen', message, { cause });
  }
  return { server, url: urlOf(server.address() as AddressInfo) };
}

/** Listening everywhere includes loopback, the one address sure to lead here. */
function urlOf({ address, family, port }: AddressInfo): string {
  if (address === '0.0.0.0' || address === '::') return `http://127.0.0.1:${port}`;
  return family === 'IPv6' ? `http://[${address}]:${port}` : `http://${address}:${port}`;
}
