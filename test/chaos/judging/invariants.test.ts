import type { Outcome, Reason, ResultRecord } from '@libby-dialer/dialing';
import { describe, expect, test } from 'vitest';
import type { Exchange } from '../stage/exchanges.ts';
import type { TrueRequest } from '../stage/provider.ts';
import { NO_RULES, type Rules } from '../stage/rules.ts';
import type { Evidence } from './evidence.ts';
import { type INVARIANTS, type Inflicted, violationsOf } from './invariants.ts';

const NUMBERS = ['+12015550100', '+12015550101'] as const;
const [FIRST, SECOND] = NUMBERS;
const LINE = '+15055550100';

const rowOf = (toPhoneNumber: string) =>
  NUMBERS.findIndex((number) => number === toPhoneNumber) + 1;

function request(toPhoneNumber: string, changes: Partial<TrueRequest> = {}): TrueRequest {
  const row = rowOf(toPhoneNumber);
  return {
    atMs: 1,
    toPhoneNumber,
    row,
    fromPhoneNumber: LINE,
    nth: 1,
    answer: 200,
    taken: true,
    ...changes,
  };
}

function exchange(
  toPhoneNumber: string,
  answer: number | undefined = 200,
  isCutShort = false,
): Exchange {
  return {
    toPhoneNumber,
    row: rowOf(toPhoneNumber),
    sentAtMs: 1,
    answeredAtMs: 3,
    answer,
    isCutShort,
  };
}

function result(
  toPhoneNumber: string,
  outcome: Outcome = 'accepted',
  reason: Reason = 'accepted',
): ResultRecord {
  return { toPhoneNumber, row: rowOf(toPhoneNumber), outcome, reason } as ResultRecord;
}

function outcomes(changes: Partial<Record<Outcome, number>>): Evidence['status']['outcomes'] {
  return {
    accepted: 0,
    rejected: 0,
    exhausted: 0,
    unknown: 0,
    suppressed: 0,
    expired: 0,
    canceled: 0,
    ...changes,
  };
}

/** Two calls, each accepted once, as it should be. */
const GOOD: Evidence = {
  requests: [request(FIRST), request(SECOND)],
  exchanges: NUMBERS.map((toPhoneNumber) => exchange(toPhoneNumber)),
  provider: { tokenGrants: 1, maxInFlight: 2 } as Evidence['provider'],
  unansweredCalls: 0,
  closedIdle: 0,
  unansweredTokenRequests: 0,
  results: [result(FIRST), result(SECOND)],
  status: { outcomes: outcomes({ accepted: 2 }) },
  jobs: { wait: 0, active: 0, delayed: 0, failed: 0 },
  ledger: { accepted: 2 },
  leftOfArchived: [],
};
const NOTHING: Inflicted = {
  numbers: NUMBERS,
  suppressed: new Set(),
  erased: new Set(),
  listed: NUMBERS.length,
  rules: NO_RULES,
  concurrency: 2,
  crew: { kills: 0, freezes: 0, restarts: 0, mostAlive: 1, badExits: [] },
  redisFaults: 0,
  refusals: 0,
  clockSteps: [],
  tokenLifetimeS: 3600,
  lastedMs: 1000,
};

const ONE_PER_LINE: Rules = {
  ...NO_RULES,
  lines: { numbers: [LINE], maxConcurrentCalls: 1, assumedCallSeconds: 1 },
};
const ONE_PER_PERSON: Rules = { ...NO_RULES, frequencyCap: { calls: 1, hours: 24 } };

type Name = keyof typeof INVARIANTS;

function brokenBy(evidence: Partial<Evidence>, inflicted: Partial<Inflicted> = {}): string[] {
  const violations = violationsOf({ ...GOOD, ...evidence }, { ...NOTHING, ...inflicted });
  return [...new Set(violations.map((violation) => violation.slice(0, violation.indexOf(':'))))];
}

/** One call in doubt, for that reason. */
function doubt(reason: Reason, changes: Partial<TrueRequest> = {}): Partial<Evidence> {
  return {
    requests: [request(FIRST, changes), request(SECOND)],
    results: [result(FIRST, 'unknown', reason), result(SECOND)],
    status: { outcomes: outcomes({ accepted: 1, unknown: 1 }) },
    ledger: { accepted: 1, unknown: 1 },
  };
}

/** One call without a request that ended so. */
function ended(outcome: Outcome): Partial<Evidence> {
  return {
    requests: [request(SECOND)],
    results: [result(FIRST, outcome), result(SECOND)],
    status: { outcomes: outcomes({ accepted: 1, [outcome]: 1 }) },
    ledger: { accepted: 1, [outcome]: 1 },
  };
}

function refusedTimes(times: number): Partial<Evidence> {
  const refusals = Array.from({ length: times }, () =>
    request(FIRST, { answer: 403, taken: false }),
  );
  return {
    requests: [...refusals, ...GOOD.requests],
    provider: { ...GOOD.provider, tokenGrants: 4 },
  };
}

test('a run as it should be has no violations', () => {
  expect(brokenBy({})).toEqual([]);
});

describe('each invariant finds what breaks it', () => {
  test.each<[string, Name[], Partial<Evidence>, Partial<Inflicted>?]>([
    [
      'the phone rang twice, though the first answer was a refusal',
      ['no phone rings twice'],
      { requests: [request(FIRST, { answer: 429 }), request(FIRST, { nth: 2 }), request(SECOND)] },
    ],
    [
      'another number in the place of a row’s',
      ['nobody is rung but whom a row is for'],
      { requests: [{ ...request(FIRST), toPhoneNumber: '+19895550199' }, request(SECOND)] },
    ],
    [
      'a second request after a hang that did not ring',
      ['no request follows one that may have gone out'],
      {
        requests: [
          request(FIRST, { answer: 'hang', taken: false }),
          request(FIRST),
          request(SECOND),
        ],
      },
    ],
    [
      'a second request after one that was lost on its way',
      ['no request follows one that may have gone out'],
      { exchanges: [{ ...exchange(FIRST), answer: undefined }, ...GOOD.exchanges] },
    ],
    [
      'a row without an outcome',
      ['every row ends in exactly one outcome'],
      { results: [result(FIRST)] },
    ],
    [
      'a row with two outcomes',
      ['every row ends in exactly one outcome'],
      { results: [...GOOD.results, result(FIRST)] },
    ],
    [
      'counters that do not add up',
      ['every row ends in exactly one outcome'],
      { status: { outcomes: outcomes({ accepted: 1 }) } },
    ],
    [
      'a failed job',
      ['every row ends in exactly one outcome'],
      { jobs: { ...GOOD.jobs, failed: 1 } },
    ],
    [
      'a claim that nobody ends',
      ['every row ends in exactly one outcome'],
      { ledger: { ...GOOD.ledger, claimed: 1 } },
    ],
    [
      'a ledger that forgets',
      ['every row ends in exactly one outcome'],
      { ledger: { accepted: 1 } },
    ],
    ['accepted, and never rang', ['outcomes tell the truth'], { requests: [request(FIRST)] }],
    [
      'rang, and exhausted',
      ['outcomes tell the truth'],
      {
        results: [result(FIRST, 'exhausted'), result(SECOND)],
        status: { outcomes: outcomes({ accepted: 1, exhausted: 1 }) },
        ledger: { accepted: 1, exhausted: 1 },
      },
      { crew: { ...NOTHING.crew, freezes: 1 } },
    ],
    [
      'suppressed, and not on the do-not-call list',
      ['whoever is not called has a reason'],
      ended('suppressed'),
    ],
    ['rejected, and never refused', ['whoever is not called has a reason'], ended('rejected')],
    ['canceled by nobody', ['whoever is not called has a reason'], ended('canceled')],
    [
      'exhausted, though nobody was late',
      ['whoever is not called has a reason'],
      ended('exhausted'),
    ],
    ['a doubt without a cause', ['doubts have a cause'], doubt('no_response')],
    [
      "another call's server error excuses no doubt",
      ['doubts have a cause'],
      { ...doubt('server_error'), exchanges: [exchange(FIRST), exchange(SECOND, 504)] },
    ],
    [
      'a connection closed while idle excuses no doubt after an answer',
      ['doubts have a cause'],
      { ...doubt('connection_lost'), closedIdle: 1 },
    ],
    ['a worker lost that nobody killed', ['doubts have a cause'], doubt('worker_lost')],
    [
      'a kill excuses no other doubt',
      ['doubts have a cause'],
      doubt('no_response'),
      { crew: { ...NOTHING.crew, kills: 1 } },
    ],
    [
      'more requests at once than allowed',
      ['concurrency stays within its limit'],
      { provider: { ...GOOD.provider, maxInFlight: 3 } },
    ],
    [
      'more requests at once than could have been given up at once',
      ['concurrency stays within its limit'],
      { provider: { ...GOOD.provider, maxInFlight: 5 }, unansweredCalls: 100 },
    ],
    [
      'more requests at once than the campaign allows',
      [
        'concurrency stays within its limit',
        'no more calls are in flight than the campaign allows',
      ],
      {},
      { rules: { ...NO_RULES, pacing: { maxInFlight: 1 } } },
    ],
    [
      'a second call on a line during the first',
      ['no line has more calls than the campaign allows'],
      { requests: [request(FIRST), request(SECOND, { atMs: 900 })] },
      { rules: ONE_PER_LINE },
    ],
    [
      'a second call on a line during the first, whose worker was lost',
      ['no line has more calls than the campaign allows'],
      { ...doubt('worker_lost'), requests: [request(FIRST), request(SECOND, { atMs: 900 })] },
      { rules: ONE_PER_LINE, crew: { ...NOTHING.crew, kills: 1 } },
    ],
    [
      'a second call on a line long after the clock was set',
      ['no line has more calls than the campaign allows'],
      { requests: [request(FIRST, { atMs: 30_000 }), request(SECOND, { atMs: 30_900 })] },
      { rules: ONE_PER_LINE, clockSteps: [0] },
    ],
    [
      'a second call to somebody who may have one',
      ['no person is called more often than the cap allows'],
      { requests: [request(FIRST), request(FIRST, { row: rowOf(SECOND) })] },
      { rules: ONE_PER_PERSON, numbers: [FIRST, FIRST] },
    ],
    [
      'capped, though nobody else called',
      ['whoever is not called has a reason'],
      {
        ...ended('suppressed'),
        results: [result(FIRST, 'suppressed', 'frequency_cap'), result(SECOND)],
      },
      { rules: ONE_PER_PERSON },
    ],
    [
      'a token for each worker',
      ['a token is granted once per need'],
      { provider: { ...GOOD.provider, tokenGrants: 2 } },
    ],
    ['more tokens than refusals', ['a token is granted once per need'], refusedTimes(2)],
    [
      'a token for each of many requests that met one refusal',
      ['a token is granted once per need'],
      { ...refusedTimes(50), provider: { ...GOOD.provider, tokenGrants: 40 } },
    ],
    [
      'a call to somebody on the do-not-call list',
      ['nobody on the do-not-call list is called'],
      {},
      { suppressed: new Set([FIRST]) },
    ],
    [
      'a result of an archived campaign',
      ['of archived campaigns nothing comes back'],
      { leftOfArchived: ['result 1-0 of small-1'] },
    ],
    [
      'a worker that crashed',
      ['workers end well'],
      {},
      { redisFaults: 1, crew: { ...NOTHING.crew, badExits: ['1: boom'] } },
    ],
    [
      'a worker that gave up on a Redis that was there',
      ['workers end well'],
      {},
      { crew: { ...NOTHING.crew, badExits: [UNRECORDED] } },
    ],
  ])('%s', (_, names, evidence, inflicted = {}) => {
    expect(brokenBy(evidence, inflicted)).toEqual(names);
  });
});

const UNRECORDED = '1: Redis does not take what became of the calls in hand (5).';

describe('what is excused', () => {
  test.each<[string, Partial<Evidence>, Partial<Inflicted>?]>([
    [
      'a worker that is stopped while Redis is away',
      {},
      { redisFaults: 1, crew: { ...NOTHING.crew, badExits: [UNRECORDED] } },
    ],
    [
      'another request after a refusal',
      { requests: [request(FIRST, { answer: 403, taken: false }), ...GOOD.requests] },
    ],
    [
      'as many requests at once as the campaign allows, besides one that was given up',
      {
        exchanges: [
          exchange(FIRST),
          { ...exchange(SECOND), answeredAtMs: undefined, answer: undefined },
        ],
        unansweredCalls: 1,
      } as Partial<Evidence>,
      { rules: { ...NO_RULES, pacing: { maxInFlight: 1 } } },
    ],
    [
      'a second call on a line when the first is over',
      { requests: [request(FIRST), request(SECOND, { atMs: 1001 })] },
      { rules: ONE_PER_LINE },
    ],
    [
      'a second call on a line while the first was not taken',
      {
        ...ended('rejected'),
        requests: [request(FIRST, { answer: 400, taken: false }), request(SECOND)],
      },
      { rules: ONE_PER_LINE },
    ],
    [
      'a second call on another line',
      { requests: [request(FIRST), request(SECOND, { fromPhoneNumber: '+15055550101' })] },
      { rules: ONE_PER_LINE },
    ],
    [
      'a second call on a line after one that its sender had given up',
      {
        ...doubt('connection_lost'),
        exchanges: [{ ...exchange(FIRST), isCutShort: true }, exchange(SECOND)],
      },
      { rules: ONE_PER_LINE },
    ],
    [
      'capped after a call to the same person',
      {
        ...ended('suppressed'),
        requests: [request(FIRST, { row: rowOf(SECOND) })],
        results: [result(FIRST, 'suppressed', 'frequency_cap'), result(SECOND)],
      },
      { rules: ONE_PER_PERSON, numbers: [FIRST, FIRST] },
    ],
    ['canceled by an erasure', ended('canceled'), { erased: new Set([FIRST]) }],
    [
      'an erased doubt that nobody may clear up',
      doubt('worker_lost'),
      { erased: new Set([FIRST]) },
    ],
    [
      'more in flight than the campaign allows, with a call of another one',
      {},
      { listed: 1, rules: { ...NO_RULES, pacing: { maxInFlight: 1 } } },
    ],
    [
      'a second call on a line that is another campaign’s',
      { requests: [request(FIRST), request(SECOND, { atMs: 900 })] },
      { listed: 1, rules: ONE_PER_LINE },
    ],
    [
      'as many again in flight as the campaign allows, where the clock was set a moment ago',
      {},
      { clockSteps: [0], rules: { ...NO_RULES, pacing: { maxInFlight: 1 } } },
    ],
    [
      'as many again on a line, where the clock was set a moment ago',
      { requests: [request(FIRST), request(SECOND, { atMs: 900 })] },
      { clockSteps: [800], rules: ONE_PER_LINE },
    ],
    ['suppressed by the list', ended('suppressed'), { suppressed: new Set([FIRST]) }],
    [
      'rejected after a refusal',
      {
        ...ended('rejected'),
        requests: [request(FIRST, { answer: 400, taken: false }), request(SECOND)],
      },
    ],
    [
      'exhausted by a worker that stood still',
      ended('exhausted'),
      { crew: { ...NOTHING.crew, freezes: 1 } },
    ],
    [
      'another request after a refusal, as its sender knows it',
      { exchanges: [exchange(FIRST, 429), ...GOOD.exchanges] },
    ],
    [
      'a doubt after an answer that follows what was done',
      { ...doubt('bad_response'), exchanges: [exchange(FIRST, 303), exchange(SECOND)] },
    ],
    [
      'a doubt after a server error',
      { ...doubt('server_error'), exchanges: [exchange(FIRST, 504), exchange(SECOND)] },
    ],
    [
      'a doubt after garbage or nothing',
      {
        ...doubt('bad_response'),
        exchanges: [{ ...exchange(FIRST), answer: undefined }, exchange(SECOND)],
      },
    ],
    [
      'a doubt after an answer that may not have been seen',
      { ...doubt('no_response'), exchanges: [exchange(FIRST, 200, true), exchange(SECOND)] },
    ],
    [
      'a doubt about a request that was lost as the port was closed',
      { ...doubt('connection_lost'), exchanges: [exchange(SECOND)] },
      { refusals: 1 },
    ],
    [
      'a doubt where a connection was closed while idle',
      { ...doubt('connection_lost'), exchanges: [exchange(SECOND)], closedIdle: 1 },
    ],
    [
      'a doubt where one was, of a call that had been refused before',
      {
        ...doubt('connection_lost'),
        exchanges: [exchange(FIRST, 401), exchange(SECOND)],
        closedIdle: 1,
      },
    ],
    [
      'calls lost with a worker that was killed',
      doubt('worker_lost'),
      { crew: { ...NOTHING.crew, kills: 1 } },
    ],
    ['a token for each refusal', refusedTimes(3), { crew: { ...NOTHING.crew, mostAlive: 2 } }],
    [
      'a token for each quarter of an hour, if it lives for twenty minutes',
      { provider: { ...GOOD.provider, tokenGrants: 5 } },
      { tokenLifetimeS: 1200, lastedMs: 3_600_000 },
    ],
  ])('%s', (_, evidence, inflicted = {}) => {
    expect(brokenBy(evidence, inflicted)).toEqual([]);
  });
});
