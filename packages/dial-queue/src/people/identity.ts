import { createHash, hash, randomBytes } from 'node:crypto';
import type { Keys } from '../redis/keys.ts';
import type { RedisConnection } from '../redis/redis-connection.ts';

const BLOCK_BYTES = 64;
/** Of the bytes of a short message, written behind the inner block. */
const SHORT_MESSAGE_BYTES = 8 * 1024;
/** In UTF-8, of a unit of UTF-16. */
const MOST_BYTES_OF_A_UNIT = 3;
/** Of base64url: 15 bytes. */
const CALL_ID_LENGTH = 20;
const CALL_ID = /^c[\w-]{20}$/;
/**
 * Protects against accidents, not against somebody who can read the key. Of this length it adds no
 * more than 8 bytes to a queued call.
 */
const SEAL_BYTES = 10;

/**
 * How many characters of base64url name a person's set: 262,144 sets. Redis keeps a set of integers
 * packed, at 8 bytes each, up to 512 members (`set-max-intset-entries`). With so many sets that is
 * enough for a hundred million people, and a set of some forty, as ten million make, has no more
 * than 1.5 bytes of overhead for each.
 */
const BUCKET_LENGTH = 3;
const BASE64URL = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';

/** A person as the do-not-call list knows them: a set and a member of it, never the number. */
export interface Person {
  readonly bucket: string;
  /** A signed 64-bit integer in decimal, the form Redis packs tightest. */
  readonly member: string;
}

/**
 * How many characters of base64url name one of 4,096 hashes of a campaign. Redis packs a hash of up
 * to 512 fields tightest, so a name costs some 35 bytes in a campaign of up to two million calls,
 * and 90 in a larger one.
 */
const NAME_BUCKET_LENGTH = 2;
/** 36 bits with the bucket. If two names share them, that is noticed when the call is read. */
const NAME_HASH_LENGTH = 4;
/** How many more are kept if nothing read later would tell two names apart. */
const NAME_CHECK_LENGTH = 8;

/** What a call may be found by. */
export type CallNameKind = 'phone' | 'externalId';

/** A number or externalId, as a campaign's index of its calls knows it: by a keyed hash. */
export interface CallName {
  readonly bucket: string;
  readonly hash: string;
  /** Together with the others it is unique to a name. */
  readonly check: string;
}

/**
 * Deterministic ids under a key that lives in Redis: the same row is the same call for every
 * producer and for ever, and nobody who sees an id can tell the number. HMAC-SHA-256 (RFC 2104) by
 * one-shot hashes, at a tenth of createHmac's cost.
 */
export class Identity {
  #blocks: Blocks;

  constructor(key: Buffer) {
    this.#blocks = blocksOf(key);
  }

  /**
   * The key is made by whoever comes first and never changes: a new one would make every call a new
   * call.
   */
  static async load(redis: RedisConnection, keys: Keys): Promise<Identity> {
    const known = await Identity.peek(redis, keys);
    // A full Redis refuses every SET, also one that would change nothing.
    if (known !== undefined) return known;
    await redis.set(keys.identityKey, randomBytes(32).toString('hex'), 'NX');
    const identity = await Identity.peek(redis, keys);
    if (identity === undefined)
      throw new Error('the identity key vanished from Redis while it was read');
    return identity;
  }

  /**
   * Takes up the key that Redis has now: one that lost all its data has got another, by which
   * others keep the do-not-call list.
   */
  async reload(redis: RedisConnection, keys: Keys): Promise<void> {
    this.#blocks = (await Identity.load(redis, keys)).#blocks;
  }

  /**
   * For those who only read: undefined as long as nobody has made the key, and so nothing can be
   * there yet.
   */
  static async peek(redis: RedisConnection, keys: Keys): Promise<Identity | undefined> {
    const key = await redis.get(keys.identityKey);
    return key === null ? undefined : new Identity(Buffer.from(key, 'hex'));
  }

  /** A call's id: never all digits and without a colon, as BullMQ wants its job ids. */
  callId(campaign: string, dedupeKey: string): string {
    return `c${this.#mac(`call\0${campaign}\0${dedupeKey}`).slice(0, CALL_ID_LENGTH)}`;
  }

  /** Tells that a job is one of ours, unchanged and in its place. @param data its data, as JSON */
  seal(campaign: string, callId: string, data: string): string {
    const mac = this.#mac(`job\0${campaign}\0${callId}\0${data}`);
    return Buffer.from(mac, 'base64url').toString('base64url', 0, SEAL_BYTES);
  }

  /** What a call is found by, beside its id: never the number or the key itself. */
  callName(kind: CallNameKind, text: string): CallName {
    const mac = this.#mac(`name\0${kind}\0${text}`);
    const check = mac.slice(NAME_BUCKET_LENGTH, NAME_BUCKET_LENGTH + NAME_CHECK_LENGTH);
    return { bucket: mac.slice(0, NAME_BUCKET_LENGTH), hash: mac.slice(-NAME_HASH_LENGTH), check };
  }

  person(toPhoneNumber: string): Person {
    const mac = Buffer.from(this.#mac(`person\0${toPhoneNumber}`), 'base64url');
    const bucket = mac.toString('base64url', 0, 3).slice(0, BUCKET_LENGTH);
    return { bucket, member: mac.readBigInt64BE(3).toString() };
  }

  /** In base64url. */
  #mac(message: string): string {
    const { outer } = this.#blocks;
    // As text: a buffer for each hash would be garbage outside of the heap.
    outer.write(hash('sha256', this.#withInner(message), 'binary'), BLOCK_BYTES, 'binary');
    return hash('sha256', outer, 'base64url');
  }

  /** Good until the next one. */
  #withInner(message: string): Buffer {
    const { inner } = this.#blocks;
    const isShort = message.length * MOST_BYTES_OF_A_UNIT <= inner.length - BLOCK_BYTES;
    return isShort
      ? inner.subarray(0, BLOCK_BYTES + inner.write(message, BLOCK_BYTES))
      : Buffer.concat([inner.subarray(0, BLOCK_BYTES), Buffer.from(message)]);
  }
}

/** Whether this may be the id of a call; a copy that somebody made of a job has another. */
export function isCallId(id: string): boolean {
  return CALL_ID.test(id);
}

/** Every bucket that a person can be in. */
export function personBuckets(): string[] {
  return bucketsOf(BUCKET_LENGTH);
}

/** Every bucket that the name of a call can be in. */
export function nameBuckets(): string[] {
  return bucketsOf(NAME_BUCKET_LENGTH);
}

/** The one for what is noted of a call by its id. */
export function nameBucketOf(callId: string): string {
  return callId.slice(1, 1 + NAME_BUCKET_LENGTH);
}

function bucketsOf(characters: number): string[] {
  let buckets = [''];
  for (let length = 0; length < characters; length += 1) {
    buckets = buckets.flatMap((start) => Array.from(BASE64URL, (next) => start + next));
  }
  return buckets;
}

/** What stands before the message, with room for it, and what stands before its hash. */
interface Blocks {
  readonly inner: Buffer;
  readonly outer: Buffer;
}

function blocksOf(key: Buffer): Blocks {
  const block = Buffer.alloc(BLOCK_BYTES);
  (key.length > BLOCK_BYTES ? createHash('sha256').update(key).digest() : key).copy(block);
  const outer = Buffer.concat([block.map((byte) => byte ^ 0x5c), Buffer.alloc(32)]);
  const room = Buffer.alloc(SHORT_MESSAGE_BYTES);
  return { inner: Buffer.concat([block.map((byte) => byte ^ 0x36), room]), outer };
}
