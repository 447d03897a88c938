import { type AddressInfo, createServer, type Socket } from 'node:net';
import { createServer as createTlsServer, type TlsOptions } from 'node:tls';

export interface RawServer extends AsyncDisposable {
  readonly url: string;
  /** Every byte that arrived on any connection, as Latin-1, in order of arrival. */
  readonly received: string;
  readonly requests: string[];
  readonly connections: number;
  /** Resolves once `n` connections have been closed. */
  closed(n: number): Promise<void>;
}

interface RawServerOptions {
  tls?: TlsOptions;
  onConnection?: (socket: Socket) => void;
}

/**
 * A server without a notion of HTTP beyond where a request ends: what it answers is up to `answer`.
 */
export async function startRawServer(
  answer: (socket: Socket, nth: number) => void,
  options: RawServerOptions = {},
): Promise<RawServer> {
  const { tls, onConnection } = options;
  const requests: string[] = [];
  const sockets = new Set<Socket>();
  const waiters: { n: number; resolve: () => void }[] = [];
  let received = '';
  let connections = 0;
  let closedCount = 0;
  const onSocket = (socket: Socket): void => {
    connections += 1;
    sockets.add(socket);
    let pending = '';
    socket.on('error', () => undefined);
    socket.on('close', () => {
      sockets.delete(socket);
      closedCount += 1;
      for (const waiter of waiters) if (closedCount >= waiter.n) waiter.resolve();
    });
    socket.on('data', (chunk: Buffer) => {
      received += chunk.toString('latin1');
      pending += chunk.toString('latin1');
      for (let end = endOfRequest(pending); end > 0; end = endOfRequest(pending)) {
        requests.push(pending.slice(0, end));
        pending = pending.slice(end);
        answer(socket, requests.length);
      }
    });
    onConnection?.(socket);
  };
  const server = tls === undefined ? createServer(onSocket) : createTlsServer(tls, onSocket);
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    url: tls === undefined ? `http://127.0.0.1:${port}` : `https://localhost:${port}`,
    get received() {
      return received;
    },
    get connections() {
      return connections;
    },
    requests,
    closed: (n) =>
      new Promise((resolve) => {
        if (closedCount >= n) resolve();
        else waiters.push({ n, resolve });
      }),
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => {
        server.close(resolve);
      });
    },
  };
}

/** Where the first request in `text` ends, or 0 while it is not whole. */
function endOfRequest(text: string): number {
  const head = text.indexOf('\r\n\r\n');
  if (head < 0) return 0;
  const length = Number(/^content-length: *(\d+)/im.exec(text.slice(0, head))?.[1] ?? 0);
  const end = head + 4 + length;
  return text.length >= end ? end : 0;
}

export function httpAnswer(
  status: string,
  body = '',
  headers: string[] = ['Content-Type: application/json'],
): string {
  return [
    `HTTP/1.1 ${status}`,
    ...headers,
    `Content-Length: ${Buffer.byteLength(body)}`,
    '',
    body,
  ].join('\r\n');
}
