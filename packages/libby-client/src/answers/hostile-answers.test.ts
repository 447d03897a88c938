import type { Socket } from 'node:net';
import * as fc from 'fast-check';
import { afterAll, describe, expect, test } from 'vitest';
import { LibbyClient } from '../libby-client.ts';
import { startRawServer } from '../testing/raw-server.ts';
import { AccessToken } from '../tokens/access-token.ts';
import { TokenSource } from '../tokens/token-source.ts';
import type { OutboundCall } from './outbound-call.ts';
import { verdictOf } from './verdict.ts';

const TOKEN = new AccessToken('a-token', Date.now() + 3_600_000);
const tokens = new TokenSource({
  tokenUrl: 'http://127.0.0.1:9/',
  clientId: 'id',
  clientSecret: 's',
  scope: 's',
});
afterAll(() => tokens.close());

function clientOf(apiUrl: string): LibbyClient {
  return new LibbyClient({ apiUrl, tokens, connectTimeoutMs: 5000, responseTimeoutMs: 50 });
}

/** Each is another person's, so that a request sent twice would show. */
function callOf(nth: number, customQuestions: string[] = []): OutboundCall {
  const name = `Person ${nth}.`;
  return {
    name,
    toPhoneNumber: '+15055550123',
    fromPhoneNumber: '+15055550100',
    formInfo: [],
    customQuestions,
  };
}

function timesSeen(text: string, part: string): number {
  return text.split(part).length - 1;
}

interface Answer {
  bytes: Buffer;
  /** How much of it arrives, and in pieces of what size. */
  sent: number;
  pieceBytes: number;
  ending: 'end' | 'reset' | 'hang';
}

const body = fc.oneof(
  fc.constantFrom(
    '',
    '{"message":"Outbound call processed"}',
    '{"message":"Agent not found for this number"}',
    '<html>',
  ),
  fc.string({ maxLength: 40 }),
);
const status = fc.oneof(
  fc.constantFrom(200, 200, 200, 400, 403, 404, 408, 409, 422, 429, 500, 503),
  fc.integer({ min: 100, max: 999 }),
);
const framing = fc.constantFrom(
  (text: string) => `Content-Length: ${Buffer.byteLength(text)}\r\n\r\n${text}`,
  (text: string) => `Content-Length: ${Buffer.byteLength(text) + 7}\r\n\r\n${text}`,
  (text: string) =>
    `Transfer-Encoding: chunked\r\n\r\n${Buffer.byteLength(text).toString(16)}\r\n${text}\r\n0\r\n\r\n`,
  (text: string) => `Transfer-Encoding: chunked\r\n\r\nzz\r\n${text}`,
  (text: string) => `Connection: close\r\n\r\n${text}`,
  (text: string) => `Retry-After: soon\r\nContent-Length: -1\r\n\r\n${text}`,
);
const early = fc.array(fc.constantFrom('100 Continue', '102 Processing', '103 Early Hints'), {
  maxLength: 2,
});
const wellFormed = fc
  .tuple(early, status, framing, body)
  .map(([early, status, frame, body]) =>
    Buffer.from(
      `${early.map((line) => `HTTP/1.1 ${line}\r\n\r\n`).join('')}HTTP/1.1 ${status} Whatever\r\n${frame(body)}`,
    ),
  );
const damage = fc.array(fc.tuple(fc.nat(), fc.integer({ min: 0, max: 255 })), { maxLength: 3 });
const damaged = fc.tuple(wellFormed, damage).map(([bytes, damage]) => {
  const copy = Buffer.from(bytes);
  for (const [at, byte] of damage) copy[at % copy.length] = byte;
  return copy;
});
const garbage = fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes));

const answers: fc.Arbitrary<Answer> = fc
  .oneof(
    { arbitrary: wellFormed, weight: 3 },
    { arbitrary: damaged, weight: 4 },
    { arbitrary: garbage, weight: 1 },
  )
  .chain((bytes) =>
    fc.record({
      bytes: fc.constant(bytes),
      sent: fc.oneof(fc.constant(bytes.length), fc.integer({ min: 0, max: bytes.length })),
      pieceBytes: fc.integer({ min: 1, max: 64 }),
      ending: fc.oneof(
        { arbitrary: fc.constant('end' as const), weight: 12 },
        { arbitrary: fc.constant('reset' as const), weight: 5 },
        { arbitrary: fc.constant('hang' as const), weight: 1 },
      ),
    }),
  );

async function give(socket: Socket, { bytes, sent, pieceBytes, ending }: Answer): Promise<void> {
  for (let at = 0; at < sent && !socket.destroyed; at += pieceBytes) {
    socket.write(bytes.subarray(at, Math.min(at + pieceBytes, sent)));
    await new Promise(setImmediate);
  }
  if (ending === 'end') socket.end();
  if (ending === 'reset') socket.resetAndDestroy();
}

/**
 * The status that these bytes prove to have been given, read in our own way: informational answers,
 * then a status line and the end of its headers. Undefined where they prove nothing.
 */
function provenStatus(bytes: string): number | undefined {
  const head =
    /^(?:HTTP\/\d\.\d 1(?!01)\d\d\b[^\n]*\n(?:[^\r\n][^\n]*\n)*\r?\n)*HTTP\/\d\.\d (\d{3})\b[^\n]*\n(?:[^\r\n][^\n]*\n)*\r?\n/;
  const status = head.exec(bytes.replace(/^[\r\n]+/, ''))?.[1];
  return status === undefined ? undefined : Number(status);
}

describe('a server that answers anything at all', () => {
  test('is never believed to have refused a call unless its status line says so, and never asked twice', async () => {
    let answer: Answer = { bytes: Buffer.alloc(0), sent: 0, pieceBytes: 1, ending: 'end' };
    let nth = 0;
    const seen = { accepted: 0, refused: 0, unknown: 0, not_sent: 0 };
    await using server = await startRawServer((socket) => void give(socket, answer));
    await fc.assert(
      fc.asyncProperty(answers, async (next) => {
        answer = next;
        nth += 1;
        await using client = clientOf(server.url);
        const { delivery } = verdictOf(await client.placeCall(callOf(nth), TOKEN));
        seen[delivery] += 1;
        expect(timesSeen(server.received, `"Person ${nth}."`)).toBe(1);
        const status = provenStatus(next.bytes.toString('latin1', 0, next.sent));
        // A doubt is always allowed: a reset may overtake what was sent before it.
        expect(delivery).toBe(delivery === 'unknown' ? 'unknown' : deliveryOf(status));
      }),
      { numRuns: 300 },
    );
    // Otherwise the test would prove nothing.
    expect(Math.min(seen.accepted, seen.refused, seen.unknown)).toBeGreaterThan(0);
  });

  test('leaves the call in doubt when it resets after any number of bytes of the request, and gets no second one', async () => {
    // Larger than what the buffers on the way can hold, so that it is cut off while it is being
    // written, too.
    const questions = Array.from({ length: 100 }, () => 'x'.repeat(10_000));
    let untilReset = 0;
    let nth = 0;
    await using server = await startRawServer(() => undefined, {
      onConnection: (socket) => {
        let left = untilReset;
        socket.on('data', (chunk: Buffer) => {
          left -= chunk.length;
          if (left <= 0) socket.resetAndDestroy();
        });
      },
    });
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(fc.nat({ max: 2000 }), fc.nat({ max: 900_000 })),
        async (offset) => {
          untilReset = offset;
          nth += 1;
          await using client = clientOf(server.url);
          const answer = await client.placeCall(callOf(nth, questions), TOKEN);
          expect(verdictOf(answer).delivery).toBe('unknown');
          expect(timesSeen(server.received, `"Person ${nth}."`)).toBeLessThanOrEqual(1);
          expect(server.connections).toBe(nth);
        },
      ),
      { numRuns: 40 },
    );
  });

  test('that says something before it is asked proves nothing about a request that was not begun', async () => {
    let first = Buffer.alloc(0);
    let nth = 0;
    await using server = await startRawServer(() => undefined, {
      onConnection: (socket) => void socket.write(first),
    });
    await fc.assert(
      fc.asyncProperty(fc.oneof(garbage, damaged, wellFormed), async (bytes) => {
        first = bytes;
        nth += 1;
        await using client = clientOf(server.url);
        const answer = await client.placeCall(callOf(nth), TOKEN);
        const { delivery } = verdictOf(answer);
        if (delivery === 'not_sent') await client.close();
        const times = timesSeen(server.received, `"Person ${nth}."`);
        expect(times).toBeLessThanOrEqual(delivery === 'not_sent' ? 0 : 1);
        expect(delivery === 'not_sent').toBe(answer.kind === 'failed' && !answer.begun);
      }),
      { numRuns: 30 },
    );
  });
});

function deliveryOf(status: number | undefined): string {
  if (status === undefined || status < 200 || status > 499 || status === 408 || status === 409)
    return 'unknown';
  return status <= 299 ? 'accepted' : 'refused';
}
