import type { BesideValue, ListFormat, RejectCode } from '@libby-dialer/call-list';
import type { HoldReason, Outcome, Reason } from '@libby-dialer/dialing';
import type { ShelvedResult } from './result-shelf.ts';

/** What stands for an outcome beside a row that has none. Stable: people script against these. */
export const ROW_WORDS = [
  /** It waits for its turn. */
  'queued',
  /** It waits for an instant. */
  'waiting',
  /** Its campaign is paused, or a hold keeps it back. */
  'held',
  'in_flight',
  'set_aside',
  /** The list has the same call in an earlier row. */
  'duplicate',
  'not_callable',
  /** The list itself leaves it out. */
  'skipped',
  /** The campaign has no such call. */
  'not_loaded',
  /** Nothing tells any more what became of it. */
  'no_result',
  'erased',
] as const;
export type RowWord = (typeof ROW_WORDS)[number];

type ShownField =
  | 'callId'
  | 'toPhoneNumber'
  | 'phoneColumn'
  | 'attempts'
  | 'queuedAt'
  | 'dialedAt'
  | 'settledAt'
  | 'providerMessage';

/** What is known of a row. Times are ISO 8601. */
export interface RowFinding extends Partial<Pick<ShelvedResult, ShownField>> {
  readonly outcome: Outcome | RowWord;
  readonly reason?: Reason | RejectCode | HoldReason | 'paused' | undefined;
  /** A sentence of ours, where a row needs one. */
  readonly explanation?: string | undefined;
  readonly waitsUntil?: string | undefined;
}

interface Column {
  readonly name: string;
  readonly valueOf: (finding: RowFinding) => BesideValue;
  /** Only for a table: what spreadsheets read as a time. */
  readonly isForTables?: boolean;
}

const COLUMNS: readonly Column[] = [
  { name: 'outcome', valueOf: ({ outcome }) => outcome },
  { name: 'reason', valueOf: ({ reason }) => reason },
  { name: 'explanation', valueOf: ({ explanation }) => explanation },
  { name: 'providerMessage', valueOf: ({ providerMessage }) => providerMessage },
  { name: 'attempts', valueOf: ({ attempts }) => attempts },
  { name: 'dialedNumber', valueOf: ({ toPhoneNumber }) => toPhoneNumber },
  { name: 'phoneColumn', valueOf: ({ phoneColumn }) => phoneColumn },
  { name: 'queuedAt', valueOf: ({ queuedAt }) => queuedAt },
  { name: 'dialedAt', valueOf: ({ dialedAt }) => dialedAt },
  { name: 'settledAt', valueOf: ({ settledAt }) => settledAt },
  { name: 'waitsUntil', valueOf: ({ waitsUntil }) => waitsUntil },
  { name: 'dialedAtUtc', valueOf: ({ dialedAt }) => dateOf(dialedAt), isForTables: true },
  { name: 'settledAtUtc', valueOf: ({ settledAt }) => dateOf(settledAt), isForTables: true },
  { name: 'callId', valueOf: ({ callId }) => callId },
];

function dateOf(iso: string | undefined): Date | undefined {
  return iso === undefined ? undefined : new Date(iso);
}

/** The columns that a join adds. */
export class JoinedColumns {
  readonly headings: readonly string[];
  readonly #columns: readonly Column[];

  /** @param taken headings of the list: ours are others */
  constructor(format: ListFormat, taken: readonly string[]) {
    const isTable = format === 'csv' || format === 'xlsx';
    this.#columns = COLUMNS.filter(({ isForTables = false }) => isTable || !isForTables);
    this.headings = freeNames(
      this.#columns.map(({ name }) => name),
      taken,
    );
  }

  of(finding: RowFinding): BesideValue[] {
    return this.#columns.map(({ valueOf }) => valueOf(finding));
  }
}

/** With one word in front of all of them where a list has a column of one of the names. */
function freeNames(names: readonly string[], taken: readonly string[]): readonly string[] {
  const known = new Set(taken.map(squashed));
  for (let round = 0; ; round += 1) {
    const word = round === 0 ? '' : round === 1 ? 'call ' : `call ${round} `;
    const free = names.map((name) => word + name);
    if (!free.some((name) => known.has(squashed(name)))) return free;
  }
}

function squashed(heading: string): string {
  return heading.toLowerCase().replaceAll(/[^a-z0-9]/g, '');
}
