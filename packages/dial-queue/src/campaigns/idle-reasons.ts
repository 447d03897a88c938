import type { Campaign } from '@libby-dialer/dialing';
import { Cluster } from 'ioredis';
import { instantOfScore } from '../jobs/delayed-score.ts';
import type { Keys } from '../redis/keys.ts';
import type { RedisConnection } from '../redis/redis-connection.ts';
import { repliesOf } from '../redis/replies.ts';

/** Why nothing may go out that no hold, pause or hour tells of. */
export interface IdleReason {
  /** How many workers listen for work; undefined where Redis does not tell. */
  readonly workers: number | undefined;
  /** Epoch ms: when the first line has room for a call; undefined while there is one that has. */
  readonly linesFullUntil: number | undefined;
  /**
   * Epoch ms: when the first of the calls comes up that wait by themselves; undefined while none
   * does.
   */
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
   * Each worker subscribes once to the announcements. A cluster's node knows only its own
   * subscribers, and a user may be denied the question: then nobody knows.
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
      // Of the calls on it the one that must end first so that there is room: none is that far from
      // the last while there is.
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

  /** Of calls that are delayed: for their hour, until their line has room, or to be tried again. */
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
