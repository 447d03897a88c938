import type { CampaignStatusJson, Snapshot } from '@libby-dialer/http-api';
import { callsPerSecond } from '../campaigns/campaign-words.ts';

/** What all campaigns are at together. */
export interface Totals {
  readonly dialing: number;
  /** Held, or paused with calls left. */
  readonly stopped: number;
  readonly waitingToOpen: number;
  /** Calls a second; null where nobody has watched for long enough. */
  readonly perSecond: number | null;
  /** Of those that dial; null where one of them may go as fast as it can. */
  readonly allowed: number | null;
  readonly inFlight: number;
  readonly waiting: number;
  /** When the last of those that are not stopped is done; null where one cannot be foreseen. */
  readonly eta: string | null;
}

export function totalsOf({ campaigns }: Snapshot): Totals {
  const dialing = campaigns.filter(({ state }) => state === 'running' || state === 'loading');
  const open = campaigns.filter(({ pending, inFlight }) => pending + inFlight > 0);
  return {
    dialing: dialing.length,
    stopped: open.filter(({ state }) => state === 'held' || state === 'paused').length,
    waitingToOpen: open.filter(({ state }) => state === 'waiting').length,
    perSecond: sumOrNull(campaigns.flatMap((campaign) => callsPerSecond(campaign) ?? [])),
    allowed: dialing.some(({ allowedCallsPerSecond }) => allowedCallsPerSecond === null)
      ? null
      : sumOrNull(dialing.flatMap(({ allowedCallsPerSecond }) => allowedCallsPerSecond ?? [])),
    inFlight: sum(campaigns.map(({ inFlight }) => inFlight)),
    waiting: sum(campaigns.map(({ pending }) => pending)),
    eta: lastEnd(open.filter(({ state }) => state !== 'paused' && state !== 'held')),
  };
}

function lastEnd(open: readonly CampaignStatusJson[]): string | null {
  const ends = open.map(({ eta }) => eta);
  if (ends.length === 0 || ends.includes(null)) return null;
  return ends.reduce((last, end) => ((end ?? '') > (last ?? '') ? end : last));
}

function sumOrNull(numbers: readonly number[]): number | null {
  return numbers.length === 0 ? null : sum(numbers);
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
