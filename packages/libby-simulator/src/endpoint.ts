import type { Answer } from './answer.ts';
import type { CallRecord } from './call-log.ts';
import type { Fault } from './script.ts';

/** A request that arrived whole. */
export interface ReceivedRequest {
  readonly contentType: string | undefined;
  readonly authorization: string | undefined;
  readonly body: string;
}

export interface Reply {
  readonly answer: Answer;
  /** How the network spoils the answer, if it does. */
  readonly fault: Fault | undefined;
  /** The script's latency for this request; undefined leaves it to the simulator's own. */
  readonly latencyMs: number | undefined;
  /** What goes into the truth file before anything is answered. */
  readonly record?: CallRecord;
}

export interface Endpoint {
  receive(request: ReceivedRequest): Reply;
}
