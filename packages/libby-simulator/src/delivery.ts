import { isUtf8 } from 'node:buffer';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Answer } from './answer.ts';
import type { Fault } from './script.ts';

const BODY_LIMIT_BYTES = 1024 * 1024;
const GARBAGE = Buffer.from('\u0016\u0003\u0001 this is not HTTP\r\n\r\n', 'latin1');
/** By how much the head of a truncated answer promises too much. */
const MISSING_BYTES = 64;

export type Body = { readonly text: string } | { readonly problem: 'too_large' | 'not_utf8' };

/** Calls back once the body has arrived whole; never, if the client gives up before. */
export function readBody(request: IncomingMessage, done: (body: Body) => void): void {
  const chunks: Buffer[] = [];
  let bytes = 0;
  request.on('data', (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes <= BODY_LIMIT_BYTES) chunks.push(chunk);
  });
  request.on('end', () => {
    if (bytes > BODY_LIMIT_BYTES) done({ problem: 'too_large' });
    else done(decoded(chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks)));
  });
}

export function sendAnswer(response: ServerResponse, { status, headers, body }: Answer): void {
  response.writeHead(status, { ...headers, 'content-length': Buffer.byteLength(body) });
  response.end(body);
}

/** Does to the connection what the fault says; `answer` is what the client would have got. */
export function sendFault(response: ServerResponse, fault: Fault, answer: Answer): void {
  const socket = response.socket;
  if (!socket || socket.destroyed) return;
  switch (fault) {
    case 'hang':
      return;
    case 'reset_before':
    case 'reset_after':
      socket.resetAndDestroy();
      return;
    case 'garbage':
      socket.write(GARBAGE);
      socket.destroySoon();
      return;
    case 'truncate':
      response.writeHead(200, {
        ...answer.headers,
        'content-length': Buffer.byteLength(answer.body) + MISSING_BYTES,
      });
      response.write(answer.body, () => socket.destroySoon());
      return;
  }
}

function decoded(bytes: Buffer): Body {
  return isUtf8(bytes) ? { text: bytes.toString('utf8') } : { problem: 'not_utf8' };
}
