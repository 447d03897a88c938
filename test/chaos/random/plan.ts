import type { ScriptRule } from '@libby-dialer/libby-simulator';
import { NO_RULES, type Rules, rulesFor } from '../stage/rules.ts';
import { Dice } from './dice.ts';

/**
 * Who or what a fault strikes. Faults of one target follow one another; those of different targets
 * overlap.
 */
export const TARGETS = [
  'crew',
  'redis',
  'api',
  'provider',
  'tokens',
  'desk',
  'board',
  'clock',
] as const;
export type Target = (typeof TARGETS)[number];

/** Every fault there is, by its target; how likely it is among those, and how long it lasts. */
export const FAULTS = {
  kill: { target: 'crew', weight: 8, lastsMs: [0, 0] },
  freeze: { target: 'crew', weight: 2, lastsMs: [500, 4000] },
  /** Past the job's lock and the claim's deadline: what thaws is a zombie. */
  zombie: { target: 'crew', weight: 1, lastsMs: [17_000, 20_000] },
  rolling_restart: { target: 'crew', weight: 2, lastsMs: [0, 0] },

  redis_killed: { target: 'redis', weight: 3, lastsMs: [50, 1500] },
  redis_restarted: { target: 'redis', weight: 1, lastsMs: [0, 0] },
  redis_frozen: { target: 'redis', weight: 2, lastsMs: [500, 5000] },
  redis_full: { target: 'redis', weight: 2, lastsMs: [500, 3000] },
  redis_replies_dropped: { target: 'redis', weight: 3, lastsMs: [100, 1500] },
  redis_stalled: { target: 'redis', weight: 1, lastsMs: [200, 2500] },
  redis_half_open: { target: 'redis', weight: 1, lastsMs: [200, 1500] },
  redis_reset: { target: 'redis', weight: 2, lastsMs: [100, 500] },
  redis_slow: { target: 'redis', weight: 2, lastsMs: [1000, 5000] },
  /** While workers open the workers of new campaigns. */
  redis_reset_at_openings: { target: 'redis', weight: 2, lastsMs: [300, 800] },
  redis_restarted_at_openings: { target: 'redis', weight: 2, lastsMs: [0, 0] },

  api_refused: { target: 'api', weight: 2, lastsMs: [300, 2500] },
  api_reset_before_reading: { target: 'api', weight: 2, lastsMs: [50, 400] },
  api_reset_after_reading: { target: 'api', weight: 2, lastsMs: [50, 400] },
  api_hangs: { target: 'api', weight: 2, lastsMs: [300, 2500] },
  api_half_open: { target: 'api', weight: 1, lastsMs: [300, 1500] },
  api_drips: { target: 'api', weight: 1, lastsMs: [300, 2000] },
  api_closes_idle: { target: 'api', weight: 3, lastsMs: [0, 0] },

  storm_of_5xx: { target: 'provider', weight: 2, lastsMs: [200, 1500] },
  storm_of_429: { target: 'provider', weight: 2, lastsMs: [200, 2000] },
  storm_of_400: { target: 'provider', weight: 1, lastsMs: [50, 300] },
  storm_of_403: { target: 'provider', weight: 1, lastsMs: [200, 1500] },
  storm_of_404: { target: 'provider', weight: 1, lastsMs: [200, 1000] },
  storm_of_slowness: { target: 'provider', weight: 1, lastsMs: [200, 1000] },

  tokens_revoked: { target: 'tokens', weight: 3, lastsMs: [0, 0] },
  token_endpoint_refused: { target: 'tokens', weight: 2, lastsMs: [500, 4000] },
  token_endpoint_hangs: { target: 'tokens', weight: 2, lastsMs: [500, 4000] },
  token_endpoint_drops_answers: { target: 'tokens', weight: 1, lastsMs: [500, 2000] },
  token_endpoint_slow: { target: 'tokens', weight: 1, lastsMs: [500, 4000] },
  token_endpoint_400: { target: 'tokens', weight: 1, lastsMs: [500, 4000] },
  token_endpoint_429: { target: 'tokens', weight: 1, lastsMs: [500, 3000] },

  /** What people do with the enqueuer in mid-run. */
  campaigns_opened: { target: 'desk', weight: 2, lastsMs: [0, 0] },
  campaign_archived: { target: 'desk', weight: 2, lastsMs: [0, 0] },
  person_erased: { target: 'desk', weight: 3, lastsMs: [0, 0] },
  list_loaded_again: { target: 'desk', weight: 1, lastsMs: [300, 1500] },
  forwarder_ended: { target: 'desk', weight: 1, lastsMs: [0, 0] },

  /** And with BullMQ beside it, as bull-board does. */
  queue_paused: { target: 'board', weight: 1, lastsMs: [200, 1500] },
  job_copied: { target: 'board', weight: 3, lastsMs: [0, 0] },
  job_changed: { target: 'board', weight: 2, lastsMs: [0, 0] },
  job_that_is_no_call: { target: 'board', weight: 1, lastsMs: [0, 0] },

  /** Of Redis's host. It is set there, and set back later: both are steps. */
  clock_seconds_ahead: { target: 'clock', weight: 2, lastsMs: [500, 4000] },
  clock_seconds_behind: { target: 'clock', weight: 2, lastsMs: [500, 4000] },
  clock_hours_ahead: { target: 'clock', weight: 1, lastsMs: [500, 4000] },
  clock_hours_behind: { target: 'clock', weight: 1, lastsMs: [500, 4000] },
} as const satisfies Record<
  string,
  { target: Target; weight: number; lastsMs: readonly [number, number] }
>;
export type FaultName = keyof typeof FAULTS;

export interface FaultEvent {
  readonly fault: FaultName;
  /** After the end of the one before it on the same target. */
  readonly afterMs: number;
  readonly lastsMs: number;
  /** Chooses what the fault leaves open: which worker, how many bytes. */
  readonly pick: number;
}

/** How the list gets into the queue. */
export type Loading =
  | { readonly kind: 'once' | 'twice_at_once' }
  /** Killed so long after its start, one after another, then run to its end. */
  | { readonly kind: 'killed'; readonly afterMs: readonly number[] };

export interface Timeouts {
  readonly connectMs: number;
  readonly responseMs: number;
}

export const SHORT: Timeouts = { connectMs: 1500, responseMs: 3000 };
/**
 * Long enough for a machine that has too much to do: then nothing but a fault may leave a call in
 * doubt.
 */
const LONG: Timeouts = { connectMs: 10_000, responseMs: 30_000 };

/** All that a run does, decided by its seed before it begins. */
export interface Plan {
  readonly seed: number;
  readonly calls: number;
  /** How far each worker's wall clock is off; as many as there are workers. */
  readonly clockSkewsMs: readonly number[];
  /** Calls in flight in each worker. */
  readonly concurrency: number;
  /**
   * The workers' patience with the provider. Short, so that a dead worker's claims come to their
   * deadline soon.
   */
  readonly timeouts: Timeouts;
  readonly latencyMs: number;
  readonly tokenLifetimeS: number;
  /** What the provider does all the time: a share of requests goes wrong. */
  readonly script: readonly ScriptRule[];
  readonly loading: Loading;
  readonly rules: Rules;
  /** Whether results go to a webhook beside it. */
  readonly forwards: boolean;
  readonly events: Readonly<Record<Target, readonly FaultEvent[]>>;
}

/**
 * About how long the calls of a run take, in all, when nothing goes wrong; faults come the more
 * often the longer it is.
 */
const QUIET_MS_PER_CALL = 12;
const CALLS_PER_SHARE_OF_EVENTS = 500;
const EVENTS: Readonly<Record<Target, readonly [fewest: number, most: number]>> = {
  crew: [3, 9],
  redis: [0, 3],
  api: [0, 3],
  provider: [0, 2],
  tokens: [0, 2],
  desk: [1, 4],
  board: [0, 2],
  clock: [0, 1],
};
/**
 * Each a small share of all requests. Whether the phone rings differs from what the answer says.
 */
const UNLUCKY: readonly ScriptRule['do'][] = [
  { fault: 'hang' },
  { fault: 'hang', taken: true },
  { fault: 'reset_before' },
  { fault: 'reset_after' },
  { fault: 'garbage' },
  { fault: 'truncate' },
  { status: 500 },
  { status: 503, taken: true },
  { status: 504, taken: true },
  { status: 409, taken: true },
  { status: 303, taken: true },
  { status: 400 },
  { status: 422 },
  { status: 401 },
  { status: 403 },
  { status: 429, headers: { 'retry-after': '1' } },
  { status: 200, body: '<html>not what was promised</html>' },
  { status: 202, body: '' },
];

/** The run of a seed. */
export function planFor(seed: number, calls: number): Plan {
  const dice = new Dice(seed);
  const workers = dice.between(3, 5);
  const concurrency = dice.between(4, 12);
  const latencyMs = QUIET_MS_PER_CALL * workers * concurrency;
  const plan = {
    seed,
    calls,
    clockSkewsMs: Array.from({ length: workers }, () =>
      dice.chance(1 / 3) ? dice.between(-600_000, 600_000) : 0,
    ),
    concurrency,
    timeouts: SHORT,
    latencyMs,
    tokenLifetimeS: dice.chance(1 / 2) ? dice.between(4, 20) : 3600,
    script: unluckyRules(dice),
    loading: loadingFor(dice),
    events: {
      crew: eventsOn('crew', dice, calls),
      redis: eventsOn('redis', dice, calls),
      api: eventsOn('api', dice, calls),
      provider: eventsOn('provider', dice, calls),
      tokens: eventsOn('tokens', dice, calls),
      desk: eventsOn('desk', dice, calls),
      board: eventsOn('board', dice, calls),
      clock: eventsOn('clock', dice, calls),
    },
    forwards: dice.chance(1 / 3),
  };
  return { ...plan, rules: rulesFor(dice, { workers, concurrency, latencyMs }) };
}

/**
 * The same calls with nothing going wrong: the run that says what the others may not be excused
 * with. That the clocks of hosts are hours apart, more than a token lives, is not among it.
 */
export function quietPlan(seed: number, calls: number): Plan {
  const plan = planFor(seed, calls);
  const events = {
    crew: [],
    redis: [],
    api: [],
    provider: [],
    tokens: [],
    desk: [],
    board: [],
    clock: [],
  };
  const clockSkewsMs = plan.clockSkewsMs.map((_, slot) => (slot - 1) * 5 * 3_600_000);
  const loading = { kind: 'once' } as const;
  const undisturbed = {
    script: [],
    loading,
    rules: NO_RULES,
    tokenLifetimeS: 3600,
    forwards: false,
    events,
  };
  return { ...plan, clockSkewsMs, timeouts: LONG, ...undisturbed };
}

function unluckyRules(dice: Dice): ScriptRule[] {
  return Array.from({ length: dice.between(0, 4) }, () => ({
    match: { rate: dice.between(5, 30) / 1000 },
    do: dice.oneOf(UNLUCKY),
  }));
}

function loadingFor(dice: Dice): Loading {
  const kind = dice.oneOf(['once', 'twice_at_once', 'killed'] as const);
  if (kind !== 'killed') return { kind };
  return {
    kind,
    afterMs: Array.from({ length: dice.between(1, 3) }, () => dice.between(300, 1500)),
  };
}

function eventsOn(target: Target, dice: Dice, calls: number): FaultEvent[] {
  const likely = Object.entries(FAULTS).flatMap(([name, fault]) =>
    fault.target === target ? Array.from({ length: fault.weight }, () => name as FaultName) : [],
  );
  const [fewest, most] = EVENTS[target];
  const length = Math.round((dice.between(fewest, most) * calls) / CALLS_PER_SHARE_OF_EVENTS);
  return Array.from({ length }, () => {
    const fault = dice.oneOf(likely);
    const [shortest, longest] = FAULTS[fault].lastsMs;
    return {
      fault,
      afterMs: target === 'crew' ? dice.between(150, 650) : dice.between(300, 3000),
      lastsMs: dice.between(shortest, longest),
      pick: dice.between(0, 1_000_000),
    };
  });
}
