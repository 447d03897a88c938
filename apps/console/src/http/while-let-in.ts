import type { Caller } from './caller.ts';

const EVERY_MS = 5000;

/**
 * Aborts once whoever began something that goes on for hours is let in no more, or as somebody
 * else. Watches until the signal aborts.
 * @param identify asks once more who it is
 */
export function whileLetIn(
  caller: Caller,
  identify: () => Promise<Caller | undefined>,
  signal: AbortSignal,
): AbortSignal {
  const ended = new AbortController();
  const look = async () => {
    // While Redis is away nobody can tell; nothing new comes from it then either.
    const now = await identify().catch(() => caller);
    if (now?.name === caller.name && now.role === caller.role) return;
    clearInterval(timer);
    ended.abort();
  };
  const timer = setInterval(() => void look(), EVERY_MS);
  signal.addEventListener('abort', () => clearInterval(timer), { once: true });
  return AbortSignal.any([signal, ended.signal]);
}
