/**
 * The real scripts on a real Redis, asked by the same words as the model, and what stands in Redis
 * told in the model's words.
 */
import { setTimeout as delay } from 'node:timers/promises';
import {
  CallInFlightError,
  CampaignArchivedError,
  type CanaryOpening,
  type ClaimRequest,
  DialQueue,
  type Gate,
  type Identity,
  type Keys,
  type GateAnswer as RealAnswer,
  type HoldRequest as RealHoldRequest,
  type TroubleRun as RealTroubleRun,
} from '@libby-dialer/dial-queue';
import { isoInstant, parseCampaign, type RetryableOutcome } from '@libby-dialer/dialing';
import { patienceMs, uniquePrefix } from '@libby-dialer/testkit';
import type { Redis } from 'ioredis';
import {
  type Canary,
  EMPTY_LEDGER,
  type Entry,
  type GateAnswer,
  NEVER_CLAIMED,
  placesTaken,
  type Question,
  type RedialAnswer,
  type Release,
  type SettleAnswer,
  type Settlement,
  type Showing,
  type Times,
} from './call-life.ts';
import type { Hold, HoldRequest, ProbeVerdict, Trouble } from './hold-life.ts';

/**
 * One unit of the model's time. So long that however slow the machine is, nothing is ever nearer
 * than that to its instant.
 */
const UNIT_MS = 360_000;
const CAMPAIGN = 'spring';
const LINE = '+15055550100';
const PHONES: Readonly<Record<string, string>> = {
  'call 1': '+15055550111',
  'call 2': '+15055550112',
};

/** What stands in Redis. */
export interface Standing {
  readonly entries: Readonly<Record<string, Entry>>;
  readonly claims: readonly string[];
  readonly kept: readonly string[];
  readonly reopened: readonly string[];
  readonly counters: Readonly<Record<string, number>>;
  /** Calls counted as waiting for their redial. */
  readonly redialing: number;
  /** Of calls queued again: those of the first time stand in no queue here. */
  readonly jobs: readonly string[];
  readonly results: readonly string[];
  readonly revised: readonly string[];
  /** Its leases: those that live, by owner. */
  readonly hold: Hold | undefined;
  readonly canary: CanaryStanding | undefined;
  readonly trouble: Trouble;
}

interface CanaryStanding {
  readonly calls: number;
  readonly needed: number | undefined;
  readonly places: readonly string[];
}

export class RealQueue {
  readonly #redis: Redis;
  readonly #keys: Keys;
  readonly #queue: DialQueue;
  readonly #gate: Gate;
  readonly #identity: Identity;
  #elapsedMs = 0;
  #changes = 0;

  private constructor(redis: Redis, prefix: string, identity: Identity, times: Times) {
    this.#redis = redis;
    const monotonic = () => performance.now() + this.#elapsedMs;
    this.#queue = DialQueue.open(redis, prefix, { monotonic });
    this.#keys = this.#queue.keys;
    this.#identity = identity;
    const claimTimes = {
      sendWithinMs: times.sendWithin * UNIT_MS,
      claimMs: times.claimFor * UNIT_MS,
    };
    this.#gate = this.#queue.gate(claimTimes);
  }

  static async open(redis: Redis, times: Times, expiresAt: number): Promise<RealQueue> {
    const prefix = uniquePrefix();
    const front = DialQueue.open(redis, prefix);
    const { keys } = front;
    if (Number.isFinite(expiresAt)) {
      await redis.hset(
        keys.campaign(CAMPAIGN).state,
        'expiresAt',
        (await now(redis)) + expiresAt * UNIT_MS,
      );
    }
    await redis.hset(keys.campaigns, CAMPAIGN, JSON.stringify({ id: CAMPAIGN }));
    const queue = new RealQueue(redis, prefix, await front.identity(), times);
    // A script that the server does not know yet is sent twice, and whatever was sent after it
    // would come before it.
    await queue.control('resume');
    return queue;
  }

  async ask({ callId, owner, isReady, renews }: Question): Promise<GateAnswer> {
    const request: ClaimRequest = {
      callId,
      owner,
      campaign: CAMPAIGN,
      person: this.#identity.person(PHONES[callId] ?? ''),
      lines: [LINE],
      limits: { conversationMs: 120_000 },
      opensAt: 0,
      closesAt: Number.MAX_SAFE_INTEGER,
      ready: isReady,
      renews,
    };
    const answer = await this.#gate.claim(request);
    if (answer.kind === 'uncompared') throw new Error('this Redis is never exchanged for another');
    return inModelWords(answer);
  }

  async settle({
    callId,
    owner,
    outcome,
    attempts,
    probe,
    shows,
    redialAfter,
  }: Settlement): Promise<SettleAnswer> {
    const answer = await this.#gate.settle({
      callId,
      owner,
      campaign: CAMPAIGN,
      outcome,
      attempts,
      resultHead: headOf(callId, outcome),
      payload: outcome === 'accepted' || outcome === 'suppressed' ? '' : payloadOf(callId),
      ...shown(shows),
      probes: probesOf(probe),
      ...(redialAfter === undefined ? {} : { redialAfterMs: redialAfter * UNIT_MS }),
    });
    if (answer.kind === 'lost' || answer.redialAt === undefined) return answer;
    return { ...answer, redialAt: unitsFrom(await now(this.#redis), answer.redialAt) };
  }

  async release({
    callId,
    owner,
    attempts,
    failures,
    probe,
    hold,
    shows,
  }: Release): Promise<string> {
    return this.#gate.release({
      callId,
      owner,
      campaign: CAMPAIGN,
      attempts,
      failures,
      ...shown(shows),
      probes: probesOf(probe),
      hold: hold === undefined ? undefined : holdInMs(hold),
    });
  }

  reopen(outcome: RetryableOutcome): Promise<number> {
    return this.#queue.reopener.reopen(CAMPAIGN, outcome);
  }

  async redial(callId: string, after: number): Promise<RedialAnswer> {
    return (await this.#queue.unknownCalls.redial(CAMPAIGN, callId, after * UNIT_MS, { by: 'Ada' }))
      .kind;
  }

  /** Begins a pause or cancel; the promise settles when it returns. */
  async control(action: 'pause' | 'resume' | 'cancel'): Promise<{ wentOut: number }> {
    try {
      return await this.#queue.control.apply(action, CAMPAIGN, AbortSignal.timeout(patienceMs()));
    } catch (error) {
      if (error instanceof CampaignArchivedError) return { wentOut: 0 };
      throw error;
    }
  }

  /** Its results are in a file. */
  async archive(withDoubts: boolean): Promise<string> {
    const last = await this.#queue.results.last(CAMPAIGN);
    if (last !== undefined) await this.#queue.results.noteExport(CAMPAIGN, last);
    return await this.#queue.archive.archive(CAMPAIGN, { withDoubts });
  }

  async erase(callId: string): Promise<ErasureTold> {
    try {
      const { calls, ended } = await this.#queue.eraser.erase(PHONES[callId] ?? '', {
        at: await now(this.#redis),
      });
      return { calls, ended };
    } catch (error) {
      if (error instanceof CallInFlightError) return 'in_flight';
      throw error;
    }
  }

  async cancelUntried(callId: string, owner: string): Promise<boolean> {
    const call = { callId, resultHead: headOf(callId, 'canceled'), payload: payloadOf(callId) };
    return (await this.#gate.cancelUntried(CAMPAIGN, owner, [call])).has(callId);
  }

  async dropJob(callId: string): Promise<void> {
    await this.#queue.waitingJobs.drop(CAMPAIGN, [callId]);
  }

  /**
   * It waits by a clock of its own, from when it began: longer than until `sendBy` by Redis's
   * clock.
   */
  async outlast<T>(applied: Promise<T>): Promise<T> {
    let isOver = false;
    void applied
      .finally(() => {
        isOver = true;
      })
      .catch(() => {});
    while (!isOver) {
      this.#elapsedMs += 1000 * UNIT_MS;
      await delay(1);
    }
    return applied;
  }

  openHold(hold: HoldRequest, callId: string): Promise<void> {
    return this.#queue.holds.open(holdInMs(hold), callId);
  }

  releaseHold(): Promise<boolean> {
    return this.#queue.holds.release('all');
  }

  async openCanary(given: Pick<Canary, 'calls' | 'needed'>): Promise<CanaryAnswer> {
    try {
      return await this.#queue.canaries.open(CAMPAIGN, given);
    } catch (error) {
      if (error instanceof CampaignArchivedError) return 'archived';
      throw error;
    }
  }

  releaseCanary(): Promise<boolean> {
    return this.#queue.holds.release(`campaign:${CAMPAIGN}`);
  }

  /** Each time to a name that it has not had. Its expiry stays. */
  async changeCampaign(): Promise<void> {
    this.#changes += 1;
    const { state } = this.#keys.campaign(CAMPAIGN);
    const expiresAt = await this.#redis.hget(state, 'expiresAt');
    const changed = parseCampaign({
      id: CAMPAIGN,
      fromPhoneNumber: LINE,
      defaultName: `Ann ${this.#changes}`,
      ...(expiresAt === null ? {} : { expiresAt: isoInstant(Number(expiresAt)) }),
    });
    if (!changed.ok) throw new Error(changed.problems.join());
    await this.#queue.campaigns.put(changed.campaign).catch((error: unknown) => {
      if (!(error instanceof CampaignArchivedError)) throw error;
    });
  }

  suppress(callId: string, isListed: boolean): Promise<number> {
    const numbers = [PHONES[callId] ?? ''];
    return isListed ? this.#queue.doNotCall.add(numbers) : this.#queue.doNotCall.remove(numbers);
  }

  /**
   * Redis's clock cannot be set: instead everything that is written down is moved into the past.
   */
  async pass(units: number): Promise<void> {
    const ms = units * UNIT_MS;
    const { ledger, state } = this.#keys.campaign(CAMPAIGN);
    await this.#rewrite(ledger, (entry) =>
      shifted(entry, ['claimedAt', 'sendBy', 'deadline', 'redialAt'], ms),
    );
    await this.#rewrite(this.#keys.holds, (hold) => {
      const leases = Object.entries((hold['leases'] ?? {}) as Readonly<Record<string, Stored>>);
      const moved = leases.map(([owner, lease]) => [
        owner,
        shifted(lease, ['lentAt', 'expiresAt'], ms),
      ]);
      return { ...shifted(hold, ['since', 'retryAt'], ms), leases: Object.fromEntries(moved) };
    });
    if ((await this.#redis.hexists(state, 'expiresAt')) === 1)
      await this.#redis.hincrby(state, 'expiresAt', -ms);
  }

  async #rewrite(key: string, change: (stored: Stored) => Stored): Promise<void> {
    for (const [field, raw] of Object.entries(await this.#redis.hgetall(key))) {
      await this.#redis.hset(key, field, JSON.stringify(change(JSON.parse(raw) as Stored)));
    }
  }

  async look(): Promise<Standing> {
    const own = this.#keys.campaign(CAMPAIGN);
    const [
      at,
      entries,
      claims,
      kept,
      reopened,
      state,
      results,
      revised,
      holds,
      breakers,
      waiting,
      letOut,
    ] = await Promise.all([
      now(this.#redis),
      this.#redis.hgetall(own.ledger),
      this.#redis.zrange(own.claims, '0', '-1'),
      this.#redis.hkeys(own.kept),
      this.#redis.smembers(own.reopened),
      this.#redis.hgetall(own.state),
      this.#redis.xrange(this.#keys.results, '-', '+'),
      this.#redis.hkeys(own.revised),
      this.#redis.hmget(this.#keys.holds, 'all', `campaign:${CAMPAIGN}`),
      this.#redis.hgetall(this.#keys.breakers),
      this.#redis.lrange(`${this.#keys.queue(CAMPAIGN)}wait`, 0, -1),
      this.#redis.smembers(own.canary),
    ]);
    const [hold, canary] = holds;
    const known = Object.fromEntries(
      Object.entries(entries)
        // What first attempts left, which no script looks at but to write it.
        .filter(([field]) => !field.includes('#'))
        .map(([callId, raw]) => [callId, entryFrom(JSON.parse(raw) as Stored, at)]),
    );
    return {
      entries: known,
      claims: claims.toSorted(),
      kept: kept.toSorted(),
      reopened: reopened.toSorted(),
      counters: countersFrom(state),
      redialing: Number(state['redialing'] ?? 0),
      jobs: waiting.toSorted(),
      results: results.map(([, fields]) =>
        resultFrom(String(fields[fields.indexOf('result') + 1])),
      ),
      revised: revised.toSorted(),
      hold: hold ? holdFrom(JSON.parse(hold) as Stored, at) : undefined,
      canary: canary ? canaryFrom(JSON.parse(canary) as Stored, known, letOut) : undefined,
      trouble: {
        doubts: Number(breakers['run:doubts'] ?? 0),
        unreachable: Number(breakers['run:unreachable'] ?? 0),
      },
    };
  }
}

export type CanaryAnswer = CanaryOpening | 'archived';

/** What is told of an erasure; undefined numbers of calls are none. */
export type ErasureTold = 'in_flight' | { readonly calls: number; readonly ended: number };

/** As far as the model knows it. */
function resultFrom(raw: string): string {
  const { callId, toPhoneNumber, outcome, revision } = JSON.parse(raw) as Stored;
  return JSON.stringify({ callId, isNamed: toPhoneNumber !== 'erased', outcome, revision });
}

type Stored = Readonly<Record<string, unknown>>;

async function now(redis: Redis): Promise<number> {
  const [seconds, micros] = await redis.time();
  return Number(seconds) * 1000 + Math.floor(Number(micros) / 1000);
}

function unitsFrom(at: number, instant: unknown): number {
  // Never -0.
  return Math.round((Number(instant) - at) / UNIT_MS) + 0;
}

function shifted(stored: Stored, fields: readonly string[], ms: number): Stored {
  const moved = fields.flatMap((field) =>
    stored[field] === undefined ? [] : [[field, Number(stored[field]) - ms]],
  );
  return { ...stored, ...Object.fromEntries(moved) };
}

function probesOf(verdict: ProbeVerdict | undefined) {
  return verdict === undefined ? [] : [{ scope: 'all' as const, verdict }];
}

function shown(shows: Showing | undefined): { answered: boolean; run: RealTroubleRun | undefined } {
  if (shows === undefined || shows === 'answer')
    return { answered: shows === 'answer', run: undefined };
  return { answered: false, run: { ...shows, hold: holdInMs(shows.hold) } };
}

function headOf(callId: string, outcome: string): string {
  const record = { callId, campaign: CAMPAIGN, toPhoneNumber: PHONES[callId], outcome };
  return JSON.stringify(record).slice(0, -1);
}

function payloadOf(callId: string): string {
  return JSON.stringify({ to: PHONES[callId], name: 'Ann' });
}

function holdInMs({
  person,
  firstPause,
  maxPause,
  proof,
  retryAfter,
}: HoldRequest): RealHoldRequest {
  const times = {
    firstPauseMs: firstPause * UNIT_MS,
    maxPauseMs: maxPause * UNIT_MS,
    retryAfterMs: retryAfter * UNIT_MS,
  };
  return { scope: 'all', reason: 'rate_limited', ...times, proof, ...(person ? { person } : {}) };
}

/* Instants count from now, as in the model's view of itself. */

function entryFrom(stored: Stored, at: number): Entry {
  const { state, owner, attempts, failures = 0, revision, probes, redials } = stored;
  const once = redials === undefined ? {} : { redials };
  const told = { state, owner, attempts, failures, revision, ...once } as Partial<Entry>;
  if (state === 'unknown') {
    const redialAt =
      stored['redialAt'] === undefined ? {} : { redialAt: unitsFrom(at, stored['redialAt']) };
    return { ...NEVER_CLAIMED, ...told, deadline: unitsFrom(at, stored['deadline']), ...redialAt };
  }
  if (state !== 'claimed') return { ...NEVER_CLAIMED, ...told };
  const claimedAt = unitsFrom(at, stored['claimedAt']);
  const sendBy = unitsFrom(at, stored['sendBy']);
  const deadline = unitsFrom(at, stored['deadline']);
  return { ...NEVER_CLAIMED, ...told, claimedAt, sendBy, deadline, isProbe: probes !== undefined };
}

function holdFrom(stored: Stored, at: number): Hold {
  const {
    person = false,
    by,
    pauses,
    pauseMs,
    firstPauseMs,
    maxPauseMs,
    proof,
    proven = 0,
    leases = {},
  } = stored;
  return {
    person: person as boolean,
    by: by as string,
    since: unitsFrom(at, stored['since']),
    retryAt: unitsFrom(at, stored['retryAt']),
    pause: Number(pauseMs) / UNIT_MS,
    pauses: Number(pauses),
    firstPause: Number(firstPauseMs) / UNIT_MS,
    maxPause: Number(maxPauseMs) / UNIT_MS,
    proof: Number(proof),
    proven: Number(proven),
    leases: Object.entries(leases as Readonly<Record<string, Stored>>)
      .filter(([, { expiresAt }]) => at < Number(expiresAt))
      .map(([owner, lease]) => ({
        owner,
        lentAt: unitsFrom(at, lease['lentAt']),
        expiresAt: unitsFrom(at, lease['expiresAt']),
      }))
      .toSorted((one, other) => one.owner.localeCompare(other.owner)),
  };
}

/** Whoever ended without going out is taken off only when there is no room any more. */
function canaryFrom(
  { canary }: Stored,
  entries: Readonly<Record<string, Entry>>,
  letOut: readonly string[],
): CanaryStanding {
  const { calls, needed } = canary as { calls: number; needed?: number };
  const ledger = { ...EMPTY_LEDGER, entries, canary: { calls, needed, letOut } };
  const places = placesTaken(ledger);
  return { calls, needed, places: places.toSorted() };
}

function countersFrom(state: Readonly<Record<string, string>>): Record<string, number> {
  const counters = Object.entries(state).filter(
    ([field, count]) => field.startsWith('outcome:') && count !== '0',
  );
  return Object.fromEntries(
    counters.map(([field, count]) => [field.slice('outcome:'.length), Number(count)]),
  );
}

function inModelWords(answer: RealAnswer): GateAnswer {
  switch (answer.kind) {
    case 'dial': {
      return { kind: 'dial', claim: entryFrom({ ...answer.claim, state: 'claimed' }, answer.now) };
    }
    case 'busy':
      return { kind: 'busy', until: unitsFrom(answer.now, answer.until) };
    case 'in_doubt':
      return { kind: 'in_doubt', owner: answer.lost.owner, attempts: answer.lost.attempts };
    case 'skip': {
      const { outcome, attempts } = answer;
      return { kind: 'skip', outcome, attempts };
    }
    case 'held': {
      const until = answer.until === undefined ? undefined : unitsFrom(answer.now, answer.until);
      return { kind: 'held', until, isOpener: answer.isOpener };
    }
    case 'done':
      return { kind: 'done', outcome: answer.outcome };
    case 'paused':
    case 'unready':
      return { kind: answer.kind };
    case 'wait':
      if (answer.waitFor !== 'redial')
        throw new Error('nothing in this model waits for an hour of the day');
      return { kind: 'wait', until: unitsFrom(answer.now, answer.until) };
    case 'unfenced':
      throw new Error('nothing in this model waits for replicas');
    case 'outdated':
      throw new Error('no question in this model names a definition');
  }
}
