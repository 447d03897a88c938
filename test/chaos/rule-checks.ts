import type { Reason, ResultRecord } from '@libby-dialer/dialing';
import type { Evidence } from './evidence.ts';
import type { Exchange } from './exchanges.ts';
import type { Inflicted } from './invariants.ts';
import type { TrueRequest } from './provider.ts';

/** The provider's clock does not go back, and so drifts from Redis's. */
const CLOCKS_DIFFER_MS = 50;

/**
 * Of requests that got an answer, from when our side sent them until it had that: in between there is always a claim. What was given
 * up or cut off the API may have in hand for longer than that, and is left aside; of that the provider's count says what can be said.
 */
export function flightIsKept({ exchanges }: Evidence, { rules, listed, isClockSet }: Inflicted): string[] {
  if (isClockSet) return [];
  const { maxInFlight = Number.POSITIVE_INFINITY } = rules.pacing ?? {};
  const most = mostAtOnce(exchanges.filter(({ row }) => row <= listed));
  return most > maxInFlight ? [`${most} answered requests at once; the campaign allows ${maxInFlight}`] : [];
}

function mostAtOnce(exchanges: readonly Exchange[]): number {
  const steps = exchanges.flatMap(({ sentAtMs, answeredAtMs }) =>
    answeredAtMs === undefined
      ? []
      : [
          { atMs: sentAtMs, by: 1 },
          { atMs: answeredAtMs, by: -1 },
        ],
  );
  let [current, most] = [0, 0];
  for (const { by } of steps.toSorted((one, other) => one.atMs - other.atMs || one.by - other.by)) {
    current += by;
    most = Math.max(most, current);
  }
  return most;
}

/**
 * By the provider's clock, calls of workers that were killed included. A line is free at the soonest a conversation's length after the
 * end of its request, and so after its arrival. A request that its sender gave up may arrive even later: such a call is not counted.
 */
export function linesAreKept({ requests, results }: Evidence, { rules, listed, isClockSet }: Inflicted): string[] {
  if (rules.lines === undefined || isClockSet) return [];
  const { maxConcurrentCalls, assumedCallSeconds } = rules.lines;
  const givenUp = new Set(results.filter(isGivenUp).map(({ row }) => row));
  const taken = requests.filter(({ taken, row }) => taken && row <= listed && !givenUp.has(row));
  const conversationMs = assumedCallSeconds * 1000 - CLOCKS_DIFFER_MS;
  return [...Map.groupBy(taken, ({ fromPhoneNumber }) => fromPhoneNumber)].flatMap(([line, calls]) => {
    const tooSoon = calls.filter(({ atMs }, index) => {
      const before: TrueRequest | undefined = calls[index - maxConcurrentCalls];
      return before !== undefined && atMs - before.atMs < conversationMs;
    });
    return tooSoon.length === 0 ? [] : [`${line} was full for ${tooSoon.length} of its ${calls.length} calls`];
  });
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
