import { Latest } from './latest.ts';
import type { Fault } from './script.ts';

/** One request to `/outbound` that named a number, whatever came of it. */
export interface CallRecord {
  /** When it had arrived whole: milliseconds since 1970, with fractions, never going back. */
  readonly atMs: number;
  readonly toPhoneNumber: string;
  readonly fromPhoneNumber: string | null;
  /** Its ordinal among the requests for this number, from 1. */
  readonly nth: number;
  /** The status answered, or the fault that took its place. */
  readonly answer: number | Fault;
  /** Whether the provider took the call: the phone rang. */
  readonly taken: boolean;
  /** The body, word for word; null once `keepPayloads` later ones have come. */
  payload: string | null;
}

/** A call as `GET /calls` shows it. */
export interface ReportedCall extends Omit<CallRecord, 'payload'> {
  /** `atMs` as ISO 8601, UTC. */
  readonly at: string;
  readonly payload: unknown;
}

export interface CallsReport {
  readonly calls: ReportedCall[];
  /** Calls taken per number; a number with none is absent. */
  readonly byNumber: Record<string, number>;
}

export interface CallCounts {
  /** Requests to `/outbound` that named a number. */
  readonly requests: number;
  readonly taken: number;
  readonly numbersTaken: number;
  /** Numbers of which more than one call was taken. */
  readonly numbersTakenAgain: number;
  /** Requests per answer (a status or a fault). */
  readonly answers: Record<string, number>;
}

export interface CallLogLimits {
  /** Of how many of the latest requests a record is kept. Counts are of all. */
  readonly keepCalls: number;
  /** Of how many of these the payload is kept too. */
  readonly keepPayloads: number;
}

const LINES_PER_CHUNK = 1000;

/** The ground truth: what was asked, and which calls were taken. */
export class CallLog {
  readonly #records: Latest<CallRecord>;
  readonly #withPayload: Latest<CallRecord>;
  readonly #byNumber = new Map<string, { requests: number; taken: number }>();
  readonly #answers = new Map<number | Fault, number>();
  #requests = 0;
  #taken = 0;
  #numbersTaken = 0;
  #numbersTakenAgain = 0;

  constructor({ keepCalls, keepPayloads }: CallLogLimits) {
    this.#records = new Latest(keepCalls);
    this.#withPayload = new Latest(keepPayloads);
  }

  /** The number of the next request for this number. */
  nextNth(toPhoneNumber: string): number {
    return (this.#byNumber.get(toPhoneNumber)?.requests ?? 0) + 1;
  }

  add(record: CallRecord): void {
    this.#count(record);
    this.#records.add(record);
    const evicted = this.#withPayload.add(record);
    if (evicted) evicted.payload = null;
  }

  counts(): CallCounts {
    return {
      requests: this.#requests,
      taken: this.#taken,
      numbersTaken: this.#numbersTaken,
      numbersTakenAgain: this.#numbersTakenAgain,
      answers: Object.fromEntries(this.#answers),
    };
  }

  report(): CallsReport {
    const calls = this.#records.toArray().map((record) => ({
      ...record,
      at: new Date(record.atMs).toISOString(),
      payload: record.payload === null ? null : (JSON.parse(record.payload) as unknown),
    }));
    return { calls, byNumber: Object.fromEntries(this.#takenByNumber()) };
  }

  /** The report as JSON in pieces: a million calls are more than one string should hold. */
  *reportJson(parts: { readonly calls: boolean; readonly payloads: boolean }): Generator<string> {
    yield '{"calls":[';
    if (parts.calls)
      yield* inChunks(this.#records.toArray(), (record) => recordJson(record, parts.payloads));
    yield '],"byNumber":{';
    yield* inChunks(
      this.#takenByNumber(),
      ([number, taken]) => `${JSON.stringify(number)}:${taken}`,
    );
    yield '}}\n';
  }

  *#takenByNumber(): Generator<[string, number]> {
    for (const [number, { taken }] of this.#byNumber) if (taken > 0) yield [number, taken];
  }

  #count({ toPhoneNumber, answer, taken }: CallRecord): void {
    const count = this.#byNumber.get(toPhoneNumber) ?? { requests: 0, taken: 0 };
    if (count.requests === 0) this.#byNumber.set(toPhoneNumber, count);
    count.requests += 1;
    this.#requests += 1;
    this.#answers.set(answer, (this.#answers.get(answer) ?? 0) + 1);
    if (!taken) return;
    count.taken += 1;
    this.#taken += 1;
    if (count.taken === 1) this.#numbersTaken += 1;
    if (count.taken === 2) this.#numbersTakenAgain += 1;
  }
}

/** One record as JSON. The payload was JSON when it came and is put in as it was. */
export function recordJson(record: CallRecord, withPayload = true): string {
  const { atMs, payload, ...rest } = record;
  const head = JSON.stringify({ at: new Date(atMs).toISOString(), atMs, ...rest });
  return withPayload ? `${head.slice(0, -1)},"payload":${payload}}` : head;
}

function* inChunks<T>(items: Iterable<T>, toJson: (item: T) => string): Generator<string> {
  let chunk: string[] = [];
  let separator = '';
  for (const item of items) {
    chunk.push(toJson(item));
    if (chunk.length < LINES_PER_CHUNK) continue;
    yield separator + chunk.join(',\n');
    separator = ',\n';
    chunk = [];
  }
  if (chunk.length > 0) yield separator + chunk.join(',\n');
}
