/**
 * What must never be. Each says of a move, or of the world after it, what is wrong with it, or
 * nothing.
 */
import { countsOf, entryOf, outcomeOf } from './call-life.ts';
import { isProbeOf } from './hold-life.ts';
import { callOf, type Happening, isAtRest, type Move, type World } from './world.ts';

type Invariant = (before: World, move: Move) => boolean;

const NEVER_RANG: ReadonlySet<string> = new Set([
  'rejected',
  'exhausted',
  'suppressed',
  'expired',
  'canceled',
]);

/** By the sentence that each asserts. */
const INVARIANTS = {
  // But for one redial.
  'no phone rings twice': when('request begins', (before, { callId }) => {
    const { wire, first } = callOf(before, callId);
    return (
      wire === 'quiet' || (first === undefined && entryOf(before.ledger, callId).redials === 1)
    );
  }),
  'a redial that waits has its job': everyCall(
    (world, callId) =>
      entryOf(world.ledger, callId).redialAt === undefined || callOf(world, callId).job !== 'gone',
  ),
  'every request begins under a claim of its own': when(
    'request begins',
    (before, { callId, owner }) => {
      const entry = entryOf(before.ledger, callId);
      return entry.state === 'claimed' && entry.owner === owner;
    },
  ),
  'no request begins after pause or cancel has returned': when(
    'request begins',
    ({ people }) => people.control !== 'returned',
  ),
  'no request begins at or after its expiry': when(
    'request begins',
    ({ now, ledger }) => now < ledger.expiresAt,
  ),
  'nobody is claimed who must not be called': when(
    'claimed',
    ({ ledger, now }, { callId }) =>
      !ledger.isPaused &&
      !ledger.isCanceled &&
      !ledger.suppressed.includes(callId) &&
      now < ledger.expiresAt,
  ),
  'accepted only what was taken': everyCall(
    (world, callId) =>
      entryOf(world.ledger, callId).state !== 'accepted' ||
      wiresOf(world, callId).includes('taken'),
  ),
  'an outcome that says it did not ring is true': everyCall(
    (world, callId) =>
      !NEVER_RANG.has(entryOf(world.ledger, callId).state) ||
      wiresOf(world, callId).every((wire) => wire === 'quiet'),
  ),
  'unknown only where something went wrong': everyCall(
    (world, callId) =>
      entryOf(world.ledger, callId).state !== 'unknown' || callOf(world, callId).mishap,
  ),
  // Given back, or queued again by a person; unless another run had the call in between, of which a
  // late copy cannot know.
  'a claim that is over is not ended again': when(
    'outcome written',
    (before, { callId, owner, again }) => {
      const entry = entryOf(before.ledger, callId);
      return entry.state !== 'open' || (entry.owner !== owner && !(again && entry.owner === ''));
    },
  ),
  'of a hold never more probes are out than have passed, and one': (_, { next, happening }) =>
    happening?.kind !== 'claimed' || probesOut(next) <= (next.ledger.hold?.proven ?? 0) + 1,
  'while a hold stands only probes go out': when(
    'claimed',
    ({ ledger: { hold }, now }) => hold === undefined || now >= hold.retryAt,
  ),
  'a hold is lifted only when as many have passed as prove it': ({ ledger: { hold } }, { next }) =>
    hold === undefined || next.ledger.hold !== undefined || hold.proven + 1 >= hold.proof,
  'what went out before a pause shows nothing of the time after it': (
    before,
    { next, happening },
  ) => {
    const { hold } = before.ledger;
    if (happening?.kind !== 'outcome written' || hold === undefined) return true;
    const { state, claimedAt } = entryOf(before.ledger, happening.callId);
    if (state !== 'claimed' || claimedAt >= hold.retryAt) return true;
    return next.ledger.hold?.pauses === hold.pauses && next.ledger.hold.proven === hold.proven;
  },
  // By what is true of the phones, whatever the ledger remembers of places.
  'while a canary stands no more calls ring than it has places': (_, { next }) =>
    next.ledger.canary === undefined || rungOrRinging(next) <= next.ledger.canary.calls,
  'a canary is lifted by a person, or when as many were taken as it asks for': (
    { ledger: { canary } },
    { next, by },
  ) =>
    canary === undefined ||
    next.ledger.canary !== undefined ||
    by === 'people' ||
    taken(next) >= (canary.needed ?? Number.POSITIVE_INFINITY),
  'a canary that has passed holds nothing': (_, { next: { ledger } }) =>
    ledger.canary?.needed === undefined ||
    Object.values(ledger.entries).filter(({ state }) => state === 'accepted').length <
      ledger.canary.needed,
  'an archived campaign’s counts never move': ({ ledger }, { next }) =>
    !ledger.isArchived ||
    JSON.stringify(countsOf(ledger)) === JSON.stringify(countsOf(next.ledger)),
  'after an erasure no payload and no result names the person': (
    _,
    { next: { ledger, people, calls } },
  ) => {
    const [callId = ''] = Object.keys(calls);
    return (
      people.erasure !== 'returned' ||
      !(ledger.kept.includes(callId) || ledger.named.includes(callId))
    );
  },
  // Who has read a payload before adds its job, and removes it in the next step.
  'after an erasure no job names the person but one that is about to go': (_, { next }) => {
    const [callId = ''] = Object.keys(next.calls);
    const { job, isNamed } = callOf(next, callId);
    return (
      next.people.erasure !== 'returned' ||
      job === 'gone' ||
      !isNamed ||
      next.people.restoring !== undefined
    );
  },
  // Of an archived campaign the counts say it.
  'no row is lost': everyCall((world, callId) => {
    if (world.ledger.isArchived) return true;
    if (
      callOf(world, callId).job !== 'gone' ||
      outcomeOf(entryOf(world.ledger, callId)) !== undefined
    )
      return true;
    return world.ledger.reopened.includes(callId) && world.ledger.kept.includes(callId);
  }),
  'at rest every call has its one outcome': (_, { next }) =>
    !isAtRest(next) ||
    Object.values(countsOf(next.ledger)).reduce((sum, count) => sum + count, 0) ===
      Object.keys(next.calls).length,
} as const satisfies Readonly<Record<string, Invariant>>;

export type Promised = keyof typeof INVARIANTS;

const ALL_PROMISES = Object.keys(INVARIANTS) as Promised[];

/** The promises that a move breaks. */
export function broken(
  before: World,
  move: Move,
  promises: readonly Promised[] = ALL_PROMISES,
): Promised[] {
  return promises.filter((promise) => !INVARIANTS[promise](before, move));
}

function when<Kind extends Happening['kind']>(
  kind: Kind,
  holds: (before: World, happening: Happening & { kind: Kind }) => boolean,
): Invariant {
  return (before, { happening }) =>
    happening?.kind !== kind || holds(before, happening as Happening & { kind: Kind });
}

function everyCall(holds: (world: World, callId: string) => boolean): Invariant {
  return (_, { next }) => Object.keys(next.calls).every((callId) => holds(next, callId));
}

/** Of its last request, and of the one before its redial. */
function wiresOf(world: World, callId: string) {
  const { wire, first = 'quiet' } = callOf(world, callId);
  return [wire, first];
}

/** Each phone once: a claim may yet be sent, and what is out may have been taken. */
function rungOrRinging({ calls, ledger }: World): number {
  return Object.entries(calls).filter(([callId, { wire, first = 'quiet' }]) => {
    const isOut = wire !== 'quiet' || first !== 'quiet';
    return isOut || entryOf(ledger, callId).state === 'claimed';
  }).length;
}

function taken({ calls }: World): number {
  return Object.values(calls).filter(({ wire, first }) => wire === 'taken' || first === 'taken')
    .length;
}

/** Claims that are probes of the hold that stands, and of which more may come. */
function probesOut({ ledger, now }: World): number {
  return Object.values(ledger.entries).filter(
    (entry) => entry.state === 'claimed' && isProbeOf(ledger.hold, entry) && now < entry.deadline,
  ).length;
}
