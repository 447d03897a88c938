import { moveToFinished } from 'bullmq/dist/esm/scripts/moveToFinished-14.js';
import { bullFunction } from './bull-function.ts';

/** A job that a worker has in hand. It is completed in the step that settles its call. */
export interface JobInHand {
  /** Of its lock. */
  readonly token: string;
  /** For how long the next job is locked. */
  readonly lockMs: number;
  /** Epoch ms by the worker's own clock, which BullMQ uses. */
  readonly at: number;
  /** Whether the worker takes the next job with it. */
  readonly takesNext: boolean;
}

/** As BullMQ's `moveToFinished` answers: 0, or the next job's data, its id, and two delays. */
export type CompletedJob = 0 | unknown[];

/** The Lua of BullMQ's script that completes a job. */
export const MOVE_TO_FINISHED = bullFunction('move_to_finished', moveToFinished);
