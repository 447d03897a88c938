import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface TokenServer extends AsyncDisposable {
  readonly url: string;
  readonly requests: { headers: IncomingMessage['headers']; form: URLSearchParams }[];
  /** How the next requests are answered, until set anew. */
  answer: (response: ServerResponse, nth: number) => void;
}

/** A token endpoint that grants `token-1`, `token-2`, … unless told otherwise. */
export async function startTokenServer(expiresIn: number | undefined = 3600): Promise<TokenServer> {
  const state: Pick<TokenServer, 'requests' | 'answer'> = {
    requests: [],
    answer: (response, nth) =>
      answerJson(response, 200, {
        access_token: `token-${nth}`,
        token_type: 'Bearer',
        expires_in: expiresIn,
      }),
  };
  const server = createServer((request, response) => {
    let body = '';
    request.setEncoding('utf8');
    request.on('data', (chunk: string) => {
      body += chunk;
    });
    request.on('end', () => {
      state.requests.push({ headers: request.headers, form: new URLSearchParams(body) });
      state.answer(response, state.requests.length);
    });
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  return Object.assign(state, {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/oauth2/token`,
    async [Symbol.asyncDispose](): Promise<void> {
      server.closeAllConnections();
      await new Promise((resolve) => {
        server.close(resolve);
      });
    },
  });
}

export function answerJson(
  response: ServerResponse,
  status: number,
  body: unknown,
  headers: Record<string, string> = {},
): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers });
  response.end(typeof body === 'string' ? body : JSON.stringify(body));
}
