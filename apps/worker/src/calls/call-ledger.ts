import type {
  Claim,
  ClaimedPlaces,
  Gate,
  HoldCause,
  HoldRequest,
  RedisConnection,
  ReleaseAnswer,
  SettleRequest,
} from '@libby-dialer/dial-queue';
import {
  callSource,
  conversationMs,
  type Decision,
  type Outcome,
  type QueuedCall,
  type Reason,
} from '@libby-dialer/dialing';
import { sleep } from '@libby-dialer/runtime';
import { isAnswered, probeResults, troubleRun } from '../holds/trouble.ts';
import type { ClaimWitness } from '../redis/claim-witness.ts';
import type { RedisClock } from '../redis/redis-clock.ts';
import type { WorkerEvents } from '../worker-events.ts';
import { type CallRun, delayedEnd } from './call-run.ts';
import type { CampaignContext } from './campaign-context.ts';
import type { JobEnd } from './job-end.ts';
import { permissionOf } from './permission.ts';
import { resultHead } from './result-head.ts';

/** Somebody else has the claim or the outcome: look again when that has come to its end. */
const LOOK_AGAIN_MS = 5_000;
const SAY_AGAIN_MS = 500;
/** Outcomes after which a call's payload is of no further use. */
const FINAL: ReadonlySet<Outcome> = new Set(['accepted', 'suppressed']);

/** Of a claim under which there was no request. */
const PUT_BACK: Decision = { kind: 'put_back' };

const CANCELED = { outcome: 'canceled', reason: 'campaign_canceled' } as const;

const MAY_HAVE_RUNG: ReadonlySet<Outcome> = new Set(['accepted', 'unknown']);

export interface CallLedgerParts {
  readonly redis: Pick<RedisConnection, 'status'>;
  readonly gate: Gate;
  readonly witness: ClaimWitness;
  readonly clock: RedisClock;
  readonly events: WorkerEvents;
  readonly workerId: string;
}

/** A job that is a call of ours. */
export interface KnownJob {
  readonly callId: string;
  readonly call: QueuedCall;
  /** Epoch ms. */
  readonly queuedAt: number;
}

/** What is known of a call when it is settled. */
export interface Settlement {
  readonly outcome: Outcome;
  readonly reason: Reason;
  readonly attempts: number;
  readonly dialedAt?: number | undefined;
  readonly httpStatus?: number | undefined;
  /**
   * What was decided after a request, if there was one: holds and runs of trouble are judged by it.
   */
  readonly decision?: Decision;
  /** What was seen, where that was no success. */
  readonly cause?: HoldCause | undefined;
  /**
   * The claim that let the call out: this run's, or that of an owner who was never heard of again.
   * Left out if the call was not let out.
   */
  readonly claim?: Claim | undefined;
  /** Under this claim provably nothing rang, whatever is to be said of the call. */
  readonly unrung?: boolean;
}

/** A claim given back. Left out: nothing is spent. */
export interface Release {
  readonly attempts: number;
  readonly failures?: number;
  readonly decision?: Decision;
  readonly hold?: HoldRequest;
  readonly cause?: HoldCause | undefined;
  readonly faultAfter?: number;
}

/** Writes into the ledger what became of a call: its outcome, or that it keeps its place. */
export class CallLedger {
  readonly #parts: CallLedgerParts;

  constructor(parts: CallLedgerParts) {
    this.#parts = parts;
  }

  async settle(run: CallRun, settlement: Settlement): Promise<JobEnd> {
    const { gate, clock, events, witness } = this.#parts;
    const { callId, campaign } = run;
    const { claim, reason, httpStatus, cause } = settlement;
    const request = await this.#requestOf(run, settlement);
    const { owner, outcome } = request;
    const answer = await this.#inTime(run, claim, () => gate.settle(request));
    if (answer.kind === 'settled') {
      witness.settled(request, answer.revision);
      events.settled({
        campaign,
        callId,
        outcome,
        reason,
        httpStatus,
        cause,
        revision: answer.revision,
      });
    } else {
      witness.forget(owner);
      events.tooLate({ campaign, callId }, `settle as ${outcome}`);
    }
    // Whoever holds the claim now may give it back. The job must still be there then, or nobody
    // would dial the call.
    if (answer.kind === 'lost') return { kind: 'delay', until: clock.now() + LOOK_AGAIN_MS };
    if (answer.redialAt !== undefined) return delayedEnd(run, answer.redialAt);
    const { completed } = answer;
    return { kind: 'complete', accepted: outcome === 'accepted', completed };
  }

  /**
   * Ends those of these calls of a campaign that nobody has tried yet, if it is canceled, and
   * removes their jobs. Resolves to their ids.
   */
  async cancelUntried(
    context: CampaignContext,
    owner: string,
    jobs: readonly KnownJob[],
  ): Promise<ReadonlySet<string>> {
    const { gate, events } = this.#parts;
    const campaign = context.campaign.id;
    const calls = await Promise.all(jobs.map((job) => this.#canceled(context, job)));
    const ended = await gate.cancelUntried(campaign, owner, calls);
    for (const callId of ended) events.settled({ ...CANCELED, campaign, callId, revision: 1 });
    return ended;
  }

  async #canceled(context: CampaignContext, { callId, call, queuedAt }: KnownJob) {
    const record = {
      ...CANCELED,
      callId,
      campaign: context.campaign.id,
      call,
      line: lineOf(context, call),
      attempts: 0,
      queuedAt,
      settledAt: this.#parts.clock.now(),
      worker: this.#parts.workerId,
      source: callSource(call, await context.headOf(call)),
    };
    return { callId, resultHead: resultHead(record), payload: JSON.stringify(call) };
  }

  async #requestOf(run: CallRun, settlement: Settlement): Promise<SettleRequest> {
    const { callId, campaign, call, context } = run;
    const { attempts, cause, claim, decision } = settlement;
    const redials = claim?.redials;
    const outcome =
      redials === undefined ? settlement.outcome : outcomeOfRedial(settlement.outcome);
    const unrung = settlement.unrung ?? !MAY_HAVE_RUNG.has(settlement.outcome);
    const record = {
      ...run,
      ...settlement,
      outcome,
      line: claim?.line ?? lineOf(context, call),
      settledAt: this.#parts.clock.now(),
      worker: this.#parts.workerId,
      providerMessage: cause?.message,
      source: callSource(call, await context.headOf(call)),
      permission: claim && permissionOf(run, claim),
    };
    return {
      callId,
      owner: claim?.owner ?? run.owner,
      campaign,
      outcome,
      attempts,
      resultHead: resultHead(record),
      payload: FINAL.has(outcome) ? '' : JSON.stringify(call),
      expires: call.expiresAt === undefined ? undefined : true,
      // Most calls have none.
      resultsBefore: claim?.revision || undefined,
      redials,
      unrung: (outcome === 'unknown' && unrung) || undefined,
      claimed: claim && placesOf(claim),
      redialAfterMs:
        outcome === 'unknown' && context.campaign.onUnknown === 'redial'
          ? conversationMs(context.campaign)
          : undefined,
      cause,
      job: run.giveJob?.(),
      ...shownBy(decision, run, claim),
    };
  }

  /**
   * Repeats it while Redis refuses to write, so that an outcome is not lost: until the claim's
   * deadline, or until this worker has closed its connection.
   */
  async #inTime<Answer>(
    run: CallRun,
    claim: Claim | undefined,
    say: () => Promise<Answer>,
  ): Promise<Answer> {
    const { redis, clock, events } = this.#parts;
    for (;;) {
      try {
        return await say();
      } catch (error) {
        if (claim === undefined || redis.status === 'end') throw error;
        if (clock.now() + SAY_AGAIN_MS >= claim.deadline) throw error;
        events.unexpected('while writing into the ledger', error, {
          campaign: run.campaign,
          callId: run.callId,
        });
        await sleep(SAY_AGAIN_MS);
      }
    }
  }

  async release(run: CallRun, claim: Claim, what: Release): Promise<ReleaseAnswer> {
    const { decision, ...spent } = what;
    const request = {
      callId: run.callId,
      owner: run.owner,
      campaign: run.campaign,
      failures: claim.failures,
      ...spent,
      ...shownBy(decision, run, claim),
    };
    const answer = await this.#inTime(run, claim, () => this.#parts.gate.release(request));
    if (answer === 'released' || answer === 'lost') this.#parts.witness.forget(run.owner);
    return answer;
  }

  /**
   * The claim's deadline passed first, so the call was recorded as unknown. There is proof that it
   * did not ring, which makes it exhausted.
   */
  async releasedTooLate(
    run: CallRun,
    claim: Claim,
    answer: 'late' | 'lost' | 'at_fault',
    reason: Reason,
  ): Promise<JobEnd> {
    if (answer === 'late') {
      const attempts = claim.attempts + 1;
      return this.settle(run, { outcome: 'exhausted', reason, attempts, claim });
    }
    this.#parts.events.tooLate(
      { campaign: run.campaign, callId: run.callId },
      'give the claim back',
    );
    return { kind: 'delay', until: this.#parts.clock.now() + LOOK_AGAIN_MS };
  }
}

/** The line that is told of a call that was given none. */
function lineOf({ campaign }: CampaignContext, call: QueuedCall): string {
  return call.from ?? campaign.fromPhoneNumber[0] ?? '';
}

/** Whatever became of the second attempt, unless it was taken: the first may have rung. */
function outcomeOfRedial(outcome: Outcome): Outcome {
  return outcome === 'accepted' ? outcome : 'unknown';
}

/** What the end of a request shows of us and of the API, beyond the call itself. */
function shownBy(decision: Decision = PUT_BACK, run: CallRun, claim: Claim | undefined) {
  return {
    answered: isAnswered(decision),
    probes: probeResults(claim?.probes ?? [], decision),
    run: troubleRun(decision, run.campaign),
  };
}

/** Only what settling needs: Redis reads every byte of it. */
function placesOf({ line, person, conversationMs, claimedAt, deadline }: Claim): ClaimedPlaces {
  return { line, person, conversationMs, claimedAt, deadline };
}
