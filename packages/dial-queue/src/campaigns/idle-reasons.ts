import type { Campaign } from '@libby-dialer/dialing';
import { Cluster } from 'ioredis';
import { instantOfScore } from '../jobs/delayed-score.ts';
import type { Keys } from '../redis/keys.ts';
import type { RedisConnection } from '../redis/redis-connection.ts';
import { repliesOf } from '../redis/replies.ts';

/** Reasons why nothing may go out other than holds, pauses and hours. */
export interface IdleReason {
  /** How many workers listen for work; undefined if Redis does not tell. */
  readonly workers: number | undefined;
  /** Epoch ms: when the first line has room for a call; undefined if one has room now. */
  readonly linesFullUntil: number | undefined;
  /** Epoch ms: when the first call that waits by itself comes up; undefined if none does. */
  readonly nextCallAt?: number | undefined;
}

/** Reads what the gate and the workers would say, without asking for a call. */
export class IdleReasons {
  readonly #redis: RedisConnection;
  readonly #keys: Keys;

  constructor(redis: RedisConnection, keys: Keys) {
    this.#redis = redis;
    this.#keys = keys;
  }

  /**
   * Each worker subscribes once to the announcements. A node of a cluster knows only its own
   * subscribers, and a user may not be allowed to ask: then the number is unknown.
   */
  async workers(): Promise<number | undefined> {
    if (this.#redis instanceof Cluster) return undefined;
    const reply = await this.#redis
      .pubsub('NUMSUB', this.#keys.announcements)
      .catch(() => undefined);
    return reply === undefined ? undefined : Number(reply[1]);
  }

  /** @param now epoch ms of Redis's clock */
  async linesFullUntil(
    { lines, fromPhoneNumber }: LinesOf,
    now: number,
  ): Promise<number | undefined> {
    if (lines === undefined) return undefined;
    const { maxConcurrentCalls, assumedCallSeconds } = lines;
    const pipeline = this.#redis.pipeline();
    for (const line of fromPhoneNumber) {
      // The call whose end frees a place; missing while the line has room.
      const place = [maxConcurrentCalls - 1, 1] as const;
      pipeline.zrange(
        `${this.#keys.lines}:${line}`,
        '+inf',
        `(${now}`,
        'BYSCORE',
        'REV',
        'LIMIT',
        ...place,
        'WITHSCORES',
      );
    }
    const ends = (await repliesOf(pipeline)).map((reply) => {
      const [, score] = reply as [string?, string?];
      return score === undefined
        ? undefined
        : Math.min(Number(score), now + assumedCallSeconds * 1000);
    });
    return ends.includes(undefined) ? undefined : Math.min(...(ends as number[]));
  }

  /**
   * Looks at delayed calls: they wait for their hour, for room on their line, or to be tried again.
   */
  async nextCallAt(campaign: string): Promise<number | undefined> {
    const [, score] = await this.#redis.zrange(
      `${this.#keys.queue(campaign)}delayed`,
      '0',
      '0',
      'WITHSCORES',
    );
    return score === undefined ? undefined : instantOfScore(score);
  }
}

type LinesOf = Pick<Campaign, 'lines' | 'fromPhoneNumber'>;
