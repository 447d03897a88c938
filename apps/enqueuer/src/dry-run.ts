import type { Identity, LoadVerdict } from '@libby-dialer/dial-queue';
import {
  CallingHours,
  type Campaign,
  type Payload,
  payloadFor,
  type QueuedCall,
  zonesFor,
} from '@libby-dialer/dialing';
import { isProblem } from './list/check-record.ts';
import type { RowChecker } from './list/check-row.ts';
import { DuplicateFilter } from './list/duplicate-filter.ts';
import type { ListRow, RejectCode } from './list/list-row.ts';
import { type LoadCounts, noRows } from './list-loader.ts';

const CALLS_PER_LOOK = 1000;
const PAYLOADS_SHOWN = 3;

/** What a load would make of a row. `would_expire`: queued, but its time is out before it may be called. */
export type RowFate = LoadVerdict | 'would_expire' | 'duplicate' | 'rejected';

/** Neighbouring rows with one fate; of a rejected row also why. */
export interface FateRun {
  readonly line: number;
  toLine: number;
  rows: number;
  readonly fate: RowFate;
  readonly code?: RejectCode;
  readonly reason?: string;
}

export interface DryRunOptions {
  readonly campaign: Campaign;
  readonly checker: RowChecker;
  readonly identity: Identity;
  /** What is there already; left out, nothing is. */
  readonly look?: ((callIds: readonly string[]) => Promise<readonly LoadVerdict[]>) | undefined;
  readonly limit?: number | undefined;
  readonly signal: AbortSignal;
  /** Epoch ms. */
  readonly now: number;
}

interface PendingRow {
  readonly line: number;
  fate: RowFate | undefined;
  readonly callId?: string;
  readonly call?: QueuedCall;
  readonly code?: RejectCode;
  readonly reason?: string;
}

/** Goes through a list as a load would, and leaves everything as it is. */
export class DryRun {
  readonly counts: LoadCounts = noRows();
  /** How many of those that would be queued could never be called in time. */
  wouldExpire = 0;
  /** The first calls as they would be sent. */
  readonly payloads: Payload[] = [];
  readonly #options: DryRunOptions;
  readonly #filter = new DuplicateFilter();
  readonly #hours: CallingHours;
  #callable = 0;

  constructor(options: DryRunOptions) {
    this.#options = options;
    this.#hours = new CallingHours(options.campaign.callingWindow);
  }

  /** The fate of every row, in the order of the list; neighbours with the same fate together, as far as they are read together. */
  async *run(chunks: AsyncIterable<readonly ListRow[]>): AsyncGenerator<FateRun[]> {
    for await (const rows of chunks) {
      for (let from = 0; from < rows.length; from += CALLS_PER_LOOK) {
        const pending = this.#check(rows.slice(from, from + CALLS_PER_LOOK));
        await this.#lookUp(pending);
        yield this.#tell(pending);
        this.#options.signal.throwIfAborted();
        if (this.#isFull()) return;
      }
    }
  }

  #isFull(): boolean {
    return this.#callable >= (this.#options.limit ?? Number.POSITIVE_INFINITY);
  }

  #check(rows: readonly ListRow[]): PendingRow[] {
    const pending: PendingRow[] = [];
    for (const row of rows) {
      if (this.#isFull()) break;
      pending.push(this.#checkRow(row));
    }
    return pending;
  }

  #checkRow(row: ListRow): PendingRow {
    const { line } = row;
    const verdict = this.#options.checker.check(row);
    if (isProblem(verdict)) return { line, fate: 'rejected', ...verdict };
    const callId = this.#options.identity.callId(this.#options.campaign.id, verdict.dedupeKey);
    if (this.#filter.add(callId)) return { line, fate: 'duplicate' };
    this.#callable += 1;
    return { line, fate: undefined, callId, call: verdict.call };
  }

  async #lookUp(pending: readonly PendingRow[]): Promise<void> {
    const open = pending.filter(({ fate }) => fate === undefined);
    const verdicts = await this.#options.look?.(open.flatMap(({ callId }) => callId ?? []));
    for (const [index, row] of open.entries()) row.fate = verdicts?.[index] ?? 'queued';
  }

  #tell(pending: readonly PendingRow[]): FateRun[] {
    const runs: FateRun[] = [];
    for (const row of pending) {
      const fate = this.#settle(row);
      const last = runs.at(-1);
      if (last?.fate === fate && row.code === undefined) {
        last.toLine = row.line;
        last.rows += 1;
      } else {
        const why = row.code === undefined ? {} : { code: row.code, reason: row.reason ?? '' };
        runs.push({ line: row.line, toLine: row.line, rows: 1, fate, ...why });
      }
    }
    return runs;
  }

  #settle({ fate = 'queued', call }: PendingRow): RowFate {
    this.counts.rows += 1;
    if (fate !== 'queued' || call === undefined) {
      this.counts[COUNTED_AS[fate]] += 1;
      return fate;
    }
    this.counts.queued += 1;
    if (this.payloads.length < PAYLOADS_SHOWN) this.#keepPayload(call);
    if (this.#canBePlaced(call)) return fate;
    this.wouldExpire += 1;
    return 'would_expire';
  }

  #keepPayload(call: QueuedCall): void {
    const { campaign, checker } = this.#options;
    const line = call.from ?? campaign.fromPhoneNumber[0] ?? '';
    const made = payloadFor(campaign, call, checker.form?.headings ?? [], line);
    if ('payload' in made) this.payloads.push(made.payload);
  }

  /** Whether there is an open hour between its start and its end. */
  #canBePlaced(call: QueuedCall): boolean {
    const { campaign, now } = this.#options;
    const startsAt = Math.max(now, call.startsAt ?? campaign.startsAt ?? 0);
    const expiresAt = call.expiresAt ?? campaign.expiresAt ?? Number.POSITIVE_INFINITY;
    if (startsAt >= expiresAt) return false;
    const span = this.#hours.openSpan(zonesFor(campaign, call).zones, startsAt);
    return span !== undefined && span.opensAt < expiresAt;
  }
}

const COUNTED_AS = {
  queued: 'queued',
  would_expire: 'queued',
  already_queued: 'alreadyQueued',
  already_settled: 'alreadySettled',
  duplicate: 'duplicates',
  rejected: 'rejected',
} as const satisfies Record<RowFate, keyof LoadCounts>;
