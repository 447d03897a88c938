import type { EntryStatus, ScheduleRun } from '@libby-dialer/dial-queue';
import {
  type Almanac,
  isBad,
  isListMissing,
  keyOfEntry,
  keyOfRow,
  type Plan,
  ROWS_OF_A_NIGHT,
} from './plan.ts';

/** An entry as its producer knows it. */
export interface PushedEntry {
  readonly id: string;
  readonly index: number;
}

/** What was seen of it all, from outside. */
export interface Evidence {
  readonly pushed: readonly PushedEntry[];
  /** By stream id. */
  readonly statuses: Map<string, EntryStatus | 'waiting' | undefined>;
  /** By date: the records of its runs. */
  readonly runs: ReadonlyMap<string, readonly ScheduleRun[]>;
  /** The key in each request to the provider, in order. */
  readonly requested: readonly string[];
  /** Stream ids of the inbox's entries, as they stand among the rejects. */
  readonly rejected: readonly string[];
}

/** Everything that must not be. */
export function violationsIn(plan: Plan, almanac: Almanac, evidence: Evidence): string[] {
  return [
    ...wrongRequests(plan, evidence),
    ...wrongRuns(plan, almanac, evidence),
    ...wrongStatuses(plan, evidence),
  ];
}

/**
 * The provider's word: each row and each entry that can be called was asked for once, and nothing
 * else was.
 */
function* wrongRequests(plan: Plan, { requested }: Evidence): Generator<string> {
  const times = timesOf(requested);
  const wanted = new Set([...keysOfNights(plan), ...keysOfEntries(plan)]);
  for (const key of wanted)
    if (times.get(key) !== 1) yield `${key} was called ${times.get(key) ?? 0} times`;
  for (const key of times.keys())
    if (!wanted.has(key)) yield `${key} was called, which nobody asked for`;
}

function* keysOfNights({ nights }: Plan): Generator<string> {
  for (let night = 0; night < nights; night += 1) {
    for (let row = 0; row < ROWS_OF_A_NIGHT && !isListMissing(night); row += 1)
      yield keyOfRow(night, row);
  }
}

function* keysOfEntries({ entries }: Plan): Generator<string> {
  for (let index = 0; index < entries; index += 1) if (!isBad(index)) yield keyOfEntry(index);
}

/** Each night has one run, loaded where there was a list, and reported where there was none. */
function* wrongRuns(plan: Plan, almanac: Almanac, { runs }: Evidence): Generator<string> {
  for (let night = 0; night < plan.nights; night += 1) {
    const date = almanac.dateOf(night);
    const found = (runs.get(date) ?? []).map(({ state, reason }) => reason ?? state);
    const expected = isListMissing(night) ? 'list_missing' : 'loaded';
    if (found.join() !== expected)
      yield `night ${night} (${date}) is ${found.join() || 'forgotten'}, not ${expected}`;
  }
}

/**
 * Each entry has one status: those of one order the same call, and those that cannot be called one
 * place among the rejects.
 */
function* wrongStatuses(
  { entries }: Plan,
  { pushed, statuses, rejected }: Evidence,
): Generator<string> {
  const calls = new Map<number, string>();
  for (const { id, index } of pushed) {
    const status = statuses.get(id);
    const kind = kindOf(status);
    if (!(isBad(index) ? ['rejected'] : TAKEN).includes(kind))
      yield `entry ${id} of ${keyOfEntry(index)} is ${kind}`;
    const callId = typeof status === 'object' && 'callId' in status ? status.callId : '';
    if ((calls.get(index) ?? callId) !== callId) yield `${keyOfEntry(index)} is two calls`;
    calls.set(index, callId);
  }
  const known = new Set(pushed.map(({ index }) => index));
  for (let index = 0; index < entries; index += 1)
    if (!known.has(index)) yield `${keyOfEntry(index)} was never pushed`;
  const times = timesOf(rejected);
  const bad = new Set(pushed.flatMap(({ id, index }) => (isBad(index) ? [id] : [])));
  for (const id of bad)
    if (times.get(id) !== 1)
      yield `entry ${id} stands ${times.get(id) ?? 0} times among the rejects`;
  for (const id of times.keys())
    if (!bad.has(id)) yield `entry ${id} stands among the rejects and can be called`;
}

/** Delivered again after its daemon died, an entry finds its call queued, or called, already. */
const TAKEN = ['queued', 'already_queued', 'already_settled', 'duplicate'];

function kindOf(status: EntryStatus | 'waiting' | undefined): string {
  return typeof status === 'object' ? status.kind : (status ?? 'unknown');
}

function timesOf<Item>(items: readonly Item[]): Map<Item, number> {
  const times = new Map<Item, number>();
  for (const item of items) times.set(item, (times.get(item) ?? 0) + 1);
  return times;
}
