import type { Reason, ResultRecord } from '@libby-dialer/dialing';
import type { Exchange } from '../stage/exchanges.ts';
import type { TrueRequest } from '../stage/provider.ts';
import type { Evidence } from './evidence.ts';
import type { Inflicted } from './invariants.ts';

/** The provider's clock does not go back, and so drifts from Redis's. */
const CLOCKS_DIFFER_MS = 50;

/**
 * Of requests that got an answer, from when our side sent them until it had that: in between there
 * is always a claim. What was given up or cut off the API may have in hand for longer than that,
 * and is left aside; of that the provider's count says what can be said.
 */
export function flightIsKept(
  { exchanges }: Evidence,
  { rules, listed, clockSteps }: Inflicted,
): string[] {
  const { maxInFlight = Number.POSITIVE_INFINITY } = rules.pacing ?? {};
  const tooMany = countsAtOnce(exchanges.filter(({ row }) => row <= listed)).filter(
    ({ atMs, count }) => count > maxInFlight * timesOver(clockSteps, atMs),
  );
  const most = Math.max(...tooMany.map(({ count }) => count));
  return tooMany.length > 0
    ? [`${most} answered requests at once; the campaign allows ${maxInFlight}`]
    : [];
}

/** With the time-outs of a run that has faults no claim lasts longer. */
const CLAIM_LASTS_MS = 16_000;

/**
 * How often a limit may be used up at once: by what a step of Redis's clock has let go, and again
 * by what came since.
 */
function timesOver(clockSteps: readonly number[], atMs: number, lastsMs = CLAIM_LASTS_MS): number {
  return 1 + clockSteps.filter((stepMs) => stepMs <= atMs && atMs < stepMs + lastsMs).length;
}

function countsAtOnce(
  exchanges: readonly Exchange[],
): { readonly atMs: number; readonly count: number }[] {
  const steps = exchanges.flatMap(({ sentAtMs, answeredAtMs }) =>
    answeredAtMs === undefined
      ? []
      : [
          { atMs: sentAtMs, by: 1 },
          { atMs: answeredAtMs, by: -1 },
        ],
  );
  let count = 0;
  return steps
    .toSorted((one, other) => one.atMs - other.atMs || one.by - other.by)
    .map(({ atMs, by }) => ({ atMs, count: (count += by) }));
}

/**
 * By the provider's clock, calls of workers that were killed included. A line is free at the
 * soonest a conversation's length after the end of its request, and so after its arrival. A request
 * that its sender gave up may arrive even later: such a call is not counted.
 */
export function linesAreKept(
  { requests, results }: Evidence,
  { rules, listed, clockSteps }: Inflicted,
): string[] {
  if (rules.lines === undefined) return [];
  const { maxConcurrentCalls, assumedCallSeconds } = rules.lines;
  const givenUp = new Set(results.filter(isGivenUp).map(({ row }) => row));
  const taken = requests.filter(({ taken, row }) => taken && row <= listed && !givenUp.has(row));
  const conversationMs = assumedCallSeconds * 1000 - CLOCKS_DIFFER_MS;
  return [...Map.groupBy(taken, ({ fromPhoneNumber }) => fromPhoneNumber)].flatMap(
    ([line, calls]) => {
      const tooSoon = calls.filter(({ atMs }, index) => {
        const limit =
          maxConcurrentCalls * timesOver(clockSteps, atMs, CLAIM_LASTS_MS + conversationMs);
        const before: TrueRequest | undefined = calls[index - limit];
        return before !== undefined && atMs - before.atMs < conversationMs;
      });
      return tooSoon.length === 0
        ? []
        : [`${line} was full for ${tooSoon.length} of its ${calls.length} calls`];
    },
  );
}

const GIVEN_UP: ReadonlySet<Reason> = new Set(['no_response', 'connection_lost']);
const isGivenUp = ({ reason }: ResultRecord) => GIVEN_UP.has(reason);

/** No run is as long as a cap. */
export function capsAreKept({ requests }: Evidence, { rules }: Inflicted): string[] {
  const { calls = Number.POSITIVE_INFINITY } = rules.frequencyCap ?? {};
  const rang = Map.groupBy(
    requests.filter(({ taken }) => taken),
    ({ toPhoneNumber }) => toPhoneNumber,
  );
  return [...rang].flatMap(([number, of]) =>
    of.length > calls ? [`${number} rang ${of.length} times; the cap is ${calls}`] : [],
  );
}
