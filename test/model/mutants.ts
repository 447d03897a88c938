/** Ways to dial that look sensible and break a promise: the explorer has to find how. */
import {
  type Entry,
  entryOf,
  erase,
  NEVER_CLAIMED,
  outcomeOf,
  reopen,
  settle,
} from './call-life.ts';
import type { Promised } from './invariants.ts';
import { PROTOCOL, type Protocol } from './moves.ts';
import { SCOPES } from './scopes.ts';
import type { Scope } from './world.ts';

export interface Mutant {
  readonly breaks: Promised;
  readonly scope: Scope;
  readonly protocol: Protocol;
}

const { askGate } = PROTOCOL;

/**
 * In an observer's eyes every claim is as old as the observer's own patience allows: here none at
 * all.
 */
const byOwnTimeOut: Protocol['askGate'] = (ledger, question, now, times) => {
  const turn = askGate(ledger, question, now, times);
  if (turn.answer.kind !== 'busy') return turn;
  const { owner, attempts } = entryOf(ledger, question.callId);
  return { ledger, answer: { kind: 'in_doubt', owner, attempts } };
};

const dialsWhatIsInDoubt: Protocol['askGate'] = (ledger, question, now, times) => {
  const turn = askGate(ledger, question, now, times);
  if (turn.answer.kind !== 'in_doubt') return turn;
  const { attempts } = turn.answer;
  const open = { ...NEVER_CLAIMED, state: 'open' as const, attempts: attempts + 1 };
  return askGate(
    { ...ledger, entries: { ...ledger.entries, [question.callId]: open } },
    question,
    now,
    times,
  );
};

/** Looks at the entry alone, as before there were archives. */
const intoArchives: Protocol['settle'] = (ledger, settlement, now) => {
  const turn = settle({ ...ledger, isArchived: false }, settlement, now);
  return { ...turn, ledger: { ...turn.ledger, isArchived: ledger.isArchived } };
};

/** A canary without what is in one of these states. */
function blindTo(states: readonly Entry['state'][]): Protocol['askGate'] {
  return (ledger, question, now, times) => {
    const { canary } = ledger;
    if (canary === undefined) return askGate(ledger, question, now, times);
    const letOut = canary.letOut.filter(
      (callId) => !states.includes(entryOf(ledger, callId).state),
    );
    return askGate({ ...ledger, canary: { ...canary, letOut } }, question, now, times);
  };
}

export const MUTANTS: Readonly<Record<string, Mutant>> = {
  'no gate: a delivered job is dialed': mutant('no phone rings twice', SCOPES.alone, {
    askGate: (ledger, _question, now, { sendWithin }) => {
      const claim = { ...NEVER_CLAIMED, sendBy: now + sendWithin };
      return { ledger, answer: { kind: 'dial', claim } };
    },
  }),
  'the intent after the request: look first, write when it is done': mutant(
    'no phone rings twice',
    SCOPES.pair,
    {
      askGate: (ledger, question, now, times) => ({
        ledger,
        answer: askGate(ledger, question, now, times).answer,
      }),
    },
  ),
  'no veto: a claim is used however late': mutant(
    'no request begins after pause or cancel has returned',
    SCOPES.controlled,
    {
      vetoes: false,
    },
  ),
  'no veto before an expiry': mutant('no request begins at or after its expiry', SCOPES.expiring, {
    vetoes: false,
  }),
  'judged by the observer’s own time-out': mutant(
    'unknown only where something went wrong',
    SCOPES.alone,
    {
      askGate: byOwnTimeOut,
    },
  ),
  'judged by the observer’s own time-out, seen by who pauses': mutant(
    'no request begins after pause or cancel has returned',
    SCOPES.controlled,
    { askGate: byOwnTimeOut },
  ),
  'redial of what is in doubt': mutant('no phone rings twice', SCOPES.alone, {
    askGate: dialsWhatIsInDoubt,
  }),
  'a person may retry what is unknown': mutant('no phone rings twice', SCOPES.retried, {
    retryable: ['unknown'],
  }),
  'settled by anybody': mutant('an outcome that says it did not ring is true', SCOPES.controlled, {
    settle: (ledger, settlement, now) => {
      const { owner } = entryOf(ledger, settlement.callId);
      return settle(ledger, { ...settlement, owner }, now);
    },
  }),
  'an outcome is overwritten by whoever comes later': mutant(
    'an outcome that says it did not ring is true',
    SCOPES.controlled,
    {
      settle: (ledger, settlement, now) => {
        const entry = entryOf(ledger, settlement.callId);
        if (outcomeOf(entry) === undefined) return settle(ledger, settlement, now);
        const doubtful = { ...entry, state: 'unknown' as const, owner: settlement.owner };
        const entries = { ...ledger.entries, [settlement.callId]: doubtful };
        return settle({ ...ledger, entries }, settlement, now);
      },
    },
  ),
  'a claim is renewed past its deadline': mutant(
    'every request begins under a claim of its own',
    SCOPES.alone,
    {
      askGate: (ledger, question, now, times) => {
        const entry = entryOf(ledger, question.callId);
        if (entry.state !== 'claimed' || entry.owner !== question.owner)
          return askGate(ledger, question, now, times);
        const revived = { ...entry, deadline: now };
        return askGate(
          { ...ledger, entries: { ...ledger.entries, [question.callId]: revived } },
          question,
          now,
          times,
        );
      },
    },
  ),
  'a claim that was given back is written off': mutant(
    'a claim that is over is not ended again',
    SCOPES.alone,
    {
      settle: (ledger, settlement, now) => {
        const entry = entryOf(ledger, settlement.callId);
        if (entry.state !== 'open') return settle(ledger, settlement, now);
        const nobodys = { ...entry, owner: '' };
        return settle(
          { ...ledger, entries: { ...ledger.entries, [settlement.callId]: nobodys } },
          settlement,
          now,
        );
      },
    },
  ),
  'a retry forgets whose the call was': mutant(
    'a claim that is over is not ended again',
    SCOPES.retried,
    {
      reopen: (ledger, outcome) => {
        const turn = reopen(ledger, outcome);
        const reopened = turn.ledger.reopened.map((callId) => [
          callId,
          { ...entryOf(turn.ledger, callId), owner: '' },
        ]);
        const entries = { ...turn.ledger.entries, ...Object.fromEntries(reopened) };
        return { ...turn, ledger: { ...turn.ledger, entries } };
      },
    },
  ),
  'pause returns at once': mutant(
    'no request begins after pause or cancel has returned',
    SCOPES.controlled,
    {
      followClaims: () => ({ pending: 0, wentOut: 0 }),
    },
  ),
  'a hold that is due is probed by everybody': mutant(
    'of a hold never more probes are out than have passed, and one',
    SCOPES.heldPair,
    {
      askGate: (ledger, question, now, times) => {
        const { hold } = ledger;
        return askGate({ ...ledger, hold: hold && { ...hold, leases: [] } }, question, now, times);
      },
    },
  ),
  'the first probe that passes lifts a hold': mutant(
    'a hold is lifted only when as many have passed as prove it',
    SCOPES.heldTrio,
    {
      settle: (ledger, settlement, now) => {
        const { hold } = ledger;
        return settle({ ...ledger, hold: hold && { ...hold, proof: 1 } }, settlement, now);
      },
    },
  ),
  'a probe is heard however long ago it went out': mutant(
    'what went out before a pause shows nothing of the time after it',
    SCOPES.heldTrio,
    {
      settle: (ledger, settlement, now) => {
        const { hold } = ledger;
        const leases = hold?.leases.map((lease) => ({ ...lease, lentAt: now })) ?? [];
        return settle({ ...ledger, hold: hold && { ...hold, leases } }, settlement, now);
      },
    },
  ),
  'a sweep removes the job of whatever it has settled': mutant('no row is lost', SCOPES.swept, {
    needsNoJob: () => true,
  }),
  'a late word counts in an archived campaign': mutant(
    'an archived campaign’s counts never move',
    SCOPES.archived,
    {
      settle: intoArchives,
    },
  ),
  'a late word brings an erased person back into an archived campaign': mutant(
    'after an erasure no payload and no result names the person',
    SCOPES.erased,
    { settle: intoArchives },
  ),
  'an erased doubt keeps its owner': mutant(
    'after an erasure no payload and no result names the person',
    SCOPES.erased,
    {
      erase: (ledger, callId, now) => {
        const { owner } = entryOf(ledger, callId);
        const turn = erase(ledger, callId, now);
        if (turn.answer === 'in_flight' || turn.ledger.isArchived) return turn;
        const entry = { ...entryOf(turn.ledger, callId), owner };
        return {
          ...turn,
          ledger: { ...turn.ledger, entries: { ...turn.ledger.entries, [callId]: entry } },
        };
      },
    },
  ),
  'a call in flight is erased': mutant(
    'every request begins under a claim of its own',
    SCOPES.erased,
    {
      erase: (ledger, callId, now) =>
        erase(ledger, callId, Math.max(now, entryOf(ledger, callId).deadline + 1)),
    },
  ),
  'a job that a retry adds late stays': mutant(
    'after an erasure no job names the person but one that is about to go',
    SCOPES.erased,
    { dropsLateJobs: false },
  ),
  'a canary counts what has its outcome': mutant(
    'while a canary stands no more calls ring than it has places',
    SCOPES.canary,
    { askGate: blindTo(['claimed']) },
  ),
  'a call in doubt gives its place in a canary back': mutant(
    'while a canary stands no more calls ring than it has places',
    SCOPES.passingCanary,
    { askGate: blindTo(['unknown']) },
  ),
  'a canary passes by whatever comes of it': mutant(
    'a canary is lifted by a person, or when as many were taken as it asks for',
    SCOPES.passingCanary,
    {
      settle: (ledger, settlement, now) => {
        const turn = settle(ledger, settlement, now);
        return { ...turn, ledger: { ...turn.ledger, canary: undefined } };
      },
    },
  ),
  'the job goes when the claim was another’s': mutant('no row is lost', SCOPES.alone, {
    keepsJobOfLostClaim: false,
  }),
};

function mutant(breaks: Promised, scope: Scope, change: Partial<Protocol>): Mutant {
  return { breaks, scope, protocol: { ...PROTOCOL, ...change } };
}
