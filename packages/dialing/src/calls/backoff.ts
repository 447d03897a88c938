import type { Campaign } from '../campaigns/campaign.ts';

/**
 * The pause after so many failures (1, 2, ...): it doubles each time, with equal jitter: at least
 * half of the step, so that a retry storm spreads without losing the pause.
 * @param random in [0, 1)
 */
export function backoffMs(
  { firstMs, longestMs }: { readonly firstMs: number; readonly longestMs: number },
  failures: number,
  random: number,
): number {
  const stepMs = Math.min(longestMs, firstMs * 2 ** Math.max(0, failures - 1));
  return stepMs / 2 + (random * stepMs) / 2;
}

/** Until the next try after `failures` failures to reach the API. In whole ms. */
export function retryDelayMs(retry: Campaign['retry'], failures: number, random: number): number {
  const firstMs = retry.backoffSeconds * 1000;
  const longestMs = retry.maxBackoffSeconds * 1000;
  return Math.round(backoffMs({ firstMs, longestMs }, failures, random));
}
