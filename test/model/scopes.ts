import type { Scope } from './world.ts';

const ALONE: Scope = {
  workers: 2,
  calls: 1,
  refusals: 1,
  failures: 0,
  actions: [],
  hold: undefined,
};
const PAIR: Scope = {
  workers: 2,
  calls: 2,
  refusals: 0,
  failures: 0,
  actions: [],
  hold: undefined,
};

/**
 * Worlds that are looked at to their end: two workers, one call or two, once three. Without
 * `mishaps` there is no bound to crashes, lost replies and lost locks; to freezes there never is.
 * Together they have every move of the model.
 */
export const SCOPES = {
  /** One call, whatever happens to its workers. */
  alone: ALONE,
  /** One call that expires. */
  expiring: { ...ALONE, expiresAt: 2 },
  /** One call, and an API that cannot always be reached. */
  unreachable: { ...ALONE, failures: 2, mishaps: 1 },
  /** One call, paused or canceled and resumed. */
  controlled: { ...ALONE, mishaps: 1, actions: ['pause', 'cancel'] },
  /** One call, retried by a person, who may also come onto the do-not-call list. */
  retried: { ...ALONE, refusals: 0, mishaps: 1, actions: ['retry', 'suppress'] },
  /** One call, canceled, resumed and retried, while workers end what waits of it. */
  revived: { ...ALONE, refusals: 0, mishaps: 1, sweeps: true, actions: ['cancel', 'retry'] },
  /** One call that is dialed once more when it is in doubt. */
  redialed: { ...ALONE, mishaps: 2, redialAfter: 1 },
  /** The same, paused or canceled and resumed. */
  controlledRedial: {
    ...ALONE,
    refusals: 0,
    mishaps: 1,
    redialAfter: 1,
    actions: ['pause', 'cancel', 'suppress'],
  },
  /** One call that expires and is retried, while workers look for what has expired. */
  swept: { ...ALONE, refusals: 0, mishaps: 1, expiresAt: 2, sweeps: true, actions: ['retry'] },
  /** One call whose campaign is archived as soon as it may be. */
  archived: { ...ALONE, mishaps: 2, actions: ['archive'] },
  /** One call whose person is erased, retried, and archived. */
  erased: { ...ALONE, refusals: 0, mishaps: 1, actions: ['erase', 'retry', 'archive'] },
  /** The same for one that is dialed once more when it is in doubt. */
  erasedRedial: {
    ...ALONE,
    refusals: 0,
    mishaps: 2,
    redialAfter: 1,
    actions: ['erase', 'archive'],
  },
  /** Two calls. */
  pair: { ...PAIR, mishaps: 2 },
  /** Two calls, paused and resumed. */
  pausedPair: { ...PAIR, mishaps: 0, actions: ['pause'] },
  /** Two calls and a hold. */
  heldPair: { ...PAIR, refusals: 1, mishaps: 0, hold: { maxPause: 2, proof: 1 } },
  /** Three calls and a hold that stands from the beginning, until two probes have passed. */
  heldTrio: {
    ...PAIR,
    calls: 3,
    failures: 1,
    mishaps: 0,
    hold: { maxPause: 1, proof: 2 },
    isHeld: true,
  },
  /** Three calls, of which one goes first, until a person releases the rest. */
  canary: { ...PAIR, calls: 3, mishaps: 0, canary: { calls: 1, needed: undefined } },
  /** Two calls, of which one goes first, and the other once that is accepted. */
  passingCanary: { ...PAIR, mishaps: 1, canary: { calls: 1, needed: 1 } },
  /** The same, retried. */
  retriedCanary: { ...PAIR, mishaps: 0, canary: { calls: 1, needed: 1 }, actions: ['retry'] },
} as const satisfies Readonly<Record<string, Scope>>;

/** `THOROUGH=1` looks at all of it, and else at what takes a third of the time. */
export const IS_THOROUGH = process.env['THOROUGH'] === '1';

/** The largest of them with fewer mishaps. */
export const SMALLER_SCOPES: Readonly<Record<string, Scope>> = {
  ...SCOPES,
  revived: { ...SCOPES.revived, mishaps: 0 },
  swept: { ...SCOPES.swept, mishaps: 0 },
  erasedRedial: { ...SCOPES.erasedRedial, mishaps: 1 },
  pair: { ...SCOPES.pair, mishaps: 1 },
  passingCanary: { ...SCOPES.passingCanary, mishaps: 0 },
  retriedCanary: { ...SCOPES.retriedCanary, workers: 1 },
};
