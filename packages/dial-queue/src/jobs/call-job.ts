import { type QueuedCall, queuedCallSchema } from '@libby-dialer/dialing';
import type { Identity } from '../people/identity.ts';
import type { RedisConnection } from '../redis/redis-connection.ts';

/** A call to be queued, under its deterministic id. */
export interface IdentifiedCall {
  readonly callId: string;
  readonly call: QueuedCall;
}

/** What the queue keeps of a job, whoever put it there. */
export interface QueuedJob {
  /** The job's id; that of its call, if it is one of ours. */
  readonly callId: string;
  readonly name: string;
  /** As JSON was read; the text itself where it is none. */
  readonly data: unknown;
  /** Epoch ms. */
  readonly queuedAt: number;
}

/**
 * Why a job is not taken for a call of ours. `unsealed`: from before there were seals, or by
 * another program. `altered`: a copy of one of ours, or changed since it was queued. `unreadable`:
 * no call that this version knows.
 */
export type Refusal = 'unsealed' | 'altered' | 'unreadable';

/** The name that jobs had before there were seals. */
const UNSEALED_NAME = 'call';

/** A call's job, as it is to be queued. */
export interface CallJob {
  readonly callId: string;
  /** Its seal. */
  readonly name: string;
  /** The call as JSON. */
  readonly data: string;
}

/**
 * The one place where jobs are made. A job's name is its seal: a short MAC over campaign, id and
 * data, so that a copy under another id, in another queue, or with another number is told from the
 * job itself. What becomes of a call is in the ledger; BullMQ's own attempts and retention play no
 * part.
 */
export function jobOf(
  identity: Identity,
  campaign: string,
  { callId, call }: IdentifiedCall,
): CallJob {
  const data = JSON.stringify(call);
  return { callId, name: identity.seal(campaign, callId, data), data };
}

/** The one place where jobs are believed. */
export function callOf(identity: Identity, campaign: string, job: QueuedJob): QueuedCall | Refusal {
  const call = readCall(job.data);
  if (call === undefined) return 'unreadable';
  if (identity.seal(campaign, job.callId, JSON.stringify(job.data)) === job.name) return call;
  return job.name === UNSEALED_NAME ? 'unsealed' : 'altered';
}

/**
 * What a job says, believed or not. Never an error, which would carry a name or a number into a
 * log.
 */
export function readCall(data: unknown): QueuedCall | undefined {
  return queuedCallSchema.safeParse(data).data;
}

/**
 * A job as it stands in Redis; undefined if there is none. BullMQ's own reading throws where the
 * data are no JSON.
 */
export async function readJob(
  redis: RedisConnection,
  queue: string,
  callId: string,
): Promise<QueuedJob | undefined> {
  const [name, data, queuedAt] = await redis.hmget(
    `${queue}${callId}`,
    'name',
    'data',
    'timestamp',
  );
  if (data === null || data === undefined) return undefined;
  return { callId, name: name ?? '', data: readData(data), queuedAt: Number(queuedAt) || 0 };
}

/** A job's data as they stand in Redis; the text itself where it is no JSON. */
export function readData(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}
