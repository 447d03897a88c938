import {
  CallInFlightError,
  type Erasure,
  ErasureIncompleteError,
  type Survey,
} from '@libby-dialer/dial-queue';
import { DialerError, formatDuration } from '@libby-dialer/runtime';
import { decide } from '../audit/decide.ts';
import type { Context } from '../context.ts';
import { areSuppressed } from './do-not-call.ts';

export interface ErasedPerson extends Erasure {
  /** Otherwise other campaigns may still call the number. */
  readonly isSuppressed: boolean;
}

/** What erasing would remove. Throws as `erasePerson` does. */
export async function surveyPerson(
  context: Context,
  number: string,
  signal: AbortSignal,
): Promise<Survey> {
  const { eraser } = context.queue;
  return await explaining(context, (at) => eraser.survey(number, at, signal));
}

/**
 * Removes a person's data from inbox, queues, ledger and results; what waits is not called. The
 * do-not-call list stays. Throws `DialerError` (`in_flight`, `erasure_incomplete`).
 * @param number in E.164 form
 */
export async function erasePerson(
  context: Context,
  number: string,
  signal: AbortSignal,
): Promise<ErasedPerson> {
  const { eraser } = context.queue;
  const { member: person } = (await context.queue.identity()).person(number);
  const decision = { action: 'person.erase', details: { person } } as const;
  const erasure = await decide(context, decision, async (did) => {
    const erased = await explaining(context, (at) => eraser.erase(number, { at, signal }));
    did({ ...erased });
    return erased;
  });
  const [isSuppressed = false] = await areSuppressed(context, [number]);
  return { ...erasure, isSuppressed };
}

/** @param work is given Redis's clock */
async function explaining<T>(context: Context, work: (at: number) => Promise<T>): Promise<T> {
  const at = await context.now();
  try {
    return await work(at);
  } catch (error) {
    if (error instanceof CallInFlightError) {
      const message = `A call to this number is in flight; try again in ${formatDuration(error.until - at + 1000)}.`;
      throw new DialerError(error.code, message, { kind: 'conflict', cause: error });
    }
    if (error instanceof ErasureIncompleteError) {
      const message = 'Data of this number keep coming in; stop what loads it, and erase it again.';
      throw new DialerError(error.code, message, { kind: 'conflict', cause: error });
    }
    throw error;
  }
}
