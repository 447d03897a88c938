import type { Campaign } from './campaign.ts';

/**
 * Milliseconds until the next try after `failures` (1, 2, ...) failures to reach the API:
 * exponential with equal jitter, at least half of the step so that a retry storm spreads without
 * losing the pause.
 * @param random in [0, 1)
 */
export function retryDelayMs(retry: Campaign['retry'], failures: number, random: number): number {
  const stepMs =
    Math.min(retry.maxBackoffSeconds, retry.backoffSeconds * 2 ** Math.max(0, failures - 1)) * 1000;
  return Math.round(stepMs / 2 + (random * stepMs) / 2);
}
