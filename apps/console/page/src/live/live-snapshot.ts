import type { Snapshot } from '@libby-dialer/http-api';
import { useSyncExternalStore } from 'react';
import { client } from './api.ts';
import { askWhoAmI } from './queries.ts';

/** After so long without a snapshot what is shown counts as stale. One comes every second. */
const STALE_AFTER_MS = 5000;
const LOOK_EVERY_MS = 1000;
/** A browser gives up on a refused stream for good: it is begun anew. */
const RETRY_AFTER_MS = 3000;

/** What is known now, and whether it is still true. */
export interface Live {
  /** Undefined until the first one has come. */
  readonly snapshot: Snapshot | undefined;
  /** Epoch ms of the browser's clock. */
  readonly receivedAt: number;
  readonly isStale: boolean;
}

/**
 * The newest snapshot, by the one stream that a page holds, however many parts look at it. It runs
 * as long as any does.
 */
class LiveSnapshot {
  #live: Live = { snapshot: undefined, receivedAt: 0, isStale: false };
  readonly #listeners = new Set<() => void>();
  #source: EventSource | undefined;
  #timer: number | undefined;
  #openedAt = 0;

  readonly read = (): Live => this.#live;

  readonly listen = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    if (this.#listeners.size === 1) this.#start();
    return () => {
      this.#listeners.delete(listener);
      if (this.#listeners.size === 0) this.#stop();
    };
  };

  #start(): void {
    this.#open();
    this.#timer = window.setInterval(() => this.#look(), LOOK_EVERY_MS);
  }

  #stop(): void {
    this.#source?.close();
    window.clearInterval(this.#timer);
  }

  #open(): void {
    this.#source?.close();
    this.#openedAt = Date.now();
    const source = new EventSource(client.urlOf('GET /events'));
    source.addEventListener('snapshot', ({ data }: MessageEvent<string>) => {
      this.#take(JSON.parse(data) as Snapshot);
    });
    this.#source = source;
  }

  #take(snapshot: Snapshot): void {
    this.#tell({ snapshot, receivedAt: Date.now(), isStale: false });
  }

  #look(): void {
    const now = Date.now();
    const isStale = now - Math.max(this.#live.receivedAt, this.#openedAt) > STALE_AFTER_MS;
    if (isStale !== this.#live.isStale && isStale) this.#tell({ ...this.#live, isStale });
    const isClosed = this.#source?.readyState === EventSource.CLOSED;
    if (!isClosed || now - this.#openedAt <= RETRY_AFTER_MS) return;
    askWhoAmI();
    this.#open();
  }

  #tell(live: Live): void {
    this.#live = live;
    for (const listener of this.#listeners) listener();
  }
}

const live = new LiveSnapshot();

export function useLive(): Live {
  return useSyncExternalStore(live.listen, live.read, live.read);
}
