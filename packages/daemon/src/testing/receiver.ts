import { once } from 'node:events';
import {
  createServer,
  type IncomingHttpHeaders,
  type Server,
  type ServerResponse,
} from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

/** A request as it came in. */
export interface Received {
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  /** What `webhook-id` said. */
  readonly id: string;
}

/** A status, or whatever is to be done with the response. */
export type Reaction = number | ((response: ServerResponse, received: Received) => unknown);

/** A webhook's receiver on loopback: real HTTP, with answers as a test wants them. */
export class Receiver implements AsyncDisposable {
  readonly received: Received[] = [];
  /** Requests under way at once, at most. */
  most = 0;
  react: (received: Received) => Reaction = () => 204;
  readonly #server: Server;
  #underWay = 0;

  private constructor() {
    this.#server = createServer((request, response) => {
      this.#underWay += 1;
      this.most = Math.max(this.most, this.#underWay);
      response.on('close', () => {
        this.#underWay -= 1;
      });
      void text(request).then((body) => this.#answer({ headers: request.headers, body }, response));
    });
  }

  static async start(port = 0): Promise<Receiver> {
    const receiver = new Receiver();
    receiver.#server.listen(port, '127.0.0.1');
    await once(receiver.#server, 'listening');
    return receiver;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}/libby`;
  }

  /** The ids in the order in which they came. */
  get ids(): string[] {
    return this.received.map(({ id }) => id);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const closed = once(this.#server, 'close');
    this.#server.close();
    this.#server.closeAllConnections();
    await closed;
  }

  #answer(request: Omit<Received, 'id'>, response: ServerResponse): void {
    const received = { ...request, id: String(request.headers['webhook-id']) };
    this.received.push(received);
    const reaction = this.react(received);
    if (typeof reaction === 'function') reaction(response, received);
    else response.writeHead(reaction).end();
  }
}
