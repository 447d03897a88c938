import type { Outcome } from '@libby-dialer/dialing';
import type { LedgerEntry } from '../gate/ledger-entry.ts';
import { instantOfScore } from '../jobs/delayed-score.ts';
import { ERASED } from '../people/erased-record.ts';
import type { Keys } from '../redis/keys.ts';
import type { RedisConnection } from '../redis/redis-connection.ts';
import { repliesOf } from '../redis/replies.ts';

/** Where a call stands. Instants are epoch ms of Redis's clock. */
export type CallState =
  | {
      readonly kind: 'settled';
      readonly outcome: Outcome;
      readonly attempts: number;
      /** Results written of it. */
      readonly revision: number;
      /** When it is to be dialed once more, if it is. */
      readonly redialAt?: number | undefined;
      /** Its person was erased, and nobody has said since what became of it. */
      readonly isErased: boolean;
    }
  /** Claimed: the phone may be ringing. */
  | { readonly kind: 'in_flight' }
  | { readonly kind: 'waits'; readonly until: number | undefined }
  | { readonly kind: 'set_aside' }
  /** There is no such call. */
  | { readonly kind: 'none' };

/** Tells where calls stand, many at once, without writing anything. */
export class CallStates {
  readonly #redis: RedisConnection;
  readonly #keys: Keys;

  constructor(redis: RedisConnection, keys: Keys) {
    this.#redis = redis;
    this.#keys = keys;
  }

  /** In the order of the ids, which should be hundreds at most. */
  async read(campaign: string, callIds: readonly string[]): Promise<CallState[]> {
    if (callIds.length === 0) return [];
    const { ledger } = this.#keys.campaign(campaign);
    const entries = (await this.#redis.hmget(ledger, ...callIds)).map((raw) =>
      raw === null ? undefined : (JSON.parse(raw) as LedgerEntry),
    );
    const states = entries.map(ended);
    const open = callIds.filter((_, index) => states[index] === undefined);
    const waiting = await this.#readWaiting(campaign, open);
    return states.map((state) => state ?? waiting.shift() ?? { kind: 'none' });
  }

  async #readWaiting(campaign: string, callIds: readonly string[]): Promise<CallState[]> {
    if (callIds.length === 0) return [];
    const { setAside, reopened } = this.#keys.campaign(campaign);
    const queue = this.#keys.queue(campaign);
    const pipeline = this.#redis.pipeline();
    for (const callId of callIds) {
      pipeline.exists(`${queue}${callId}`);
      pipeline.zscore(`${queue}delayed`, callId);
      pipeline.sismember(reopened, callId);
      pipeline.hexists(setAside, callId);
    }
    const replies = await repliesOf(pipeline);
    return callIds.map((_, index) => {
      const [hasJob, score, isReopened, isSetAside] = replies.slice(4 * index, 4 * index + 4);
      if (hasJob === 1 || isReopened === 1)
        return {
          kind: 'waits',
          until: typeof score === 'string' ? instantOfScore(score) : undefined,
        };
      return { kind: isSetAside === 1 ? 'set_aside' : 'none' };
    });
  }
}
/** Undefined if the call may be waiting. */
function ended(entry: LedgerEntry | undefined): CallState | undefined {
  if (entry === undefined || entry.state === 'open') return undefined;
  if (entry.state === 'claimed') return { kind: 'in_flight' };
  const { state: outcome, attempts, revision, redialAt, owner } = entry;
  const isErased = owner === ERASED;
  return { kind: 'settled', outcome, attempts, revision, redialAt, isErased };
}
