import type { Outcome, ResultRecord } from '@libby-dialer/dialing';
import type { CrewTally } from '../stage/crew.ts';
import type { Exchange } from '../stage/exchanges.ts';
import type { TrueRequest } from '../stage/provider.ts';
import type { Rules } from '../stage/rules.ts';
import type { Evidence } from './evidence.ts';
import { capsAreKept, flightIsKept, linesAreKept } from './rule-checks.ts';

/** What was done to a run, as far as it excuses anything. */
export interface Inflicted {
  /** Whom each row of the list is for. */
  readonly numbers: readonly string[];
  readonly suppressed: ReadonlySet<string>;
  /** Whose data were taken out. */
  readonly erased: ReadonlySet<string>;
  /**
   * How many of the rows are those of the list, for which alone the rules are; those of small
   * campaigns follow.
   */
  readonly listed: number;
  readonly rules: Rules;
  readonly concurrency: number;
  readonly crew: CrewTally;
  /**
   * Faults of Redis, and of its clock: while it is away, or its keys have expired, every worker may
   * need a token of its own.
   */
  readonly redisFaults: number;
  /**
   * How often the proxy before the API closed its port: a connection that it had not accepted yet
   * ends then, and it never saw the request.
   */
  readonly refusals: number;
  /**
   * When Redis's clock was set: what is claimed by then may be let go too soon. See `steadyNow`.
   */
  readonly clockSteps: readonly number[];
  readonly tokenLifetimeS: number;
  readonly lastedMs: number;
}

/**
 * What must hold after every run, whatever was done to it. Each returns the violations it found.
 */
export const INVARIANTS = {
  'no phone rings twice': noneRingsTwice,
  'nobody is rung but whom a row is for': nobodyElseIsRung,
  'no request follows one that may have gone out': nothingFollowsADoubt,
  'every row ends in exactly one outcome': everyRowEnds,
  'outcomes tell the truth': outcomesAreTrue,
  'whoever is not called has a reason': noneIsLeftOut,
  'doubts have a cause': doubtsHaveACause,
  'concurrency stays within its limit': concurrencyIsKept,
  'no more calls are in flight than the campaign allows': flightIsKept,
  'no line has more calls than the campaign allows': linesAreKept,
  'no person is called more often than the cap allows': capsAreKept,
  'a token is granted once per need': tokensAreShared,
  'nobody on the do-not-call list is called': doNotCallIsKept,
  'of archived campaigns nothing comes back': archivedStayGone,
  'workers end well': workersEndWell,
} satisfies Record<string, (evidence: Evidence, inflicted: Inflicted) => string[]>;

export function violationsOf(evidence: Evidence, inflicted: Inflicted): string[] {
  return Object.entries(INVARIANTS).flatMap(([name, check]) =>
    check(evidence, inflicted).map((found) => `${name}: ${found}`),
  );
}

/** Answers that prove the call was not taken and may be sent again. */
const REFUSALS: ReadonlySet<Exchange['answer'] | TrueRequest['answer']> = new Set([
  401, 403, 404, 425, 429,
]);
function noneRingsTwice({ requests }: Evidence): string[] {
  const rang = new Map<number, number>();
  for (const { row, taken } of requests) if (taken) rang.set(row, (rang.get(row) ?? 0) + 1);
  return [...rang]
    .filter(([, times]) => times > 1)
    .map(([row, times]) => `row ${row} rang ${times} times`);
}

/** A job that another program has changed would have it so. */
function nobodyElseIsRung({ requests }: Evidence, { numbers }: Inflicted): string[] {
  const others = requests.filter(({ row, toPhoneNumber }) => numbers[row - 1] !== toPhoneNumber);
  return others.map(
    ({ row, toPhoneNumber }) => `${toPhoneNumber} was asked for in place of row ${row}`,
  );
}

/**
 * As the provider knows it; and as the sender does, to whom also a request or a refusal that was
 * lost on its way is a doubt.
 */
function nothingFollowsADoubt({ requests, exchanges }: Evidence): string[] {
  return [
    ...doubtsFollowed(requests).map((found) => `${found}, as the provider knows it`),
    ...doubtsFollowed(exchanges).map((found) => `${found}, as the sender knows it`),
  ];
}

function doubtsFollowed(
  requests: readonly Pick<Exchange | TrueRequest, 'row' | 'answer'>[],
): string[] {
  const last = new Map<number, Exchange['answer'] | TrueRequest['answer']>();
  const found: string[] = [];
  for (const { row, answer } of requests) {
    const before = last.get(row);
    if (last.has(row) && !REFUSALS.has(before)) {
      found.push(`row ${row} was asked for again after ${before ?? 'no answer'}`);
    }
    last.set(row, answer);
  }
  return found;
}

function everyRowEnds(
  { results, status, jobs, ledger }: Evidence,
  { numbers }: Inflicted,
): string[] {
  const violations: string[] = [];
  const ends = Map.groupBy(results, ({ row }) => row);
  const lost = numbers.map((_, index) => index + 1).filter((row) => !ends.has(row));
  if (lost.length > 0)
    violations.push(`${lost.length} rows have no outcome, such as row ${lost[0]}`);
  for (const [row, of] of ends)
    if (of.length > 1) violations.push(`row ${row} has ${of.length} outcomes`);
  const counted = Object.values(status.outcomes).reduce((sum, count) => sum + count, 0);
  if (counted !== numbers.length)
    violations.push(`the counters know ${counted} outcomes of ${numbers.length} rows`);
  for (const [outcome, count] of Object.entries(status.outcomes)) {
    const recorded = results.filter((result) => result.outcome === outcome).length;
    if (recorded !== count)
      violations.push(`${count} are counted as ${outcome}, and ${recorded} recorded`);
    if ((ledger[outcome] ?? 0) !== count)
      violations.push(`${ledger[outcome] ?? 0} are ${outcome} in the ledger`);
  }
  const others = Object.keys(ledger).filter((state) => !Object.hasOwn(status.outcomes, state));
  for (const state of others)
    violations.push(`${ledger[state]} are ${state} in the ledger, and have no outcome`);
  for (const [set, count] of Object.entries(jobs))
    if (count > 0) violations.push(`${count} jobs are left in ${set}`);
  return violations;
}

function outcomesAreTrue({ requests, results }: Evidence): string[] {
  const rang = new Set<number | undefined>(
    requests.filter(({ taken }) => taken).map(({ row }) => row),
  );
  return results.flatMap(({ row, outcome }) => {
    if (rang.has(row))
      return MAY_HAVE_RUNG.has(outcome) ? [] : [`row ${row} rang and is ${outcome}`];
    return outcome === 'accepted' ? [`row ${row} never rang and is accepted`] : [];
  });
}
const MAY_HAVE_RUNG: ReadonlySet<Outcome> = new Set(['accepted', 'unknown']);

/**
 * Or a run in which nobody is called would be perfect. Nobody cancels here, and nothing expires.
 */
function noneIsLeftOut(
  { requests, results }: Evidence,
  { numbers, suppressed, erased, rules, crew, redisFaults, concurrency }: Inflicted,
): string[] {
  const refused = new Set<number | undefined>(requests.filter(isRefusal).map(({ row }) => row));
  const personOf = ({ row = 0 }: ResultRecord) => numbers[row - 1] ?? '';
  const letOut = Map.groupBy(results.filter(wasLetOut), personOf);
  const { calls: cap = Number.POSITIVE_INFINITY } = rules.frequencyCap ?? {};
  const hasReason: Partial<Record<Outcome, (result: ResultRecord) => boolean>> = {
    // Those count that had a claim when it was asked about, whatever became of them later.
    suppressed: (result) =>
      result.reason === 'frequency_cap'
        ? (letOut.get(personOf(result))?.length ?? 0) >= cap
        : suppressed.has(personOf(result)),
    rejected: ({ row }) => refused.has(row),
    expired: () => false,
    canceled: (result) => erased.has(personOf(result)),
  };
  const leftOut = results.filter((result) => hasReason[result.outcome]?.(result) === false);
  const exhausted = results.filter(({ outcome }) => outcome === 'exhausted').length;
  const late = (crew.freezes + redisFaults * crew.mostAlive) * concurrency;
  return [
    ...leftOut.map(({ row, outcome, reason }) => `row ${row} is ${outcome} (${reason})`),
    // No call has as many attempts as it may: it ends so when its worker comes too late to tell
    // that nothing was sent.
    ...(exhausted > late
      ? [`${exhausted} are exhausted; only ${late} can have been too late`]
      : []),
  ];
}
const wasLetOut = ({ outcome }: ResultRecord) =>
  !['suppressed', 'expired', 'canceled'].includes(outcome);
const isRefusal = ({ answer }: TrueRequest) =>
  typeof answer === 'number' && answer >= 400 && answer < 500 && answer !== 409;

/**
 * Each doubt by itself: its sender got no clear answer, or it was in the hands of a worker that was
 * killed.
 */
function doubtsHaveACause(
  { results, exchanges, closedIdle }: Evidence,
  { numbers, erased, crew, concurrency, refusals }: Inflicted,
): string[] {
  const unclear = new Set<number | undefined>(exchanges.filter(isUnclear).map(({ row }) => row));
  // Who has been erased takes no late word of a worker any more.
  const mayBeCleared = ({ row = 0 }: ResultRecord) => !erased.has(numbers[row - 1] ?? '');
  const unexplained = results.filter(
    (result) => result.outcome === 'unknown' && !unclear.has(result.row) && mayBeCleared(result),
  );
  const [lost, others] = [true, false].map((isLost) =>
    unexplained.filter(({ reason }) => (reason === 'worker_lost') === isLost),
  ) as [ResultRecord[], ResultRecord[]];
  const excused = crew.kills * concurrency;
  const unseen = others.filter(isAboutNothingSeen(exchanges));
  const mayBeLost = closedIdle + refusals * crew.mostAlive * concurrency;
  const lostUnseen = new Set(unseen.slice(0, mayBeLost));
  const uncaused = others.filter((result) => !lostUnseen.has(result));
  return [
    ...uncaused.map(({ row, reason }) => `row ${row} is in doubt (${reason}) after a clear answer`),
    ...(lost.length > excused
      ? [`${lost.length} calls were lost with workers; ${crew.kills} were killed`]
      : []),
  ];
}

/**
 * Whether the request in doubt may never have come to the proxy: what is known of the row is no
 * request, or one that was refused, after which there is another.
 */
function isAboutNothingSeen(exchanges: readonly Exchange[]): (doubt: ResultRecord) => boolean {
  const last = new Map<number | undefined, Exchange['answer']>(
    exchanges.map(({ row, answer }) => [row, answer]),
  );
  return ({ row, reason }) =>
    reason === 'connection_lost' && (!last.has(row) || REFUSALS.has(last.get(row)));
}

function isUnclear({ answer, isCutShort }: Exchange): boolean {
  return isCutShort || answer === undefined || [303, 408, 409].includes(answer) || answer >= 500;
}

/**
 * By the provider's clock. A request that our time-out gave up is with the provider until it has
 * seen the connection end, which is long before the next one of that place is given up: one for
 * each place at most.
 */
function concurrencyIsKept(
  { provider, unansweredCalls }: Evidence,
  { numbers, listed, crew, concurrency, rules, clockSteps }: Inflicted,
): string[] {
  const { maxInFlight = Number.POSITIVE_INFINITY } = rules.pacing ?? {};
  const allowed =
    listed < numbers.length ? Number.POSITIVE_INFINITY : maxInFlight * (1 + clockSteps.length);
  const places = Math.min(crew.mostAlive * concurrency, allowed);
  const limit = places + Math.min(unansweredCalls, places);
  return provider.maxInFlight > limit
    ? [`${provider.maxInFlight} requests at once; the limit is ${limit}`]
    : [];
}

/** A token is used for three quarters of its life at least, unless it is refused. */
const USED_SHARE = 0.75;

function tokensAreShared(evidence: Evidence, inflicted: Inflicted): string[] {
  const { crew, redisFaults, tokenLifetimeS, lastedMs } = inflicted;
  const refreshes = Math.floor(lastedMs / (tokenLifetimeS * 1000 * USED_SHARE));
  const excused =
    replacements(evidence.requests, crew) +
    crew.kills +
    redisFaults * crew.mostAlive +
    evidence.unansweredTokenRequests;
  const { tokenGrants } = evidence.provider;
  return tokenGrants > 1 + refreshes + excused
    ? [`${tokenGrants} grants, ${1 + refreshes + excused} explained`]
    : [];
}

/**
 * Requests in flight meet the same refusal, and a worker does not replace a token again within five
 * seconds: so many grants are explained, and not one for each refused request. What a worker learns
 * late falls to the next five seconds.
 */
function replacements(requests: readonly TrueRequest[], { mostAlive }: CrewTally): number {
  const refusedAt = requests
    .filter(({ answer }) => answer === 401 || answer === 403)
    .map(({ atMs }) => atMs);
  let spells = 0;
  let until = Number.NEGATIVE_INFINITY;
  for (const atMs of refusedAt) {
    if (atMs < until) continue;
    spells += 1;
    until = atMs + REPLACED_AGAIN_AFTER_MS;
  }
  return Math.min(refusedAt.length, 2 * spells * mostAlive);
}
const REPLACED_AGAIN_AFTER_MS = 5000;

function doNotCallIsKept({ requests }: Evidence, { suppressed }: Inflicted): string[] {
  const called = requests.find(({ toPhoneNumber }) => suppressed.has(toPhoneNumber));
  return called === undefined ? [] : [`${called.toPhoneNumber} was asked for`];
}

function archivedStayGone({ leftOfArchived }: Evidence): string[] {
  return leftOfArchived.map((what) => `there is ${what}`);
}

/** One that is stopped while Redis is away says so, and ends with an error. */
function workersEndWell(_: Evidence, { crew, redisFaults }: Inflicted): string[] {
  const isExcused = (exit: string) => redisFaults > 0 && exit.includes(UNRECORDED);
  return crew.badExits
    .filter((exit) => !isExcused(exit))
    .map((exit) => `a worker ended with ${exit}`);
}
const UNRECORDED = 'Redis does not take what became of the calls in hand';
