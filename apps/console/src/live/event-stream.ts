import type { Snapshot } from '@libby-dialer/http-api';
import { takesGzip } from '../http/compressed.ts';
import { GzipOfParts, SharedPart } from './shared-gzip.ts';
import type { Snapshots } from './snapshots.ts';

/** Proxies close what is silent for longer. */
const HEARTBEAT_MS = 15_000;
const HEARTBEAT = new SharedPart(': still here\n\n');
/** So soon a browser comes back after the connection was lost. */
const RETRY = new SharedPart('retry: 2000\n\n');
/** Chunks that may wait for a slow reader. */
const MOST_WAITING = 4;

export interface EventStreamOptions {
  /** What of a snapshot this listener may see: the same function for all who may see the same. */
  readonly shown: Shown;
  /** The headers of the request. */
  readonly asked: Headers;
  /** Aborts when it is to end. */
  readonly signal: AbortSignal;
}

type Shown = (snapshot: Snapshot) => Snapshot;

/**
 * Snapshots as server-sent events. Whoever reads too slowly misses some and gets the newest:
 * nothing is kept for them.
 */
export function eventStream(
  snapshots: Snapshots,
  { shown, asked, signal }: EventStreamOptions,
): Response {
  const gzip = takesGzip(asked) ? new GzipOfParts() : undefined;
  const left = new AbortController();
  const ended = AbortSignal.any([signal, left.signal]);
  const stream = new ReadableStream<Uint8Array>(
    {
      start(controller) {
        const write = (part: SharedPart) => {
          if (!ended.aborted && (controller.desiredSize ?? 0) > 0)
            controller.enqueue(gzip?.add(part) ?? part.plain);
        };
        const heartbeat = setInterval(write, HEARTBEAT_MS, HEARTBEAT);
        ended.addEventListener('abort', () => {
          clearInterval(heartbeat);
          // Whoever has left has closed it already.
          if (left.signal.aborted) return;
          if (gzip !== undefined) controller.enqueue(gzip.end());
          controller.close();
        });
        if (gzip !== undefined) controller.enqueue(gzip.begin());
        write(RETRY);
        snapshots.listen((snapshot) => write(eventOf(snapshot, shown)), ended);
      },
      cancel: () => left.abort(),
    },
    { highWaterMark: MOST_WAITING },
  );
  const headers = new Headers({
    'content-type': 'text/event-stream',
    // Proxies must not collect events.
    'x-accel-buffering': 'no',
    vary: 'accept-encoding',
  });
  if (gzip !== undefined) headers.set('content-encoding', 'gzip');
  return new Response(stream, { headers });
}

/** What was made of each snapshot, once for all who may see the same of it. */
const events = new WeakMap<Snapshot, Map<Shown, SharedPart>>();

function eventOf(snapshot: Snapshot, shown: Shown): SharedPart {
  const made = events.get(snapshot) ?? new Map<Shown, SharedPart>();
  events.set(snapshot, made);
  const event = made.get(shown) ?? new SharedPart(eventText(shown(snapshot)));
  made.set(shown, event);
  return event;
}

function eventText(snapshot: Snapshot): string {
  return `event: snapshot\nid: ${snapshot.at}\ndata: ${JSON.stringify(snapshot)}\n\n`;
}
