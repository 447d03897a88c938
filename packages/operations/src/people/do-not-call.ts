import type { AuditDetails, DoNotCallList } from '@libby-dialer/dial-queue';
import { decide } from '../audit/decide.ts';
import { listAudit } from '../audit/list-audit.ts';
import type { Context } from '../context.ts';

/** How many people are kept for audit with a decision on them. */
const PEOPLE_KEPT = 100;

export interface WaitOptions {
  readonly signal?: AbortSignal;
  /** Told where the wait for calls claimed before is broken off by the signal. */
  readonly waitBrokenOff?: () => void;
}

/**
 * Lets no more calls go to these numbers, once no call to them is about to go out. Returns how many
 * were not on the list before.
 */
export async function suppressNumbers(
  context: Context,
  numbers: readonly string[],
  wait: WaitOptions = {},
): Promise<number> {
  const list = context.queue.doNotCall;
  const decision = {
    action: 'do_not_call.add',
    details: await peopleOf(context, numbers),
  } as const;
  return await decide(context, decision, async (did) => {
    const added = await list.add(numbers);
    did({ added });
    await waitForClaims(list, wait);
    return added;
  });
}

/** Lets these numbers be called again. Returns how many were on the list. */
export async function unsuppressNumbers(
  context: Context,
  numbers: readonly string[],
): Promise<number> {
  const decision = {
    action: 'do_not_call.remove',
    details: await peopleOf(context, numbers),
  } as const;
  return await decide(context, decision, async (did) => {
    const removed = await context.queue.doNotCall.remove(numbers);
    did({ removed });
    return removed;
  });
}

/** People as the audit keeps them: by keyed hashes, as the do-not-call list itself does. */
async function peopleOf({ queue }: Context, numbers: readonly string[]): Promise<AuditDetails> {
  const identity = await queue.identity();
  const people = numbers.slice(0, PEOPLE_KEPT).map((number) => identity.person(number).member);
  return { numbers: numbers.length, people };
}

/** For each number, whether it is on the list. */
export async function areSuppressed(
  context: Context,
  numbers: readonly string[],
): Promise<boolean[]> {
  return await context.queue.doNotCall.check(numbers);
}

/** What somebody decided on one number. */
export interface DoNotCallChange {
  readonly action: 'added' | 'removed';
  readonly by: string;
  /** Epoch ms of Redis's clock. */
  readonly at: number;
}

const ACTIONS: Readonly<Record<string, DoNotCallChange['action']>> = {
  'do_not_call.add': 'added',
  'do_not_call.remove': 'removed',
};
/** Among so many decisions on a person it is looked for. */
const DECISIONS_READ = 50;

/**
 * Who put a number on the list, or off it, last. Undefined where it came by an import, which keeps
 * no numbers, or where the audit does not reach as far back.
 */
export async function latestDoNotCallChange(
  context: Context,
  number: string,
): Promise<DoNotCallChange | undefined> {
  const { entries } = await listAudit(context, { number, limit: DECISIONS_READ });
  for (const { action, by, at } of entries) {
    const change = ACTIONS[action];
    if (change !== undefined) return { action: change, by, at };
  }
  return undefined;
}

export interface DoNotCallStatus {
  readonly numbers: number;
  /** Grows with every change. */
  readonly version: number;
}

export async function doNotCallStatus(context: Context): Promise<DoNotCallStatus> {
  const list = context.queue.doNotCall;
  // A version that is read first is never newer than what was counted.
  const version = await list.version();
  return { numbers: await list.count(), version };
}

/** Waits until no call to whom was put on the list can begin any more. */
export async function waitForClaims(
  list: DoNotCallList,
  { signal, waitBrokenOff }: WaitOptions,
): Promise<void> {
  try {
    await list.outlastEarlierClaims(signal);
  } catch (error) {
    if (signal?.aborted) waitBrokenOff?.();
    throw error;
  }
}
