import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { promisify } from 'node:util';
import { onUnlikelyPort } from '@libby-dialer/embedded';
import { Link, type LinkObserver, type NetworkFault } from './proxied-link.ts';

export interface FaultProxyOptions {
  readonly targetHost?: string;
  readonly targetPort: number;
  /** Called for each connection. */
  readonly observe?: () => LinkObserver;
}

export interface ProxyCounts {
  /** Connections accepted so far. */
  readonly accepted: number;
  /** Connections open now, as the client sees it. */
  readonly open: number;
  /**
   * Connections that ended while the client waited for an answer, or may not have seen it: at most
   * one request in doubt each.
   */
  readonly unanswered: number;
  /**
   * Connections that were closed or reset while they waited for no answer: what a client sends
   * there at that moment is lost unseen.
   */
  readonly closedIdle: number;
  /** Bytes handed on. */
  readonly bytesToTarget: number;
  readonly bytesToClient: number;
  /** Bytes that will never arrive, of both directions. */
  readonly bytesSwallowed: number;
}

const HOST = '127.0.0.1';

/** Starts a TCP proxy on loopback that passes everything on until it is told otherwise. */
export async function startFaultProxy(options: FaultProxyOptions): Promise<FaultProxy> {
  const proxy = new FaultProxy(options);
  await proxy.start();
  return proxy;
}

export class FaultProxy implements AsyncDisposable {
  readonly host = HOST;
  #target: { readonly host: string; readonly port: number };
  readonly #observe: (() => LinkObserver) | undefined;
  readonly #server: Server;
  readonly #links = new Set<Link>();
  readonly #bytes = { to_target: 0, to_client: 0, swallowed: 0 };
  #port = 0;
  #accepted = 0;
  #unanswered = 0;
  #closedIdle = 0;
  #fault: NetworkFault | undefined;

  constructor({ targetHost = HOST, targetPort, observe }: FaultProxyOptions) {
    this.#observe = observe;
    this.#target = { host: targetHost, port: targetPort };
    this.#server = createServer({ allowHalfOpen: true, noDelay: true }, (client) =>
      this.#accept(client),
    );
  }

  get port(): number {
    return this.#port;
  }

  counts(): ProxyCounts {
    return {
      accepted: this.#accepted,
      open: this.#links.size,
      unanswered: this.#unanswered,
      closedIdle: this.#closedIdle,
      bytesToTarget: this.#bytes.to_target,
      bytesToClient: this.#bytes.to_client,
      bytesSwallowed: this.#bytes.swallowed,
    };
  }

  async start(): Promise<void> {
    this.#port = await onUnlikelyPort((port) => this.#listen(port));
  }

  /** From now on, until `heal` or another fault. Resolves when it is in force. */
  async inflict(fault: NetworkFault): Promise<void> {
    await this.heal();
    this.#fault = fault;
    for (const link of this.#links) link.suffer(fault);
    // Its callback would wait for the open connections; the port itself is closed at once.
    if (fault.kind === 'refuse') this.#server.close();
  }

  /** Everything passes again. A connection that has lost bytes cannot go on and is reset. */
  async heal(): Promise<void> {
    this.#fault = undefined;
    for (const link of this.#links) link.heal();
    if (!this.#server.listening) await this.#listen(this.#port);
  }

  /** New connections lead there, as after a failover; the open ones are reset. */
  moveTo(targetPort: number): void {
    this.#target = { ...this.#target, port: targetPort };
    this.resetAll();
  }

  /** Resets every open connection, both ends. Returns how many. */
  resetAll(): number {
    const links = [...this.#links];
    for (const link of links) link.reset();
    return links.length;
  }

  /**
   * Closes, orderly, each connection that waits for no answer, as a server does with idle ones.
   * Returns how many.
   */
  closeIdle(): number {
    const idle = [...this.#links].filter((link) => link.idle);
    for (const link of idle) link.close();
    this.#closedIdle += idle.length;
    return idle.length;
  }

  async stop(): Promise<void> {
    for (const link of this.#links) link.destroy();
    if (this.#server.listening) await promisify(this.#server.close.bind(this.#server))();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }

  #accept(client: Socket): void {
    this.#accepted += 1;
    const link = new Link(
      client,
      connect({ ...this.#target, allowHalfOpen: true, noDelay: true }),
      (direction, bytes) => {
        this.#bytes[direction] += bytes;
      },
      this.#observe?.(),
    );
    this.#links.add(link);
    client.once('close', () => {
      this.#links.delete(link);
      if (link.unanswered) this.#unanswered += 1;
      if (link.wasResetIdle) this.#closedIdle += 1;
    });
    if (this.#fault) link.suffer(this.#fault);
  }

  async #listen(port: number): Promise<void> {
    this.#server.listen(port, HOST);
    await once(this.#server, 'listening');
  }
}
