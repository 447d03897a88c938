import {
  type Claim,
  type Evidence,
  eraseHead,
  type Gate,
  type Identity,
  type Keys,
  type RedisConnection,
  type RememberedCall,
  type SettleRequest,
  stepsOf,
} from '@libby-dialer/dial-queue';
import { endsWithin } from '@libby-dialer/runtime';
import type { WorkerEvents } from '../worker-events.ts';
import type { RedisClock } from './redis-clock.ts';

/** How many calls are remembered, the latest: some ten megabytes. */
const REMEMBERED_CALLS = 10_000;
/** How many are forgotten at once: finding the oldest costs the same for one as for many. */
const FORGOTTEN_AT_ONCE = 1_000;
const CALLS_PER_RECALL = 500;
const LEAVE_WITHIN_MS = 1_000;

export interface ClaimWitnessParts {
  readonly redis: RedisConnection;
  readonly keys: Keys;
  readonly identity: Identity;
  readonly evidence: Evidence;
  readonly gate: Gate;
  readonly clock: RedisClock;
  readonly events: WorkerEvents;
  readonly workerId: string;
}

interface Remembered extends RememberedCall {
  readonly campaign: string;
  /** Its outcome, once there is one. */
  readonly settled?: SettleRequest;
}

/**
 * Remembers which claims this process has seen, and compares them with what Redis still knows. A
 * Redis that was restored, or a replica that was behind when it was promoted, has lost claims that
 * it had acknowledged, and with them the proof that phones have rung.
 *
 * It compares at every look for work, after every reconnect, and when the gate runs on another
 * server than the last one compared. A new server makes no claims until all workers known to be
 * alive have compared or had the time to. Then what this process knows of its own calls is written
 * again where it is missing.
 */
export class ClaimWitness implements AsyncDisposable {
  readonly #parts: ClaimWitnessParts;
  readonly #seen = new Map<string, number>();
  /** By owner, the oldest first. */
  readonly #remembered = new Map<string, Remembered>();
  readonly #onClose = () => this.#lost();
  readonly #onReady = () => this.#back();
  #server = '';
  #opensAt = Number.POSITIVE_INFINITY;
  #connection = 1;
  #comparedConnection = 0;
  #lostSoFar = 0;
  #timesSetBack = 0;
  #mustRecall = false;
  #comparing: Promise<void> | undefined;

  constructor(parts: ClaimWitnessParts) {
    this.#parts = parts;
  }

  /** Resolves when the gate knows the server. */
  async start(): Promise<void> {
    this.#parts.redis.on('close', this.#onClose);
    this.#parts.redis.on('ready', this.#onReady);
    await this.meet();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const { redis, evidence, workerId } = this.#parts;
    redis.off('close', this.#onClose);
    redis.off('ready', this.#onReady);
    // A command waits while Redis is away; stopping does not.
    await endsWithin(
      evidence.leave(workerId).catch(() => {}),
      LEAVE_WITHIN_MS,
    );
  }

  /** How many claims on that server this process knows of. */
  seenOn(server: string | undefined): number {
    return (server === undefined ? undefined : this.#seen.get(server)) ?? 0;
  }

  /** The gate was told how many claims have been made on that server. */
  saw(server: string | undefined, claims: number): void {
    if (server !== undefined) this.#seen.set(server, Math.max(claims, this.seenOn(server)));
  }

  /** How often Redis's clock was set back so far. */
  get timesSetBack(): number {
    return this.#timesSetBack;
  }

  /** How long from now claims may not be made yet. */
  get msUntilClaims(): number {
    return Math.max(0, this.#opensAt - this.#parts.clock.monotonic());
  }

  /** Compares, and lets the gate know on which server it may claim. */
  async meet(): Promise<void> {
    await this.compare();
    await this.#parts.gate.introduce(this.#server);
  }

  /** Several wishes become one comparison. */
  compare(): Promise<void> {
    this.#comparing ??= this.#compare().finally(() => {
      this.#comparing = undefined;
    });
    return this.#comparing;
  }

  /** This process may send that call: from now on it is remembered. */
  claimed(campaign: string, callId: string, claim: Claim): void {
    const { owner, revision } = claim;
    this.#remember({ campaign, callId, owner, revision: revision + 1, claim });
  }

  /** Its claim has ended in an outcome, or that of a worker that is gone has. */
  settled(request: SettleRequest, revision: number): void {
    const { campaign, callId, owner, outcome, redials } = request;
    // The gate would skip it again.
    if (!this.#remembered.has(owner) && outcome !== 'unknown') return;
    this.#remembered.delete(owner);
    const settled = {
      ...request,
      probes: [],
      run: undefined,
      cause: undefined,
      // Another worker that takes the job finds its call settled. But the job taken with the settle
      // would be run by nobody.
      job: undefined,
      resultsBefore: revision - 1,
    };
    this.#remember({ campaign, callId, owner, revision, redials, settled });
  }

  /**
   * What is written again after a loss must not bring a person back. @param person the keyed hash
   */
  erased(person: string): void {
    for (const [owner, call] of this.#remembered) {
      const { settled } = call;
      if (settled?.claimed?.person !== person) continue;
      const nameless = { ...settled, resultHead: eraseHead(settled.resultHead), payload: '' };
      this.#remembered.set(owner, { ...call, settled: nameless });
    }
  }

  /** The claim was given back, or somebody else has it. */
  forget(owner: string): void {
    this.#remembered.delete(owner);
  }

  #remember(call: Remembered): void {
    this.#remembered.set(call.owner, call);
    if (this.#remembered.size < REMEMBERED_CALLS + FORGOTTEN_AT_ONCE) return;
    for (const [owner, { settled }] of this.#remembered) {
      if (this.#remembered.size <= REMEMBERED_CALLS) return;
      // Calls in flight stay, however many others have gone out since, or their loss would be
      // noticed too late.
      if (settled !== undefined) this.#remembered.delete(owner);
    }
  }

  /** Where servers have no names the next connection may lead anywhere. */
  #lost(): void {
    this.#connection += 1;
    if (this.#server === 'unnamed') this.#opensAt = Number.POSITIVE_INFINITY;
  }

  #back(): void {
    this.compare().catch((error: unknown) =>
      this.#parts.events.unexpected('while comparing claims', error),
    );
  }

  async #compare(): Promise<void> {
    const { redis, keys, identity, evidence, clock, events, workerId } = this.#parts;
    let connection: number;
    do {
      connection = this.#connection;
      const isNew = connection !== this.#comparedConnection;
      const askedAt = clock.monotonic();
      const comparison = await evidence.compare(this.#seen, isNew, workerId);
      const { now, server, opensAt, lost, lostSoFar } = comparison;
      clock.observe(now, askedAt);
      await identity.reload(redis, keys);
      if (lost > 0) events.evidenceLost(lost);
      const isSame =
        server === this.#server &&
        lostSoFar === this.#lostSoFar &&
        !(isNew && server === 'unnamed');
      this.#mustRecall ||= !isSame;
      // If a server has no name, only the first answer on a new connection tells which one it is.
      const isTold = server !== 'unnamed' || isNew || server !== this.#server || opensAt > now;
      if (isTold) this.#opensAt = clock.monotonic() + Math.max(0, opensAt - now);
      if (this.#server !== '' && server !== this.#server)
        events.serverChanged(Math.max(0, opensAt - now));
      this.#server = server;
      this.#lostSoFar = lostSoFar;
      this.#timesSetBack = comparison.timesSetBack;
      this.#comparedConnection = connection;
    } while (connection !== this.#connection);
    if (this.#mustRecall) await this.#recall();
    this.#mustRecall = false;
  }

  /** Writes again what this process knows of its calls and Redis does not. */
  async #recall(): Promise<void> {
    let claims = 0;
    let outcomes = 0;
    for (const [campaign, calls] of Map.groupBy(
      [...this.#remembered.values()],
      (call) => call.campaign,
    )) {
      for (const some of stepsOf(calls, CALLS_PER_RECALL)) {
        // Some may have ended while earlier ones were written.
        const current = some.filter((call) => this.#remembered.get(call.owner) === call);
        const recalled = await this.#parts.evidence.recall(campaign, current);
        claims += recalled.claims;
        outcomes += await this.#settleAgain(recalled.unsettled);
      }
    }
    if (claims + outcomes > 0) this.#parts.events.evidenceWritten(claims, outcomes);
  }

  async #settleAgain(calls: readonly Remembered[]): Promise<number> {
    const answers = await Promise.all(
      calls.flatMap(({ settled }) =>
        settled === undefined ? [] : [this.#parts.gate.settle(settled)],
      ),
    );
    return answers.filter(({ kind }) => kind === 'settled').length;
  }
}
