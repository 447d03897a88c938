import { useSyncExternalStore } from 'react';

/** One timer for all that shows how long ago something was. */
const listeners = new Set<() => void>();
let now = Date.now();
let timer: number | undefined;

function listen(listener: () => void): () => void {
  listeners.add(listener);
  timer ??= window.setInterval(tick, 1000);
  return () => {
    listeners.delete(listener);
    if (listeners.size > 0) return;
    window.clearInterval(timer);
    timer = undefined;
  };
}

function tick(): void {
  now = Date.now();
  for (const listener of listeners) listener();
}

const readNow = () => now;

/** Epoch ms of the browser's clock, every second anew. */
export function useNow(): number {
  return useSyncExternalStore(listen, readNow, readNow);
}
