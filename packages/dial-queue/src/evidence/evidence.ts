import { HOLD_PAUSES } from '@libby-dialer/dialing';
import type { Claim } from '../gate/claim.ts';
import { type HoldObserver, type HoldRequest, tellChanges } from '../holds/holds.ts';
import type { Keys } from '../redis/keys.ts';
import type { RedisConnection } from '../redis/redis-connection.ts';
import { Script } from '../redis/script.ts';
import { flag, json, number, optional, rows, text } from '../redis/script-inputs.ts';

/**
 * How long nobody makes a claim on a new server, so that every worker compares first. It must
 * exceed what a worker needs after it has seen its connection end: an attempt to connect that
 * hangs, and the longest pause before the next (7 s).
 */
const NEW_SERVER_PAUSE_MS = 8_000;
/**
 * How long to wait for a worker that is missing but had compared just before the server changed:
 * longer than it takes to notice that a connection has died silently (30 s) and to reconnect. It
 * may be dead, so nobody waits longer.
 */
const MISSING_WORKER_PAUSE_MS = 40_000;
const EVIDENCE_LOST: HoldRequest = {
  scope: 'all',
  reason: 'evidence_lost',
  ...HOLD_PAUSES.evidence_lost,
  retryAfterMs: 0,
  person: true,
};

/** What a comparison shows. Times are epoch ms of Redis's clock. */
export interface Comparison {
  readonly now: number;
  /** The server process that answered; `unnamed` where the service hides which it is. */
  readonly server: string;
  /** From when on claims may be made there; 0 for at once. */
  readonly opensAt: number;
  /**
   * Claims that were seen but that it does not know. If there are any, this step has put a hold on
   * all dialing.
   */
  readonly lost: number;
  /**
   * How many claims all workers have found lost so far. When it changes, each has to write again
   * what it remembers.
   */
  readonly lostSoFar: number;
  /** How often Redis's clock was set back so far, as far as a comparison has seen it. */
  readonly timesSetBack: number;
}

/** A claim that somebody remembers. */
export interface RememberedCall {
  readonly callId: string;
  readonly owner: string;
  /** How many results are written for it once it is settled. */
  readonly revision: number;
  /** Left out when it is settled. */
  readonly claim?: Claim;
  /** Given when it is settled and was a redial. */
  readonly redials?: number | undefined;
}

/** Checks whether Redis still knows what it acknowledged, and writes it again. */
export class Evidence {
  static readonly #compare = new Script({
    lua: new URL('./compare.lua', import.meta.url),
    shared: ['ledger', 'holds', 'server'],
    keys: ['claimCounts', 'holds'],
    args: {
      channel: text,
      hold: json<HoldRequest>(),
      pauseMsWhenNew: number,
      pauseMsWhenMissing: number,
      worker: optional(text),
      isNewConnection: flag,
      seen: rows({ server: text, claims: number }),
    },
    answer: ([now, server, opensAt, lost, lostSoFar, timesSetBack, changes]: [
      number,
      string,
      number,
      number,
      number,
      number,
      string?,
    ]) => ({ changes, comparison: { now, server, opensAt, lost, lostSoFar, timesSetBack } }),
  });
  static readonly #recall = new Script({
    lua: new URL('./recall.lua', import.meta.url),
    shared: ['ledger', 'redial', 'holds', 'canary', 'lines', 'people'],
    keys: [
      'ledger',
      'claims',
      'state',
      'reopened',
      'openCampaigns',
      'lines',
      'people',
      'holds',
      'canary',
    ],
    args: {
      campaign: text,
      calls: rows({
        callId: text,
        owner: text,
        revision: number,
        claim: optional(text),
        redials: optional(number),
      }),
    },
    answer: ([claims = 0, ...places]: number[]) => ({ claims, places }),
  });
  readonly #redis: RedisConnection;
  readonly #keys: Keys;
  readonly #observe: HoldObserver | undefined;

  constructor(redis: RedisConnection, keys: Keys, observe?: HoldObserver) {
    this.#redis = redis;
    this.#keys = keys;
    this.#observe = observe;
  }

  /**
   * @param seen claims seen, by server; @param isNewConnection whether another server may answer
   * than before; @param worker who compares: others wait for it where the server is new
   */
  async compare(
    seen: ReadonlyMap<string, number>,
    isNewConnection: boolean,
    worker?: string,
  ): Promise<Comparison> {
    const { comparison, changes } = await Evidence.#compare.run(this.#redis, this.#keys, {
      channel: this.#keys.announcements,
      hold: EVIDENCE_LOST,
      pauseMsWhenNew: NEW_SERVER_PAUSE_MS,
      pauseMsWhenMissing: MISSING_WORKER_PAUSE_MS,
      worker,
      isNewConnection,
      seen: [...seen].map(([server, claims]) => ({ server, claims })),
    });
    tellChanges(this.#observe, changes);
    return comparison;
  }

  /** That worker stops comparing, so nobody need wait for it. */
  async leave(worker: string): Promise<void> {
    await this.#redis.hdel(this.#keys.claimCounts, `worker:${worker}`);
  }

  /**
   * Writes lost claims again. Resolves to how many, and to those of the settled calls whose outcome
   * is lost.
   */
  async recall<Call extends RememberedCall>(
    campaign: string,
    calls: readonly Call[],
  ): Promise<{ claims: number; unsettled: Call[] }> {
    const { claims, places } = await Evidence.#recall.run(
      this.#redis,
      this.#keys.campaign(campaign),
      {
        campaign,
        calls: calls.map(({ callId, owner, revision, claim, redials }) => ({
          callId,
          owner,
          revision,
          // As text: parsed and written again by Lua, its instants would lose digits.
          claim: claim && JSON.stringify(claim),
          redials,
        })),
      },
    );
    return { claims, unsettled: places.flatMap((place) => calls[place] ?? []) };
  }
}
