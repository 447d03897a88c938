import type { Snapshot } from '@libby-dialer/http-api';
import type { Snapshots } from './snapshots.ts';

/** Proxies close what is silent for longer. */
const HEARTBEAT_MS = 15_000;
/** So soon a browser comes back after the connection was lost. */
const RETRY_MS = 2000;
/** Chunks that may wait for a slow reader. */
const MOST_WAITING = 4;

/**
 * Snapshots as server-sent events, until the signal aborts. Whoever reads too slowly misses some
 * and gets the newest: nothing is kept for them.
 * @param shown what of a snapshot this listener may see
 */
export function eventStream(
  snapshots: Snapshots,
  shown: (snapshot: Snapshot) => Snapshot,
  signal: AbortSignal,
): Response {
  const encoder = new TextEncoder();
  const left = new AbortController();
  const ended = AbortSignal.any([signal, left.signal]);
  const stream = new ReadableStream<Uint8Array>(
    {
      start(controller) {
        const write = (text: string) => {
          if (!ended.aborted && (controller.desiredSize ?? 0) > 0)
            controller.enqueue(encoder.encode(text));
        };
        const heartbeat = setInterval(write, HEARTBEAT_MS, ': still here\n\n');
        ended.addEventListener('abort', () => {
          clearInterval(heartbeat);
          // Whoever has left has closed it already.
          if (!left.signal.aborted) controller.close();
        });
        write(`retry: ${RETRY_MS}\n\n`);
        snapshots.listen((snapshot) => write(eventOf(shown(snapshot))), ended);
      },
      cancel: () => left.abort(),
    },
    { highWaterMark: MOST_WAITING },
  );
  // Proxies must not collect events.
  const headers = { 'content-type': 'text/event-stream', 'x-accel-buffering': 'no' };
  return new Response(stream, { headers });
}

function eventOf(snapshot: Snapshot): string {
  return `event: snapshot\nid: ${snapshot.at}\ndata: ${JSON.stringify(snapshot)}\n\n`;
}
