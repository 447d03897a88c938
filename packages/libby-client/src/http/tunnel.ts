import { request as httpRequest } from 'node:http';
import { request as httpsRequest, type RequestOptions } from 'node:https';
import type { Socket } from 'node:net';
import { buildConnector } from 'undici';

export interface TunnelOptions {
  /** `http://` or `https://`, with the user and password that the proxy asks for. */
  proxy: URL;
  /** For the tunnel, and once more for the TLS handshake within. */
  timeoutMs: number;
  /** Of the target, and of a proxy by https. */
  ca?: string | undefined;
}

/** The proxy would not open a way. Nothing of a request was sent. */
class TunnelError extends Error {
  override readonly name = 'TunnelError';
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}

/**
 * Connects undici's pool through a proxy, by CONNECT. In its place in the pool a connection is what
 * it is without a proxy, so that the line between "nothing was written" and "may have gone out"
 * stays where it is: a tunnel that does not stand is a connection that does not. undici's own
 * ProxyAgent speaks HTTP/2 to proxies, and keeps the tunnels' errors in a pool of its own.
 */
export function tunnelConnector(options: TunnelOptions): buildConnector.connector {
  const { timeoutMs, ca } = options;
  const shakeHands = buildConnector({
    allowH2: false,
    timeout: timeoutMs,
    ...(ca !== undefined && { ca }),
  });
  return (target, callback) => {
    openTunnel(target.hostname, Number(target.port || 443), options, (end) => {
      if (end instanceof Error) callback(end, null);
      else shakeHands({ ...target, httpSocket: end }, callback);
    });
  };
}

/** Ends with a connection to the target that has said nothing yet, or with why there is none. */
function openTunnel(
  host: string,
  port: number,
  options: TunnelOptions,
  done: (end: Socket | Error) => void,
): void {
  const target = `${host.includes(':') ? `[${host}]` : host}:${port}`;
  const request = options.proxy.protocol === 'https:' ? httpsRequest : httpRequest;
  const opening = request(connectRequest(target, options));
  const late = new TunnelError('PROXY_TIMEOUT', 'the proxy opened no connection in time');
  const timer = setTimeout(() => opening.destroy(late), options.timeoutMs);
  opening.on('connect', ({ statusCode = 0 }, socket, head) => {
    clearTimeout(timer);
    // Whoever takes it hears its errors; until then, and where nobody does, one must not end the
    // process.
    socket.on('error', () => undefined);
    if (statusCode < 200 || statusCode > 299) {
      socket.destroy();
      done(refusal(statusCode));
      return;
    }
    if (head.length > 0) socket.unshift(head);
    done(socket);
  });
  opening.on('error', (error) => {
    clearTimeout(timer);
    done(withoutAnswer(error));
  });
  opening.end();
}

function connectRequest(target: string, { proxy, ca }: TunnelOptions): RequestOptions {
  const credentials = `${decodeURIComponent(proxy.username)}:${decodeURIComponent(proxy.password)}`;
  return {
    method: 'CONNECT',
    path: target,
    host: proxy.hostname.replace(/^\[(.*)\]$/, '$1'),
    port: proxy.port || (proxy.protocol === 'https:' ? 443 : 80),
    agent: false,
    ...(ca !== undefined && { ca }),
    headers: {
      host: target,
      ...(credentials !== ':' && {
        'proxy-authorization': `Basic ${Buffer.from(credentials).toString('base64')}`,
      }),
    },
  };
}

function refusal(status: number): TunnelError {
  return status === 407
    ? new TunnelError('PROXY_AUTHENTICATION', 'the proxy does not accept the user and password')
    : new TunnelError('PROXY_REFUSED', `the proxy answered ${status} when asked for a connection`);
}

/** Node's error carries what was received, which may be anything. */
function withoutAnswer(error: NodeJS.ErrnoException): Error {
  const isParserError = error.code?.startsWith('HPE_') === true;
  return isParserError
    ? new TunnelError('PROXY_BAD_ANSWER', 'the proxy does not speak HTTP')
    : error;
}
