import type { QueuedCall } from '@libby-dialer/dialing';
import type { Keys } from '../redis/keys.ts';
import type { RedisConnection } from '../redis/redis-connection.ts';
import { repliesOf } from '../redis/replies.ts';
import { readCall, readData } from './call-job.ts';

/** Where BullMQ keeps the jobs that wait, and how such a key is measured and read. */
const WAITING = [
  { name: 'wait', measure: 'llen', read: 'lrange' },
  { name: 'paused', measure: 'llen', read: 'lrange' },
  { name: 'prioritized', measure: 'zcard', read: 'zrange' },
  { name: 'delayed', measure: 'zcard', read: 'zrange' },
] as const;

/** Redis walks a list to each place that is read, so neighbours cost nothing more. */
const BLOCK_CALLS = 10;

/**
 * A sample of a campaign's waiting calls, spread evenly over its queue. Nothing in Redis counts
 * calls by zone, so the mix of zones is estimated from this. If the queue is no longer than the
 * sample, it is all of them.
 */
export class PendingSample {
  readonly #redis: RedisConnection;
  readonly #keys: Keys;

  constructor(redis: RedisConnection, keys: Keys) {
    this.#redis = redis;
    this.#keys = keys;
  }

  async read(campaign: string, size: number): Promise<QueuedCall[]> {
    const queue = this.#keys.queue(campaign);
    const lengths = (
      await this.#send(WAITING.map(({ name, measure }) => [measure, `${queue}${name}`]))
    ).map(Number);
    const total = lengths.reduce((sum, length) => sum + length, 0);
    const reads = WAITING.flatMap(({ name, read }, index) => {
      const length = lengths[index] ?? 0;
      const share = total <= size ? length : Math.ceil((size * length) / total);
      return blocksOf(length, share).map(
        ([from, to]) => [read, `${queue}${name}`, from, to] as const,
      );
    });
    const callIds = ((await this.#send(reads)) as string[][]).flat();
    const data = await this.#send(callIds.map((callId) => ['hget', `${queue}${callId}`, 'data']));
    return data.flatMap((json) => callOf(json) ?? []);
  }

  async #send(
    commands: readonly (readonly [string, ...(string | number)[]])[],
  ): Promise<unknown[]> {
    if (commands.length === 0) return [];
    const pipeline = this.#redis.pipeline();
    for (const [command, ...args] of commands) pipeline.call(command, ...args);
    return await repliesOf(pipeline);
  }
}

/** Places, first and last, of about `share` of so many; spread evenly. */
function blocksOf(length: number, share: number): [from: number, to: number][] {
  if (share >= length) return length === 0 ? [] : [[0, length - 1]];
  const blocks = Math.ceil(share / BLOCK_CALLS);
  const size = Math.ceil(share / blocks);
  return Array.from({ length: blocks }, (_, index) => {
    const from = Math.floor((index * length) / blocks);
    return [from, Math.min(from + size, length) - 1];
  });
}

/** A job may have gone since it was listed. */
function callOf(json: unknown): QueuedCall | undefined {
  return typeof json === 'string' ? readCall(readData(json)) : undefined;
}
