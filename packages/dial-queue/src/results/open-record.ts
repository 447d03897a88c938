/** Stands as the worker in the result of a call that a person decided on. */
export const PERSON = 'enqueuer';

/** A result record as JSON, open at its end: only the script that writes it knows the revision. */
export function openRecord(record: object): string {
  return JSON.stringify(record).slice(0, -1);
}
