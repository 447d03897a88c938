/**
 * A push that did not go through, or not all of it. `code` is stable. `pushed` holds the stream ids
 * of the records before the one that it is about: these are in the inbox.
 */
export abstract class ProducerError extends Error {
  abstract readonly code: 'invalid_record' | 'inbox_full' | 'inbox_unavailable';
  readonly pushed: readonly string[];

  constructor(message: string, pushed: readonly string[], options?: ErrorOptions) {
    super(message, options);
    this.name = new.target.name;
    this.pushed = pushed;
  }
}

/** The record is not one: nothing was sent. The message names the field, never what it holds. */
export class InvalidRecordError extends ProducerError {
  override readonly code = 'invalid_record';
  /** Its place among the records given, from 0. */
  readonly index: number;

  constructor(index: number, problem: string) {
    super(`record ${index}: ${problem}`, []);
    this.index = index;
  }
}

/** More waits in the inbox than the producer was told to allow: push again later. */
export class InboxFullError extends ProducerError {
  override readonly code = 'inbox_full';
  readonly waiting: number;

  constructor(waiting: number, pushed: readonly string[]) {
    super(`${waiting} entries wait in the inbox`, pushed);
    this.waiting = waiting;
  }
}

/**
 * Redis is away or refuses; `cause` says why. Those of the records not in `pushed` that were under
 * way may be in the inbox as well: pushing them again is harmless, unless the campaign's `dedupeBy`
 * is `row`.
 */
export class InboxUnavailableError extends ProducerError {
  override readonly code = 'inbox_unavailable';

  constructor(pushed: readonly string[], cause: unknown) {
    super('the inbox cannot be reached', pushed, { cause });
  }
}
