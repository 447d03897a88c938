import {
  DuplicateFilter,
  isProblem,
  type ListRow,
  placeOf,
  type RowChecker,
  type RowPlace,
} from '@libby-dialer/call-list';
import {
  type CallPreview,
  type HistoryQuestion,
  type Identity,
  stepsOf,
} from '@libby-dialer/dial-queue';
import {
  CallTimes,
  type Campaign,
  earliestAt,
  type FrequencyCap,
  isHopeless,
  type Payload,
  payloadFor,
  type QueuedCall,
} from '@libby-dialer/dialing';
import { DryRunTotals } from './dry-run-totals.ts';
import { type LoadCounts, noRows } from './list-loader.ts';
import type { RowFate, RowForesight } from './row-foresight.ts';

const CALLS_PER_LOOK = 1000;
const PAYLOADS_SHOWN = 3;
const HOUR_MS = 3_600_000;

/** What is there already. */
export interface Known {
  readonly calls: (callIds: readonly string[]) => Promise<readonly CallPreview[]>;
  /** For each number, whether it is on the do-not-call list. */
  readonly suppressed: (numbers: readonly string[]) => Promise<readonly boolean[]>;
  /** For each question, how many calls that number has had after that instant. */
  readonly callsSince: (questions: readonly HistoryQuestion[]) => Promise<readonly number[]>;
}

export interface DryRunOptions {
  readonly campaign: Campaign;
  readonly checker: RowChecker;
  readonly identity: Identity;
  /** Left out, nothing is. */
  readonly known?: Known | undefined;
  readonly limit?: number | undefined;
  readonly signal: AbortSignal;
  /** Epoch ms. */
  readonly now: number;
}

interface CallableRow extends RowPlace, PhoneChoice {
  readonly callId: string;
  readonly call: QueuedCall;
}

type PhoneChoice = Pick<RowForesight, 'phoneColumn' | 'passedOver'>;

type CheckedRow = CallableRow | RowForesight;

/** Goes through a list as a load would, and leaves everything as it is. */
export class DryRun {
  readonly counts: LoadCounts = noRows();
  readonly totals: DryRunTotals;
  /** The first calls as they would be sent. */
  readonly payloads: Payload[] = [];
  readonly #options: DryRunOptions;
  readonly #filter = new DuplicateFilter();
  readonly #times: CallTimes;
  #callable = 0;

  constructor(options: DryRunOptions) {
    this.#options = options;
    this.#times = new CallTimes(options.campaign);
    this.totals = new DryRunTotals(options.campaign, options.now);
  }

  /**
   * What is foreseen of every row, in the order of the list, as many at a time as are looked up
   * together.
   */
  async *run(chunks: AsyncIterable<readonly ListRow[]>): AsyncGenerator<RowForesight[]> {
    for await (const rows of chunks) {
      this.#options.signal.throwIfAborted();
      for (const some of stepsOf(rows, CALLS_PER_LOOK)) {
        const checked = this.#check(some);
        const foreseen = await this.#foresee(checked);
        for (const row of foreseen) this.#count(row);
        yield foreseen;
        this.#options.signal.throwIfAborted();
        if (this.#isFull()) return;
      }
    }
  }

  #isFull(): boolean {
    return this.#callable >= (this.#options.limit ?? Number.POSITIVE_INFINITY);
  }

  #check(rows: readonly ListRow[]): CheckedRow[] {
    const checked: CheckedRow[] = [];
    for (const row of rows) {
      if (this.#isFull()) break;
      checked.push(this.#checkRow(row));
    }
    return checked;
  }

  #checkRow(row: ListRow): CheckedRow {
    const place = placeOf(row);
    const verdict = this.#options.checker.check(row);
    if (isProblem(verdict)) return { ...place, verdict: 'never', fate: 'rejected', ...verdict };
    const callId = this.#options.identity.callId(this.#options.campaign.id, verdict.dedupeKey);
    if (this.#filter.add(callId)) return { ...place, verdict: 'never', fate: 'duplicate' };
    this.#callable += 1;
    const { call, passedOver } = verdict;
    const { phoneColumn } = call;
    return {
      ...place,
      callId,
      call,
      ...(phoneColumn !== undefined && { phoneColumn }),
      ...(passedOver !== undefined && { passedOver }),
    };
  }

  async #foresee(rows: readonly CheckedRow[]): Promise<RowForesight[]> {
    const callable = rows.filter(isCallable);
    const [previews, suppressed] = await Promise.all([
      this.#options.known?.calls(callable.map(({ callId }) => callId)),
      this.#suppressed(callable),
    ]);
    let index = -1;
    const foreseen = rows.map((row) => {
      if (!isCallable(row)) return row;
      index += 1;
      return this.#foreseeCall(row, previews?.[index], suppressed[index] === true);
    });
    return await this.#withCaps(rows, foreseen);
  }

  /** Of each row whether one of its numbers is on the do-not-call list. */
  async #suppressed(rows: readonly CallableRow[]): Promise<boolean[]> {
    const numbers = rows.map(({ call: { to, otherNumbers = [] } }) => [to, ...otherNumbers]);
    const flags = (await this.#options.known?.suppressed(numbers.flat())) ?? [];
    let from = 0;
    return numbers.map(({ length }) => {
      from += length;
      return flags.slice(from - length, from).includes(true);
    });
  }

  async #withCaps(
    checked: readonly CheckedRow[],
    foreseen: readonly RowForesight[],
  ): Promise<RowForesight[]> {
    const questions = foreseen.flatMap(({ at, time }, index) => {
      const row = checked[index];
      if (at === undefined || time === undefined || row === undefined || !isCallable(row))
        return [];
      return time.caps.map((cap) => ({
        index,
        cap,
        number: row.call.to,
        since: at - cap.hours * HOUR_MS,
      }));
    });
    const placed = (await this.#options.known?.callsSince(questions)) ?? [];
    const reached = new Map<number, FrequencyCap>();
    for (const [place, { index, cap }] of questions.entries()) {
      if ((placed[place] ?? 0) >= cap.calls) reached.set(index, cap);
    }
    return foreseen.map((row, index) => {
      const cap = reached.get(index);
      return cap === undefined || row.time === undefined
        ? row
        : { ...placeIn(row), verdict: 'never', fate: 'capped', time: row.time, cap };
    });
  }

  #foreseeCall(
    row: CallableRow,
    preview: CallPreview | undefined,
    isSuppressed: boolean,
  ): RowForesight {
    const { call } = row;
    const place = placeIn(row);
    const time = this.#times.of(call);
    const never = { ...place, verdict: 'never', time } as const;
    if (preview !== undefined && preview.verdict !== 'queued') {
      const { verdict: fate, ...outcome } = preview;
      return { ...never, fate, ...outcome };
    }
    if (this.payloads.length < PAYLOADS_SHOWN) this.#keepPayload(call);
    if (isSuppressed) return { ...never, fate: 'suppressed' };
    const { now } = this.#options;
    const at = earliestAt(time, now);
    if (at !== undefined)
      return { ...place, verdict: at <= now ? 'now' : 'at', fate: 'queued', at, time };
    if (!isHopeless(time, now)) return { ...place, verdict: 'at', fate: 'queued', time };
    return { ...never, fate: time.expiresAt === undefined ? 'never_opens' : 'would_expire' };
  }

  #keepPayload(call: QueuedCall): void {
    const { campaign, checker } = this.#options;
    const line = call.from ?? campaign.fromPhoneNumber[0] ?? '';
    const made = payloadFor(campaign, call, checker.head.headings, line);
    if ('payload' in made) this.payloads.push(made.payload);
  }

  #count(row: RowForesight): void {
    this.counts.rows += 1;
    this.counts[COUNTED_AS[row.fate]] += 1;
    this.totals.add(row);
  }
}

function isCallable(row: CheckedRow): row is CallableRow {
  return 'callId' in row;
}

const COUNTED_AS = {
  queued: 'queued',
  suppressed: 'queued',
  capped: 'queued',
  would_expire: 'queued',
  never_opens: 'queued',
  already_queued: 'alreadyQueued',
  already_settled: 'alreadySettled',
  duplicate: 'duplicates',
  rejected: 'rejected',
} as const satisfies Record<RowFate, keyof LoadCounts>;

function placeIn(row: RowPlace & PhoneChoice): RowPlace & PhoneChoice {
  const { line, sheetRow, phoneColumn, passedOver } = row;
  return {
    row: row.row,
    line,
    sheetRow,
    ...(phoneColumn !== undefined && { phoneColumn }),
    ...(passedOver !== undefined && { passedOver }),
  };
}
