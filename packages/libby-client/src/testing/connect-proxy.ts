import { createServer } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { type AddressInfo, connect, type Socket } from 'node:net';
import type { TlsOptions } from 'node:tls';

export interface ConnectProxy extends AsyncDisposable {
  readonly url: string;
  /** `host:port` of each CONNECT, in order. */
  readonly targets: string[];
  readonly credentials: (string | undefined)[];
  /** Everything that clients sent into tunnels, as Latin-1. */
  carried: string;
  /** What it does when asked for a tunnel, until set anew. `pass` opens one. */
  answer: (socket: Socket, pass: () => Socket) => void;
}

/**
 * An HTTP proxy that lets connections through, to this machine alone whatever host is asked for.
 */
export async function startConnectProxy({ tls }: { tls?: TlsOptions } = {}): Promise<ConnectProxy> {
  const sockets = new Set<Socket>();
  const watch = (socket: Socket) => {
    sockets.add(socket);
    return socket.on('error', () => undefined).on('close', () => sockets.delete(socket));
  };
  const server = tls === undefined ? createServer() : createTlsServer(tls);
  server.on('connection', watch).on('connect', (request, socket: Socket) => {
    watch(socket);
    proxy.targets.push(request.url ?? '');
    proxy.credentials.push(request.headers['proxy-authorization']);
    proxy.answer(socket, () => {
      const upstream = watch(connect(Number(request.url?.split(':').at(-1)), '127.0.0.1'));
      socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
      socket.on('data', (chunk: Buffer) => (proxy.carried += chunk.toString('latin1')));
      socket.pipe(upstream).pipe(socket);
      upstream.on('close', () => socket.destroy());
      return upstream;
    });
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  const proxy: ConnectProxy = {
    url: tls === undefined ? `http://127.0.0.1:${port}` : `https://localhost:${port}`,
    targets: [],
    credentials: [],
    carried: '',
    answer: (_, pass) => void pass(),
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => {
        server.close(resolve);
      });
    },
  };
  return proxy;
}
