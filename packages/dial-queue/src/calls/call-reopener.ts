import type { QueuedCall, RetryableOutcome } from '@libby-dialer/dialing';
import { jobOf } from '../jobs/call-job.ts';
import { openQueue } from '../jobs/queues.ts';
import { Identity } from '../people/identity.ts';
import type { Keys } from '../redis/keys.ts';
import type { RedisConnection } from '../redis/redis-connection.ts';
import { Script } from '../redis/script.ts';

const CALLS_PER_STEP = 500;

/** Queues calls again that provably never rang. */
export class CallReopener {
  static readonly #reopen = new Script(new URL('./reopen.lua', import.meta.url), 'ledger');
  static readonly #restored = new Script(
    new URL('./restored.lua', import.meta.url),
    'ledger',
    'redial',
    'remove-job',
  );
  readonly #redis: RedisConnection;
  readonly #keys: Keys;

  constructor(redis: RedisConnection, keys: Keys) {
    this.#redis = redis;
    this.#keys = keys;
  }

  /** @returns how many calls with this outcome are queued again */
  async reopen(campaign: string, outcome: RetryableOutcome): Promise<number> {
    const own = this.#keys.campaign(campaign);
    const keys = [own.ledger, own.state, own.kept, own.reopened, this.#keys.openCampaigns];
    let count = 0;
    let cursor = '0';
    do {
      const [next, entries] = await this.#redis.hscan(own.kept, cursor, 'COUNT', CALLS_PER_STEP);
      cursor = next;
      const callIds = entries.filter((_, index) => index % 2 === 0);
      if (callIds.length > 0)
        count += Number(
          await CallReopener.#reopen.run(this.#redis, keys, [campaign, outcome, ...callIds]),
        );
    } while (cursor !== '0');
    await this.restore(campaign);
    return count;
  }

  /**
   * Puts reopened calls back into the queue; also mends what a crash half-way through left. Safe to
   * run at any time.
   */
  async restore(campaign: string): Promise<number> {
    const own = this.#keys.campaign(campaign);
    const identity = await Identity.load(this.#redis, this.#keys);
    const queue = openQueue(this.#redis, this.#keys, campaign);
    let count = 0;
    try {
      let cursor = '0';
      do {
        const [next, callIds] = await this.#redis.sscan(
          own.reopened,
          cursor,
          'COUNT',
          CALLS_PER_STEP,
        );
        cursor = next;
        if (callIds.length === 0) continue;
        const payloads = await this.#redis.hmget(own.kept, ...callIds);
        const jobs = callIds.flatMap((callId, index) => {
          const payload = payloads[index];
          if (!payload) return [];
          return [jobOf(identity, campaign, { callId, call: JSON.parse(payload) as QueuedCall })];
        });
        const expiries = jobs.flatMap(({ data, opts }) =>
          data.expiresAt === undefined ? [] : [data.expiresAt, opts.jobId],
        );
        if (expiries.length > 0) await this.#redis.zadd(own.expiries, ...expiries);
        await queue.addBulk(jobs);
        const keys = [
          own.ledger,
          own.state,
          own.kept,
          own.reopened,
          `${this.#keys.queue(campaign)}active`,
        ];
        const args = [this.#keys.queue(campaign), ...callIds];
        count += Number(await CallReopener.#restored.run(this.#redis, keys, args));
      } while (cursor !== '0');
    } finally {
      await queue.close();
    }
    if (count > 0) await this.#redis.publish(this.#keys.announcements, `campaign:${campaign}`);
    return count;
  }
}
