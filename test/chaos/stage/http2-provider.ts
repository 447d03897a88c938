import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import {
  constants,
  createSecureServer,
  type Http2SecureServer,
  type Http2ServerRequest,
  type Http2ServerResponse,
} from 'node:http2';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { LOCALHOST_CERTIFICATE, LOCALHOST_KEY } from '@libby-dialer/libby-client/testing';

/**
 * A provider behind a gateway that offers HTTP/2, and refuses the stream of each call's first
 * request after taking it.
 */
export class Http2Provider implements AsyncDisposable {
  /** What a worker needs to call there. */
  readonly environment: Readonly<Record<string, string>>;
  readonly #server: Http2SecureServer;
  readonly #calls = new Map<string, number>();

  private constructor(server: Http2SecureServer, certificateFile: string) {
    this.#server = server;
    const { port } = server.address() as AddressInfo;
    this.environment = {
      LIBBY_API_URL: `https://localhost:${port}`,
      NODE_EXTRA_CA_CERTS: certificateFile,
    };
    server.on('request', (request, response) => void this.#take(request, response));
  }

  static async start(folder: string): Promise<Http2Provider> {
    const certificateFile = join(folder, 'certificate.pem');
    await writeFile(certificateFile, LOCALHOST_CERTIFICATE);
    const server = createSecureServer({
      cert: LOCALHOST_CERTIFICATE,
      key: LOCALHOST_KEY,
      allowHTTP1: true,
    });
    await once(server.listen(0, 'localhost'), 'listening');
    return new Http2Provider(server, certificateFile);
  }

  /** How often each number was called. */
  callsByNumber(): ReadonlyMap<string, number> {
    return this.#calls;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const closed = once(this.#server, 'close');
    this.#server.close();
    await closed;
  }

  async #take(request: Http2ServerRequest, response: Http2ServerResponse): Promise<void> {
    const { toPhoneNumber } = JSON.parse(await text(request)) as { toPhoneNumber: string };
    const times = (this.#calls.get(toPhoneNumber) ?? 0) + 1;
    this.#calls.set(toPhoneNumber, times);
    if (times === 1 && request.httpVersion === '2.0')
      response.stream.close(constants.NGHTTP2_REFUSED_STREAM);
    else response.end('{"message":"Outbound call processed"}');
  }
}
