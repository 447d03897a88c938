import type { QueuedCall, RetryableOutcome } from '@libby-dialer/dialing';
import { jobOf } from '../jobs/call-job.ts';
import { Identity } from '../people/identity.ts';
import type { Keys } from '../redis/keys.ts';
import { hashSteps, setSteps, stepsOf } from '../redis/paging.ts';
import type { RedisConnection } from '../redis/redis-connection.ts';
import { Script } from '../redis/script.ts';
import { list, text } from '../redis/script-inputs.ts';
import { addCalls } from './add-calls.ts';

const CALLS_PER_STEP = 500;

/** Queues calls again that provably never rang. */
export class CallReopener {
  static readonly #reopen = new Script({
    lua: new URL('./reopen.lua', import.meta.url),
    shared: ['ledger'],
    keys: ['ledger', 'state', 'kept', 'reopened', 'openCampaigns'],
    args: { campaign: text, outcome: text, callIds: list(text) },
    answer: Number,
  });
  static readonly #restored = new Script({
    lua: new URL('./restored.lua', import.meta.url),
    shared: ['ledger', 'redial', 'remove-job'],
    keys: ['ledger', 'state', 'kept', 'reopened', 'active'],
    args: { queue: text, callIds: list(text) },
    answer: Number,
  });
  readonly #redis: RedisConnection;
  readonly #keys: Keys;

  constructor(redis: RedisConnection, keys: Keys) {
    this.#redis = redis;
    this.#keys = keys;
  }

  /**
   * @param only of these calls; undefined: of all
   * @returns how many calls with this outcome are queued again
   */
  async reopen(
    campaign: string,
    outcome: RetryableOutcome,
    only?: readonly string[],
  ): Promise<number> {
    const keys = this.#keys.campaign(campaign);
    let count = 0;
    for await (const callIds of only === undefined
      ? this.#keptCalls(campaign)
      : stepsOf(only, CALLS_PER_STEP))
      count += await CallReopener.#reopen.run(this.#redis, keys, { campaign, outcome, callIds });
    await this.restore(campaign);
    return count;
  }

  async *#keptCalls(campaign: string): AsyncGenerator<string[]> {
    const { kept } = this.#keys.campaign(campaign);
    for await (const fields of hashSteps(this.#redis, kept, CALLS_PER_STEP))
      yield fields.map(([callId]) => callId);
  }

  /**
   * Puts reopened calls back into the queue. Also mends what a crash half-way has left. Safe to run
   * at any time.
   */
  async restore(campaign: string): Promise<number> {
    const { ledger, state, kept, reopened } = this.#keys.campaign(campaign);
    const prefix = this.#keys.queue(campaign);
    const identity = await Identity.load(this.#redis, this.#keys);
    let count = 0;
    for await (const callIds of setSteps(this.#redis, reopened, CALLS_PER_STEP)) {
      const payloads = await this.#redis.hmget(kept, ...callIds);
      const calls = callIds.flatMap((callId, index) => {
        const payload = payloads[index];
        if (!payload) return [];
        const call = JSON.parse(payload) as QueuedCall;
        const { expiresAt } = call;
        return [{ ...jobOf(identity, campaign, { callId, call }), names: '', expiresAt }];
      });
      await addCalls(this.#redis, this.#keys, campaign, calls);
      count += await CallReopener.#restored.run(
        this.#redis,
        { ledger, state, kept, reopened, active: `${prefix}active` },
        { queue: prefix, callIds },
      );
    }
    if (count > 0) await this.#redis.publish(this.#keys.announcements, `campaign:${campaign}`);
    return count;
  }
}
