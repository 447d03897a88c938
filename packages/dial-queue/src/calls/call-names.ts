import type { DedupeBy } from '@libby-dialer/dialing';
import type { IdentifiedCall } from '../jobs/call-job.ts';
import type { CallName, CallNameKind, Identity } from '../people/identity.ts';
import { nameBuckets } from '../people/identity.ts';
import type { Keys } from '../redis/keys.ts';
import type { RedisConnection } from '../redis/redis-connection.ts';
import { repliesOf } from '../redis/replies.ts';

const BUCKETS_PER_STEP = 512;

/** What a call can be looked for by, beside its id. */
type Named = Pick<IdentifiedCall['call'], 'to' | 'externalId'>;

/**
 * An index for each campaign from numbers and externalIds, as keyed hashes, to the ids of its
 * calls. What a campaign dedupes by is not in it: from that an id can be computed.
 */
export class CallNames {
  readonly #redis: RedisConnection;
  readonly #keys: Keys;

  constructor(redis: RedisConnection, keys: Keys) {
    this.#redis = redis;
    this.#keys = keys;
  }

  /**
   * To be done before the calls are queued, so that none waits that cannot be found. Safe to
   * repeat.
   * @param dedupeBy undefined where it is not known
   */
  async note(
    identity: Identity,
    campaign: string,
    dedupeBy: DedupeBy | undefined,
    calls: readonly IdentifiedCall[],
  ): Promise<void> {
    const pipeline = this.#redis.pipeline();
    for (const { callId, call } of calls) {
      for (const { kind, text } of namesOf(call)) {
        if (kind === dedupeBy) continue;
        const { bucket, hash } = identity.callName(kind, text);
        pipeline.hset(this.#bucket(campaign, bucket), fieldOf(hash, callId), '');
      }
    }
    if (pipeline.length > 0) await repliesOf(pipeline);
  }

  /** The key of a bucket, to be read by whoever looks for a name. */
  bucketOf(campaign: string, { bucket }: CallName): string {
    return this.#bucket(campaign, bucket);
  }

  /** Takes an erased person's call out. */
  async forget(
    identity: Identity,
    campaign: string,
    callId: string,
    names: Partial<Named>,
  ): Promise<void> {
    for (const { kind, text } of namesOf(names)) {
      const { bucket, hash } = identity.callName(kind, text);
      await this.#redis.hdel(this.#bucket(campaign, bucket), fieldOf(hash, callId));
    }
  }

  /** Takes all of an archived campaign out. */
  async remove(campaign: string): Promise<void> {
    const keys = nameBuckets().map((bucket) => this.#bucket(campaign, bucket));
    for (let from = 0; from < keys.length; from += BUCKETS_PER_STEP)
      await this.#redis.unlink(...keys.slice(from, from + BUCKETS_PER_STEP));
  }

  #bucket(campaign: string, bucket: string): string {
    return `${this.#keys.campaign(campaign).names}:${bucket}`;
  }
}

/** The ids of the calls of that name, by the fields of its bucket. */
export function callIdsOf({ hash }: CallName, fields: readonly string[]): string[] {
  return fields
    .filter((field) => field.startsWith(hash))
    .map((field) => `c${field.slice(hash.length)}`);
}

function fieldOf(hash: string, callId: string): string {
  return hash + callId.slice(1);
}

function namesOf({ to, externalId }: Partial<Named>): { kind: CallNameKind; text: string }[] {
  return [
    ...(to === undefined ? [] : [{ kind: 'phone', text: to } as const]),
    ...(externalId === undefined ? [] : [{ kind: 'externalId', text: externalId } as const]),
  ];
}
