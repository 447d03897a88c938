import { RUN_THRESHOLDS } from '@libby-dialer/dialing';
import type { JobEnd, Turn } from '../calls/job-end.ts';

/**
 * What a campaign worker does:
 *
 *             trouble: a hold, a pause, closed hours, a refusal of Redis
 *    awake ───────────────────────────────────────────────────────────────▶ asleep
 *      │  ▲                                                                   │ ▲
 *      │  └──── its time, or an announcement: carefully, with one call ───────┘ │ trouble
 *      │  ▲                                                                     │
 *      │  └──── its time, an announcement, or room: as before ──── waiting ─────┘
 *      └─────────────────────────────────────────────────────────────▲
 *             its turn is later: for a slot, a line, room in flight
 *
 * Asleep or waiting it fetches no jobs; calls in flight go on.
 */
export interface CampaignWorkerState {
  /** Undefined while it is awake. */
  readonly sleep: Sleep | undefined;
  /** How many jobs at once it may have in hand, beside the other campaigns of this process. */
  readonly share: number;
  /**
   * How many jobs at once are of use, whatever its share: as many as calls are on the wire, and a
   * few more.
   */
  readonly mostJobs: number;
  /** How many calls at once may be on the wire: no more than have just gone well. */
  readonly mostCalls: number;
  /** How often it was told, or had reason, to look again. */
  readonly announcements: number;
  /** How often it has begun carefully again. A call that began before says nothing of now. */
  readonly sleeps: number;
  /** Monotonic ms at which the jobs in hand were last enough for all turns. */
  readonly lastTurnAt: number;
}

/**
 * Until an instant of Redis's clock. With a `turn` it waits for its turn; without, there is
 * trouble.
 */
interface Sleep {
  readonly until: number;
  readonly turn?: Turn | undefined;
}

export type CampaignWorkerEvent =
  | { readonly kind: 'shared'; readonly share: number }
  /** Its time has come, or something has changed that may end the sleep. */
  | { readonly kind: 'woken' }
  | { readonly kind: 'refused'; readonly until: number }
  | {
      readonly kind: 'ended';
      readonly end: JobEnd;
      /** No request was due for it, so it says nothing of what held the campaign. */
      readonly isUnsent: boolean;
      /** The state in which the run began. */
      readonly begun: CampaignWorkerState;
      /** Calls that are still on the wire. */
      readonly onWire: number;
    };

export interface Times {
  /** Epoch ms of Redis's clock. */
  readonly now: number;
  readonly monotonic: number;
}

/**
 * For this long after it had to wait for a turn, it fetches no more jobs than it has calls on the
 * wire.
 */
const ENOUGH_IN_HAND_MS = 1_000;

/**
 * As many calls as it takes to see that the API is in trouble: if it hangs, only these time out.
 */
const FIRST_CALLS: number = RUN_THRESHOLDS.doubts;

export const OPENED: CampaignWorkerState = {
  sleep: undefined,
  share: 1,
  mostJobs: FIRST_CALLS,
  mostCalls: FIRST_CALLS,
  announcements: 0,
  sleeps: 0,
  lastTurnAt: Number.NEGATIVE_INFINITY,
};

/** The next state. Never throws, whatever happens in whatever state. */
export function after(
  state: CampaignWorkerState,
  event: CampaignWorkerEvent,
  times: Times,
): CampaignWorkerState {
  switch (event.kind) {
    case 'shared':
      return { ...state, share: event.share };
    case 'woken':
      return woken(state);
    case 'refused':
      return inTrouble(state, event.until, times);
    case 'ended':
      return ended(state, event, times);
  }
}

/** How many jobs at once it fetches, while it is awake. */
export function jobsAtOnce({ share, mostJobs }: CampaignWorkerState): number {
  return Math.max(1, Math.min(share, mostJobs));
}

/** How large a share it could use. 0 in trouble, otherwise twice what is of use now. */
export function usableShare({ sleep, mostJobs }: CampaignWorkerState): number {
  return sleep !== undefined && sleep.turn === undefined ? 0 : 2 * mostJobs;
}

/** Whether other shares should follow. Those for one turn and the next need not. */
export function changesShares(before: CampaignWorkerState, next: CampaignWorkerState): boolean {
  const isOtherSleep = next.sleep !== before.sleep && next.sleep?.turn === undefined;
  return isOtherSleep || (before.mostJobs < next.share && next.mostJobs >= next.share);
}

/** Whether a call that is to be sent may have to wait until others have gone well. */
export function isProving({ mostCalls, share }: CampaignWorkerState): boolean {
  return mostCalls < share;
}

/** The trouble may not be over, so one call goes first. */
function woken(state: CampaignWorkerState): CampaignWorkerState {
  const next = { ...state, sleep: undefined, announcements: state.announcements + 1 };
  if (state.sleep === undefined || state.sleep.turn !== undefined) return next;
  return { ...next, sleeps: state.sleeps + 1, mostJobs: 1, mostCalls: 1 };
}

/** The longest trouble counts, and any trouble counts more than a turn. */
function inTrouble(state: CampaignWorkerState, until: number, { now }: Times): CampaignWorkerState {
  const isLonger =
    state.sleep === undefined || state.sleep.turn !== undefined || until > state.sleep.until;
  return isLonger && until > now ? { ...state, sleep: { until } } : state;
}

/**
 * The campaign has to wait only because so many of its calls are out already: it needs no more jobs
 * in hand than calls on the wire. The earliest turn counts.
 */
function waiting(
  state: CampaignWorkerState,
  sleep: Sleep,
  onWire: number,
  { now, monotonic }: Times,
): CampaignWorkerState {
  const next = { ...state, lastTurnAt: monotonic, mostJobs: Math.max(1, onWire) };
  const isSooner =
    state.sleep === undefined ||
    (state.sleep.turn !== undefined && sleep.until < state.sleep.until);
  return isSooner && sleep.until > now ? { ...next, sleep } : next;
}

/** What the end of a run says about those that may follow. */
function ended(
  state: CampaignWorkerState,
  { end, isUnsent, begun, onWire }: CampaignWorkerEvent & { kind: 'ended' },
  times: Times,
): CampaignWorkerState {
  // The upkeep ends all waiting calls together.
  if (end.kind === 'complete' && end.isCanceled) return { ...state, mostJobs: 1 };
  if (end.kind === 'give_back' && end.turn !== undefined)
    return waiting(state, { until: end.sleepUntil, turn: end.turn }, onWire, times);
  const next = isFreedBy(state, end) ? woken(state) : state;
  if (end.kind !== 'complete' && end.sleepUntil !== undefined) {
    // Something was announced after the gate was asked. That may have ended what it says to wait
    // for, so it asks again.
    const isNews = end.kind === 'delay' || begun.announcements === next.announcements;
    return isNews ? inTrouble(next, end.sleepUntil, times) : next;
  }
  if (begun.sleeps !== next.sleeps) return next;
  return proven(next, end, isUnsent, times);
}

/** The call that ended may have freed the place that the campaign waits for. */
function isFreedBy({ sleep }: CampaignWorkerState, end: JobEnd): boolean {
  const isAccepted = end.kind === 'complete' && end.accepted;
  return sleep?.turn === 'in_flight' || (sleep?.turn === 'line' && !isAccepted);
}

/** Each accepted call allows one more at once. */
function proven(
  state: CampaignWorkerState,
  end: JobEnd,
  isUnsent: boolean,
  { monotonic }: Times,
): CampaignWorkerState {
  const isEarly = end.kind === 'complete' && end.isEarly === true;
  const isAccepted = end.kind === 'complete' && end.accepted;
  const lastTurnAt = isEarly ? monotonic : state.lastTurnAt;
  const hasEnough = monotonic - lastTurnAt < ENOUGH_IN_HAND_MS;
  const mayFetchMore = (isAccepted || isUnsent) && !hasEnough && state.mostJobs < state.share;
  return {
    ...state,
    lastTurnAt,
    mostCalls: state.mostCalls + (isAccepted && isProving(state) ? 1 : 0),
    mostJobs: state.mostJobs + (mayFetchMore ? 1 : 0),
  };
}
