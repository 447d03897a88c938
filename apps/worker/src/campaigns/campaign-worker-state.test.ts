import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { JobEnd } from '../calls/job-end.ts';
import {
  after,
  type CampaignWorkerEvent,
  type CampaignWorkerState,
  changesShares,
  isProving,
  jobsAtOnce,
  OPENED,
  usableShare,
} from './campaign-worker-state.ts';

const SECOND = 1000;

/** What happens, how long after the event before; of a run also how many events ago it began. */
interface Step {
  readonly passedMs: number;
  readonly event: Happening;
}

type Happening =
  | Exclude<CampaignWorkerEvent, { kind: 'ended' | 'refused' }>
  | { readonly kind: 'refused'; readonly inMs: number }
  | {
      readonly kind: 'ended';
      readonly end: JobEnd;
      readonly isUnsent: boolean;
      readonly begunAgo: number;
      readonly onWire: number;
    };

interface Passed {
  readonly before: CampaignWorkerState;
  readonly event: CampaignWorkerEvent;
  readonly next: CampaignWorkerState;
  readonly now: number;
}

const inMs = fc.integer({ min: -5 * SECOND, max: 60 * SECOND });
const turn = fc.constantFrom('line' as const, 'in_flight' as const, 'pace' as const);
const end: fc.Arbitrary<JobEnd> = fc.oneof(
  fc.record(
    {
      kind: fc.constant('complete' as const),
      accepted: fc.boolean(),
      isEarly: fc.boolean(),
      isCanceled: fc.boolean(),
    },
    { requiredKeys: ['kind', 'accepted'] },
  ),
  // Instants are counted from the step's own in `pass`.
  fc.record(
    { kind: fc.constant('delay' as const), until: inMs, sleepUntil: inMs },
    { requiredKeys: ['kind', 'until'] },
  ),
  fc.record(
    { kind: fc.constant('give_back' as const), sleepUntil: inMs, turn },
    { requiredKeys: ['kind', 'sleepUntil'] },
  ),
);
const happening: fc.Arbitrary<Happening> = fc.oneof(
  fc.record({ kind: fc.constant('shared' as const), share: fc.integer({ min: 1, max: 50 }) }),
  fc.record({ kind: fc.constant('woken' as const) }),
  fc.record({ kind: fc.constant('refused' as const), inMs }),
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant('ended' as const),
      end,
      isUnsent: fc.boolean(),
      begunAgo: fc.nat({ max: 20 }),
      onWire: fc.nat({ max: 50 }),
    }),
  },
);
const steps: fc.Arbitrary<readonly Step[]> = fc.array(
  fc.record({ passedMs: fc.nat({ max: 3 * SECOND }), event: happening }),
  { maxLength: 100 },
);

/** Everything that such a story goes through. */
function pass(story: readonly Step[]): Passed[] {
  const states = [OPENED];
  const passed: Passed[] = [];
  let now = 1_800_000_000_000;
  for (const step of story) {
    now += step.passedMs;
    const before = states.at(-1) ?? OPENED;
    const event = eventOf(step.event, now, states);
    const next = after(before, event, { now, monotonic: now - 1_700_000_000_000 });
    states.push(next);
    passed.push({ before, event, next, now });
  }
  return passed;
}

function eventOf(
  event: Happening,
  now: number,
  states: readonly CampaignWorkerState[],
): CampaignWorkerEvent {
  if (event.kind === 'refused') return { kind: 'refused', until: now + event.inMs };
  if (event.kind !== 'ended') return event;
  const { begunAgo, ...ended } = event;
  const begun = states[Math.max(0, states.length - 1 - begunAgo)] ?? OPENED;
  return { ...ended, begun, end: later(event.end, now) };
}

function later(of: JobEnd, now: number): JobEnd {
  if (of.kind === 'complete') return of;
  if (of.kind === 'give_back') return { ...of, sleepUntil: now + of.sleepUntil };
  const sleepUntil = of.sleepUntil === undefined ? undefined : now + of.sleepUntil;
  return { kind: 'delay', until: now + of.until, ...(sleepUntil !== undefined && { sleepUntil }) };
}

const isTrouble = ({ sleep }: CampaignWorkerState) =>
  sleep !== undefined && sleep.turn === undefined;
/** An awake one's lies behind every turn. */
const untilOf = ({ sleep }: CampaignWorkerState) => sleep?.until ?? Number.POSITIVE_INFINITY;
const isAccepted = (event: CampaignWorkerEvent) =>
  event.kind === 'ended' && event.end.kind === 'complete' && event.end.accepted;

/** Holds for each step of every story. */
function always(holds: (passed: Passed) => void): void {
  fc.assert(
    fc.property(steps, (story) => {
      for (const passed of pass(story)) holds(passed);
    }),
  );
}

describe('in every story', () => {
  test('it may always have a job in hand and a call on the wire, and never more than its share', () => {
    always(({ next }) => {
      expect(jobsAtOnce(next)).toBeGreaterThanOrEqual(1);
      expect(jobsAtOnce(next)).toBeLessThanOrEqual(Math.max(1, next.share));
      expect(next.mostCalls).toBeGreaterThanOrEqual(1);
    });
  });

  test('what may be on the wire after a trouble is one call, and one for each accepted since', () => {
    fc.assert(
      fc.property(steps, (story) => {
        let proven = OPENED.mostCalls;
        for (const { before, event, next } of pass(story)) {
          const isSince = event.kind === 'ended' && event.begun.sleeps === before.sleeps;
          if (next.sleeps !== before.sleeps) proven = 1;
          else if (isAccepted(event) && isSince) proven += 1;
          expect(next.mostCalls).toBeLessThanOrEqual(proven);
        }
      }),
    );
  });

  test('trouble ends by its time or by news alone, and always carefully', () => {
    always(({ before, event, next }) => {
      if (!isTrouble(before) || isTrouble(next)) return;
      expect(event.kind).toBe('woken');
      expect(next).toMatchObject({ sleep: undefined, mostCalls: 1, mostJobs: 1 });
      expect(next.sleeps).toBe(before.sleeps + 1);
    });
  });

  test('of several troubles the longest counts', () => {
    always(({ before, next }) => {
      if (!isTrouble(before) || !isTrouble(next)) return;
      expect(untilOf(next)).toBeGreaterThanOrEqual(untilOf(before));
    });
  });

  test('of several turns the first counts', () => {
    always(({ before, next }) => {
      if (isTrouble(before) || isTrouble(next) || next.sleep === undefined) return;
      expect(untilOf(next)).toBeLessThanOrEqual(untilOf(before));
    });
  });

  test('a wait for a turn takes nothing of what has been proven', () => {
    always(({ before, next }) => {
      if (isTrouble(before) || isTrouble(next)) return;
      expect(next.mostCalls).toBeGreaterThanOrEqual(before.mostCalls);
      expect(next.sleeps).toBe(before.sleeps);
    });
  });

  test('it falls asleep only for a time that lies ahead', () => {
    always(({ before, next, now }) => {
      if (next.sleep === before.sleep || next.sleep === undefined) return;
      expect(untilOf(next)).toBeGreaterThan(now);
    });
  });

  test('what was said before the latest news puts it to sleep for no hold or pause', () => {
    always(({ before, event, next }) => {
      if (event.kind !== 'ended' || event.end.kind !== 'give_back') return;
      if (event.end.turn !== undefined || event.begun.announcements === before.announcements)
        return;
      expect(isTrouble(next)).toBe(isTrouble(before));
    });
  });

  test('it wants a share unless there is trouble, and others hear when that changes', () => {
    always(({ before, next }) => {
      expect(usableShare(next) === 0).toBe(isTrouble(next));
      const isHeard = changesShares(before, next) || isTrouble(before) === isTrouble(next);
      expect(isHeard).toBe(true);
    });
  });
});

const AT = { now: 100 * SECOND, monotonic: 100 * SECOND };
const ACCEPTED: JobEnd = { kind: 'complete', accepted: true };

function ended(
  state: CampaignWorkerState,
  of: JobEnd,
  { isUnsent = false, onWire = 0, begun = state, at = AT } = {},
): CampaignWorkerState {
  return after(state, { kind: 'ended', end: of, isUnsent, begun, onWire }, at);
}

function shared(share: number): CampaignWorkerState {
  return after(OPENED, { kind: 'shared', share }, AT);
}

function careful(share: number): CampaignWorkerState {
  const held = ended(shared(share), { kind: 'give_back', sleepUntil: 101 * SECOND });
  return after(held, { kind: 'woken' }, AT);
}

describe('a campaign worker', () => {
  test('begins with five calls', () => {
    expect(shared(50)).toMatchObject({ mostCalls: 5, mostJobs: 5 });
  });

  test('has proven its share when so many calls were accepted, one by one', () => {
    let state = careful(3);
    expect(isProving(state)).toBe(true);
    state = ended(state, ACCEPTED);
    expect(state).toMatchObject({ mostCalls: 2, mostJobs: 2 });
    state = ended(ended(state, ACCEPTED), ACCEPTED);
    expect(state).toMatchObject({ mostCalls: 3, mostJobs: 3 });
    expect(isProving(state)).toBe(false);
  });

  test('fetches more for calls of which nothing is to be sent, and sends no more for them', () => {
    const done: JobEnd = { kind: 'complete', accepted: false };
    expect(ended(careful(50), done, { isUnsent: true })).toMatchObject({
      mostCalls: 1,
      mostJobs: 2,
    });
  });

  test('fetches no more for a call that was sent and not accepted', () => {
    const state = careful(50);
    expect(ended(state, { kind: 'complete', accepted: false })).toEqual(state);
  });

  test('may fetch a job though nothing is on the wire as it begins to wait', () => {
    const waiting = ended(shared(50), { kind: 'give_back', sleepUntil: 0, turn: 'pace' });
    expect(waiting).toMatchObject({ mostJobs: 1, sleep: undefined });
  });

  test('learns nothing from a call that began before the trouble', () => {
    const state = careful(50);
    expect(ended(state, ACCEPTED, { begun: OPENED })).toEqual(state);
  });

  test('fetches one job at a time of a canceled campaign: the others are ended together', () => {
    const canceled: JobEnd = { kind: 'complete', accepted: false, isCanceled: true };
    const state = ended(shared(50), canceled);
    expect(jobsAtOnce(state)).toBe(1);
    expect(jobsAtOnce(ended(state, ACCEPTED))).toBe(2);
  });

  test('keeps no more in hand than is on the wire when it waits, until a second later', () => {
    const asked: JobEnd = { kind: 'give_back', sleepUntil: 101 * SECOND, turn: 'pace' };
    const waiting = ended(shared(50), asked, { onWire: 3 });
    expect(waiting).toMatchObject({ mostJobs: 3, mostCalls: 5, sleep: { turn: 'pace' } });
    const awake = after(waiting, { kind: 'woken' }, AT);
    expect(ended(awake, ACCEPTED).mostJobs).toBe(3);
    const at = { ...AT, monotonic: AT.monotonic + SECOND };
    expect(ended(awake, ACCEPTED, { at }).mostJobs).toBe(4);
  });

  test.each<[string, 'line' | 'in_flight' | 'pace', JobEnd, boolean]>([
    ['a call in flight ends', 'in_flight', ACCEPTED, true],
    ['a call has left its line', 'line', { kind: 'complete', accepted: false }, true],
    ['a call keeps its line', 'line', ACCEPTED, false],
    ['a slot is not given back', 'pace', ACCEPTED, false],
  ])('that waits for room looks again when there may be some: %s', (_, what, how, isAwake) => {
    const waiting = ended(shared(50), {
      kind: 'give_back',
      sleepUntil: 109 * SECOND,
      turn: what,
    });
    expect(ended(waiting, how).sleep === undefined).toBe(isAwake);
  });
});
