import {
  CallNumbers,
  type CheckedList,
  formatGiven,
  isProblem,
  type JoinedRow,
  joinedList,
  type ListFormat,
  type ListInput,
  type ListRow,
  openCheckedList,
  originOf,
  placeOf,
  type RowOrigin,
  type RowProblem,
} from '@libby-dialer/call-list';
import { type CallState, Identity, stepsOf } from '@libby-dialer/dial-queue';
import { type Campaign, isoInstant, type QueuedCall } from '@libby-dialer/dialing';
import { DialerError } from '@libby-dialer/runtime';
import type { Context } from '../context.ts';
import { exportedResults } from './exported-results.ts';
import { JoinedColumns, type RowFinding } from './joined-columns.ts';
import { ResultShelf, type ShelvedResult } from './result-shelf.ts';
import { type Standstill, standstillOf } from './standstill.ts';

const ROWS_PER_LOOK = 500;
/** Stands where the number of an erased person stood. */
const ERASED = 'erased';

export interface ListJoin extends Omit<ListInput, 'keepText' | 'warn'> {
  /** Id of the campaign that the list was loaded into. */
  readonly campaign: string;
  /** What is written; left out: what the list is. A table may become CSV or a workbook. */
  readonly output?: ListFormat | undefined;
  /** Whether a CSV begins with a byte order mark though the list does not. */
  readonly byteOrderMark?: boolean | undefined;
  /** Path of results that were exported before: what Redis has counts before these. */
  readonly results?: string | undefined;
}

/** What was found of the rows so far. */
export interface JoinCounts {
  rows: number;
  /** By outcome or word. */
  readonly outcomes: Map<RowFinding['outcome'], number>;
  /** Rows whose calls have ended, and of which only the outcome is known any more. */
  withoutDetails: number;
  /** Rows whose calls came from another list, or from another version of this one. */
  fromElsewhere: number;
}

/** A list as it is given back. Disposing of it closes the list. */
export interface OpenJoin extends AsyncDisposable {
  readonly format: ListFormat;
  readonly bytes: AsyncIterable<Buffer>;
  /** Complete once all bytes were read, as is what follows. */
  readonly counts: JoinCounts;
  /** Lines of rows beside which nothing could be written: their quotes never close. */
  readonly bare: readonly number[];
}

/**
 * Gives a list back, all of it and in its order, with what became of each row beside it. Nothing is
 * written to Redis. Throws `ListError`, `NoSuchCampaignError`, or a `DialerError`
 * (`results_removed`, `list_not_loaded`, `bad_results_file`), also from within the iteration.
 */
export async function openJoin(context: Context, join: ListJoin): Promise<OpenJoin> {
  const campaign = await context.campaign(join.campaign);
  const isArchived = (await context.queue.archive.archivedAt(campaign.id)) !== undefined;
  if (isArchived && join.results === undefined) throw resultsRemoved(campaign);
  // What is odd about the list was said when it was loaded.
  const list = await openCheckedList(campaign, { ...join, keepText: true, warn: () => {} });
  const calls = await callsOf(context, campaign);
  const shelf = await ResultShelf.open(calls);
  const close = async () => {
    list.source.list.close();
    await shelf[Symbol.asyncDispose]();
  };
  try {
    await refuseAnotherList(context, campaign, list);
    await fill(shelf, context, join);
    const findings = new RowFindings(context, {
      campaign,
      calls,
      list,
      shelf,
      identity: (await context.queue.peekIdentity()) ?? new Identity(Buffer.alloc(32)),
      standstill: isArchived ? undefined : await standstillOf(context, campaign),
      isArchived,
      signal: join.signal,
    });
    const opened = list.source.list;
    const format = formatGiven(opened, join.output);
    const columns = new JoinedColumns(format, opened.csv?.headings ?? []);
    const { bytes, bare } = joinedList(opened, {
      format,
      byteOrderMark: join.byteOrderMark,
      columns: columns.headings,
      rows: findings.beside(opened.rows, columns),
    });
    return { format, bytes, bare, counts: findings.counts, [Symbol.asyncDispose]: close };
  } catch (error) {
    await close();
    throw error;
  }
}

async function callsOf({ queue }: Context, { id }: Campaign): Promise<number> {
  const status = await queue.status.read(id);
  if (status === undefined) return 0;
  return Object.values(status.outcomes).reduce((sum, count) => sum + count, status.pending);
}

function resultsRemoved({ id }: Campaign): DialerError {
  const message = `Campaign ${id} is archived and its results are removed: give those that were exported before.`;
  return new DialerError('results_removed', message, { kind: 'conflict', about: { campaign: id } });
}

/** Where a row's place in its list makes the call, none of another list can be found. */
async function refuseAnotherList(
  { queue }: Context,
  { id }: Campaign,
  { dedupeHash }: CheckedList,
): Promise<void> {
  if (dedupeHash === undefined) return;
  if (!(await queue.preview(id).isAnotherList(dedupeHash))) return;
  const message = `Campaign ${id} has not loaded this list, or it was changed since: with dedupeBy: row its rows can only be found in the file as it was loaded.`;
  throw new DialerError('list_not_loaded', message, { kind: 'conflict', about: { campaign: id } });
}

async function fill(
  shelf: ResultShelf,
  { queue }: Context,
  { campaign, results, signal }: ListJoin,
): Promise<void> {
  const sources = [
    ...(results === undefined ? [] : [exportedResults(results, campaign)]),
    queue.results.read(campaign),
  ];
  for (const records of sources) {
    for await (const record of records) {
      signal.throwIfAborted();
      await shelf.put(record);
    }
  }
  await shelf.flush();
}

interface Sources {
  readonly campaign: Campaign;
  /** How many it has, as far as that is known. */
  readonly calls: number;
  readonly list: CheckedList;
  readonly shelf: ResultShelf;
  readonly identity: Identity;
  /** What keeps back calls that wait. */
  readonly standstill: Standstill | undefined;
  readonly isArchived: boolean;
  readonly signal: AbortSignal;
}

interface Candidate {
  readonly row: ListRow;
  readonly callId: string;
  readonly call: QueuedCall;
}

/** Finds out what became of each row. */
class RowFindings {
  readonly counts: JoinCounts = {
    rows: 0,
    outcomes: new Map(),
    withoutDetails: 0,
    fromElsewhere: 0,
  };
  readonly #context: Context;
  readonly #sources: Sources;
  /** The first row of each call. */
  readonly #firstRows: CallNumbers;

  constructor(context: Context, sources: Sources) {
    this.#context = context;
    this.#sources = sources;
    this.#firstRows = new CallNumbers(sources.calls);
  }

  async *beside(
    chunks: AsyncIterable<readonly ListRow[]>,
    columns: JoinedColumns,
  ): AsyncGenerator<JoinedRow[]> {
    for await (const rows of chunks) {
      for (const some of stepsOf(rows, ROWS_PER_LOOK)) {
        this.#sources.signal.throwIfAborted();
        const findings = await this.#find(some);
        yield findings.map((finding, index) => {
          this.#count(finding);
          return { row: some[index] as ListRow, beside: columns.of(finding) };
        });
      }
    }
  }

  #count({ outcome }: RowFinding): void {
    this.counts.rows += 1;
    this.counts.outcomes.set(outcome, (this.counts.outcomes.get(outcome) ?? 0) + 1);
  }

  async #find(rows: readonly ListRow[]): Promise<RowFinding[]> {
    const checked = rows.map((row) => this.#check(row));
    const candidates = checked.filter((each): each is Candidate => 'call' in each);
    const callIds = candidates.map(({ callId }) => callId);
    const { shelf, campaign, isArchived } = this.#sources;
    const [results, states] = await Promise.all([
      shelf.find(callIds),
      isArchived ? [] : this.#context.queue.callStates.read(campaign.id, callIds),
    ]);
    let index = -1;
    return checked.map((each) => {
      if (!('call' in each)) return each;
      index += 1;
      return this.#findingOf(each, results[index], states[index]);
    });
  }

  #check(row: ListRow): Candidate | RowFinding {
    const { campaign, list, identity } = this.#sources;
    const verdict = list.checker.check(row);
    if (isProblem(verdict)) return notCallable(verdict);
    const callId = identity.callId(campaign.id, verdict.dedupeKey);
    const first = this.#firstRows.get(callId);
    if (first !== undefined) {
      const where = list.source.list.csv === undefined ? 'Record' : 'Row';
      const explanation = `${where} ${first} is the same call: see there.`;
      return { outcome: 'duplicate', explanation, callId };
    }
    this.#firstRows.set(callId, shownRow(row));
    return { row, callId, call: verdict.call };
  }

  #findingOf(
    candidate: Candidate,
    result: ShelvedResult | undefined,
    state: CallState | undefined,
  ): RowFinding {
    const { callId, call } = candidate;
    if (
      result?.toPhoneNumber === ERASED ||
      (state?.kind === 'settled' && state.isErased && !result)
    )
      return { outcome: 'erased', explanation: 'The data of this person were erased on request.' };
    if (state === undefined || state.kind === 'none') return this.#withoutState(candidate, result);
    if (state.kind === 'settled') return this.#settled(candidate, result, state);
    const before =
      result === undefined
        ? undefined
        : `Its call ended as ${result.outcome} before, and was queued again.`;
    const known = { callId, ...numberOf(call), explanation: before };
    if (state.kind !== 'waits') return { ...known, outcome: state.kind };
    const reason = this.#sources.standstill?.reasonFor(call);
    if (reason !== undefined) return { ...known, outcome: 'held', reason };
    if (state.until === undefined) return { ...known, outcome: 'queued' };
    return { ...known, outcome: 'waiting', waitsUntil: isoInstant(state.until) };
  }

  #withoutState(candidate: Candidate, result: ShelvedResult | undefined): RowFinding {
    if (result !== undefined) return this.#ended(candidate, result);
    if (!this.#sources.isArchived)
      return { outcome: 'not_loaded', explanation: 'The campaign has no call of this row.' };
    const explanation =
      'The campaign is archived, and the results that were given have none of this row.';
    return { outcome: 'no_result', explanation };
  }

  #settled(
    candidate: Candidate,
    result: ShelvedResult | undefined,
    state: CallState & { readonly kind: 'settled' },
  ): RowFinding {
    if (result !== undefined && result.outcome === state.outcome)
      return this.#ended(candidate, result);
    this.counts.withoutDetails += 1;
    const { outcome, attempts } = state;
    const { callId, call } = candidate;
    const explanation =
      'Only its outcome is known: its result is no longer in Redis or has only just come.';
    return { outcome, attempts, callId, ...numberOf(call), explanation };
  }

  #ended(candidate: Candidate, result: ShelvedResult): RowFinding {
    const origin = originOf(candidate.row, this.#sources.list.identity);
    const isElsewhere = result.list !== undefined && !isSameList(origin, result);
    if (isElsewhere) this.counts.fromElsewhere += 1;
    const isOtherRow = result.row !== origin.row || result.list !== origin.list;
    return {
      ...result,
      // A call that was loaded from elsewhere is this row's call all the same.
      explanation: isElsewhere && isOtherRow ? calledAs(result) : undefined,
    };
  }
}

function numberOf({ to, phoneColumn }: QueuedCall): Partial<RowFinding> {
  return { toPhoneNumber: to, ...(phoneColumn !== undefined && { phoneColumn }) };
}

/** The hash tells, whatever the list was called; without one the name does. */
function isSameList(
  { list, listHash }: RowOrigin,
  { list: otherList, listHash: otherHash }: ShelvedResult,
): boolean {
  return listHash === undefined || otherHash === undefined
    ? list === otherList
    : listHash === otherHash;
}

function calledAs({ row, sheetRow, list }: ShelvedResult): string {
  const place = sheetRow === undefined ? `record ${row}` : `row ${sheetRow}`;
  return `Called as ${place} of ${list}.`;
}

/** As its list shows it: a spreadsheet numbers the headings as well. */
function shownRow(row: ListRow): number {
  const { sheetRow, row: record } = placeOf(row);
  return sheetRow ?? record;
}

function notCallable({ code, reason }: RowProblem): RowFinding {
  const outcome = code === 'skipped' ? 'skipped' : 'not_callable';
  return { outcome, reason: code, explanation: reason };
}
