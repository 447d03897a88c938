import type { DedupeBy } from '@libby-dialer/dialing';
import type { IdentifiedCall } from '../jobs/call-job.ts';
import type { CallName, CallNameKind, Identity } from '../people/identity.ts';
import { isCallId, nameBucketOf, nameBuckets } from '../people/identity.ts';
import type { Keys } from '../redis/keys.ts';
import { hashSteps, stepsOf } from '../redis/paging.ts';
import type { RedisConnection } from '../redis/redis-connection.ts';
import { repliesOf } from '../redis/replies.ts';
import { Script } from '../redis/script.ts';
import { rows, text } from '../redis/script-inputs.ts';

const BUCKETS_PER_STEP = 512;
const FIELDS_PER_STEP = 1000;

/** Before the id in the field that says whose it is: no hash of a name begins like this. */
const OWNER = ':';

/** What a call can be found by, apart from its id. */
type Named = Pick<IdentifiedCall['call'], 'to' | 'externalId' | 'otherNumbers'>;

/** A call that an index leads to. */
export interface NamedCall {
  readonly callId: string;
  /** The name is another number of its row, which is not dialed. */
  readonly isOther: boolean;
}

/**
 * An index for each campaign: from numbers and externalIds, as keyed hashes, to the ids of its
 * calls. What a campaign dedupes by is left out, because the id can be computed from it. An entry
 * for another number of a row has more of its hash: once the call has ended, nothing else tells
 * whose it is. If the sender's key made the id, the index also has the number that the id stands
 * for.
 */
export class CallNames {
  static readonly #take = new Script({
    lua: new URL('./take-ids.lua', import.meta.url),
    shared: ['ledger', 'load-verdict'],
    keys: ['ledger', '...buckets'],
    args: { queue: text, calls: rows({ callId: text, field: text, number: text }) },
    answer: (letters: string) => Array.from(letters, (letter) => letter === 'y'),
  });
  readonly #redis: RedisConnection;
  readonly #keys: Keys;

  constructor(redis: RedisConnection, keys: Keys) {
    this.#redis = redis;
    this.#keys = keys;
  }

  /** Whether each call's id is noted under the number that the call is to. */
  async areNoted(
    identity: Identity,
    campaign: string,
    calls: readonly IdentifiedCall[],
  ): Promise<boolean[]> {
    const pipeline = this.#redis.pipeline();
    for (const { callId, call } of calls) {
      const { bucket, hash } = identity.callName('phone', call.to);
      pipeline.hexists(this.#bucket(campaign, bucket), fieldOf(hash, callId));
    }
    return (await repliesOf(pipeline)).map((reply) => reply === 1);
  }

  /**
   * Whether each call's id stands for its number. A new id stands for the number that comes first:
   * if several come at once, one step in Redis decides for good.
   */
  async take(
    identity: Identity,
    campaign: string,
    calls: readonly IdentifiedCall[],
  ): Promise<boolean[]> {
    const { ledger } = this.#keys.campaign(campaign);
    const buckets = calls.map(({ callId }) => this.#ownerBucket(campaign, callId));
    const taken = calls.map(({ callId, call }) => {
      const { bucket, check } = identity.callName('phone', call.to);
      return { callId, field: fieldOf(OWNER, callId), number: bucket + check };
    });
    const queue = this.#keys.queue(campaign);
    return await CallNames.#take.run(this.#redis, { ledger, buckets }, { queue, calls: taken });
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
    await this.#redis.hdel(this.#ownerBucket(campaign, callId), fieldOf(OWNER, callId));
  }

  /**
   * The same if nobody knows any more under which names the call is noted: searches the whole
   * campaign.
   */
  async forgetCall(campaign: string, callId: string): Promise<void> {
    if (!isCallId(callId)) return;
    const keys = nameBuckets().map((bucket) => this.#bucket(campaign, bucket));
    for (const step of stepsOf(keys, BUCKETS_PER_STEP))
      await Promise.all(step.map((key) => this.#forgetIn(key, callId)));
  }

  /** Takes all of an archived campaign out. */
  async remove(campaign: string): Promise<void> {
    const keys = nameBuckets().map((bucket) => this.#bucket(campaign, bucket));
    for (const step of stepsOf(keys, BUCKETS_PER_STEP)) await this.#redis.unlink(...step);
  }

  async #forgetIn(key: string, callId: string): Promise<void> {
    const pattern = fieldOf('*', callId);
    for await (const fields of hashSteps(this.#redis, key, FIELDS_PER_STEP, pattern))
      await this.#redis.hdel(key, ...fields.map(([field]) => field));
  }

  #ownerBucket(campaign: string, callId: string): string {
    return this.#bucket(campaign, nameBucketOf(callId));
  }

  #bucket(campaign: string, bucket: string): string {
    return `${this.#keys.campaign(campaign).names}:${bucket}`;
  }
}

/**
 * What is to be noted of a call as it is queued, as `add-calls.lua` takes it.
 * @param dedupeBy undefined where it is not known
 */
export function namesToNote(
  identity: Identity,
  dedupeBy: DedupeBy | undefined,
  { callId, call }: IdentifiedCall,
): string {
  let text = '';
  for (const { kind, text: name, isOther } of namesOf(call)) {
    if (kind === dedupeBy && !isOther) continue;
    const { bucket, hash, check } = identity.callName(kind, name);
    text += `${bucket} ${fieldOf(hash, callId)} ${isOther ? check : ''};`;
  }
  return text;
}

/** The calls of that name, from the content of its bucket. */
export function callsNamed(
  { hash, check }: CallName,
  fields: Readonly<Record<string, string>>,
): NamedCall[] {
  return Object.entries(fields)
    .filter(([field, beside]) => field.startsWith(hash) && (beside === '' || beside === check))
    .map(([field, beside]) => ({
      callId: `c${field.slice(hash.length)}`,
      isOther: beside !== '',
    }));
}

function fieldOf(hash: string, callId: string): string {
  return hash + callId.slice(1);
}

interface Name {
  readonly kind: CallNameKind;
  readonly text: string;
  readonly isOther: boolean;
}

function namesOf({ to, externalId, otherNumbers = [] }: Partial<Named>): Name[] {
  const names: Name[] = otherNumbers.map((text) => ({ kind: 'phone', text, isOther: true }));
  if (to !== undefined) names.push({ kind: 'phone', text: to, isOther: false });
  if (externalId !== undefined)
    names.push({ kind: 'externalId', text: externalId, isOther: false });
  return names;
}
