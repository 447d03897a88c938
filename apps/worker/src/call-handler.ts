import type {
  Claim,
  Gate,
  GateAnswer,
  HoldRequest,
  Holds,
  Identity,
  LostClaim,
  ReleaseRequest,
} from '@libby-dialer/dial-queue';
import {
  type Decision,
  decide,
  type Outcome,
  type Payload,
  payloadFor,
  type QueuedCall,
  queuedCallSchema,
  type Reason,
  retryDelayMs,
  zonesFor,
} from '@libby-dialer/dialing';
import {
  type AccessToken,
  type LibbyClient,
  TokenError,
  type TokenSource,
  verdictOf,
} from '@libby-dialer/libby-client';
import type { CampaignContext } from './campaign-context.ts';
import { type JobEnd, LONGEST_SLEEP_MS } from './job-end.ts';
import type { RedisClock } from './redis-clock.ts';
import { resultHead } from './result-head.ts';
import { holdRequest, isAnswered, probeResults, troubleRun } from './trouble.ts';
import type { WorkerEvents } from './worker-events.ts';

/** Somebody else has the claim or the outcome: look again when that has come to its end. */
const LOOK_AGAIN_MS = 5_000;
/** Zones whose hours never meet: the call waits for a change of its campaign, or for its expiry. */
const NEVER_OPEN_MS = 24 * 3_600_000;
/** Outcomes after which a call's payload is of no further use. */
const FINAL: ReadonlySet<Outcome> = new Set(['accepted', 'suppressed']);

export interface CallHandlerParts {
  readonly gate: Gate;
  readonly holds: Holds;
  readonly identity: Identity;
  readonly client: LibbyClient;
  readonly tokens: TokenSource;
  readonly clock: RedisClock;
  readonly events: WorkerEvents;
  readonly workerId: string;
  /** In [0, 1). */
  readonly random: () => number;
}

/** A job as the queue hands it over. */
export interface DeliveredJob {
  readonly callId: string;
  readonly data: unknown;
  /** Epoch ms. */
  readonly queuedAt: number;
}

/** How a stop reaches the calls. */
export interface StopSignals {
  /** From here on no call begins; those in flight go on. */
  readonly stop: AbortSignal;
  /** Those in flight are broken off: before its first byte a call is given back, after it it is in doubt. */
  readonly abort: AbortSignal;
}

/** One run of the handler: everything about its call that does not change while it runs. */
interface Run {
  readonly context: CampaignContext;
  readonly callId: string;
  readonly campaign: string;
  readonly call: QueuedCall;
  readonly queuedAt: number;
  readonly owner: string;
  readonly signals: StopSignals;
}

/** What is needed before the gate is asked, or why it cannot be had: then dialing is held, not this call failed. */
type Readiness = { token: AccessToken; payload: Payload } | { obstacle: HoldRequest } | 'stopping';

const GIVE_BACK: JobEnd = { kind: 'give_back', sleepUntil: 0 };
const NEVER: StopSignals = { stop: new AbortController().signal, abort: new AbortController().signal };

/** When the right to send ends, on this process's monotonic clock. */
interface SendWindow {
  readonly claim: Claim;
  readonly sendBy: number;
}

interface Settlement {
  readonly owner: string;
  readonly outcome: Outcome;
  readonly reason: Reason;
  readonly attempts: number;
  readonly line: string;
  readonly dialedAt?: number | undefined;
  readonly httpStatus?: number | undefined;
  readonly decision?: Decision;
  readonly claim?: Claim | undefined;
}

/** What one request showed. */
interface Sighting {
  readonly decision: Decision;
  readonly dialedAt: number | undefined;
  readonly httpStatus: number | undefined;
}

/**
 * Takes one delivered job as far as it goes now. A job may come again at any time (killed workers, lost locks, lost
 * replies), so nothing here relies on being the only run: the gate decides who may send, and the ledger what counts.
 */
export class CallHandler {
  readonly #parts: CallHandlerParts;
  #runs = 0;

  constructor(parts: CallHandlerParts) {
    this.#parts = parts;
  }

  async handle(context: CampaignContext, job: DeliveredJob, signals: StopSignals): Promise<JobEnd> {
    const run = this.#begin(context, job, signals);
    const readiness = await this.#prepare(run);
    if (readiness === 'stopping') return GIVE_BACK;
    const { answer, askedAt } = await this.#askGate(run, 'token' in readiness, false);
    if (answer.kind === 'dial' && 'token' in readiness) {
      return this.#dial(run, sendWindow(answer, askedAt, answer.claim), readiness.payload, readiness.token);
    }
    if (answer.kind === 'unready' && 'obstacle' in readiness) return this.#holdAll(run, readiness.obstacle);
    return this.#obey(run, answer);
  }

  /**
   * Settles a call if its time is over or its fate is known, and never dials it: for calls that no queue hands out, because
   * they are parked for later or their campaign is paused.
   * @returns whether the call is settled
   */
  async settleIfOver(context: CampaignContext, job: DeliveredJob): Promise<boolean> {
    const run = this.#begin(context, job, NEVER);
    const { answer } = await this.#askGate(run, false, false);
    if (answer.kind !== 'skip' && answer.kind !== 'done' && answer.kind !== 'in_doubt') return false;
    await this.#obey(run, answer);
    return true;
  }

  #begin(context: CampaignContext, job: DeliveredJob, signals: StopSignals): Run {
    this.#runs += 1;
    return {
      context,
      callId: job.callId,
      campaign: context.campaign.id,
      call: queuedCallSchema.parse(job.data),
      queuedAt: job.queuedAt,
      owner: `${this.#parts.workerId}.${this.#runs.toString(36)}`,
      signals,
    };
  }

  /** The text and the token, both in hand before the gate: a claim is never kept waiting for either. */
  async #prepare(run: Run): Promise<Readiness> {
    const { stop } = run.signals;
    if (stop.aborted) return 'stopping';
    const { campaign } = run.context;
    const incomplete = { obstacle: holdRequest(`campaign:${run.campaign}`, 'campaign_incomplete') };
    const filled = payloadFor(campaign, run.call, await run.context.headingsOf(run.call), run.call.from ?? '');
    if ('missing' in filled || !this.#hasHours(run)) return incomplete;
    try {
      const token = this.#parts.tokens.peek() ?? (await this.#parts.tokens.get(stop));
      return { token, payload: filled.payload };
    } catch (error) {
      if (stop.aborted) return 'stopping';
      if (!(error instanceof TokenError)) throw error;
      return { obstacle: tokenHold(error) };
    }
  }

  #hasHours({ context: { campaign }, call }: Run): boolean {
    return campaign.callingWindow === 'anytime' || zonesFor(campaign, call).zones.length > 0;
  }

  async #askGate(run: Run, ready: boolean, renew: boolean): Promise<{ answer: GateAnswer; askedAt: number }> {
    const { gate, clock, identity, events } = this.#parts;
    const { call, context } = run;
    const askedAt = clock.monotonic();
    const answer = await gate.claim({
      callId: run.callId,
      owner: run.owner,
      campaign: run.campaign,
      person: identity.person(call.to),
      lines: call.from === undefined ? context.campaign.fromPhoneNumber : [call.from],
      startsAt: call.startsAt,
      expiresAt: call.expiresAt,
      ready,
      renew,
      ...this.#openSpan(run),
    });
    clock.observe(answer.now, askedAt);
    events.gateAnswered(answer);
    return { answer, askedAt };
  }

  #openSpan(run: Run): { opensAt: number; closesAt: number } {
    const now = this.#parts.clock.now();
    const never = { opensAt: now + NEVER_OPEN_MS, closesAt: now + NEVER_OPEN_MS };
    if (!this.#hasHours(run)) return never;
    const { zones } = zonesFor(run.context.campaign, run.call);
    return run.context.hours.openSpan(zones, now) ?? never;
  }

  /** Every answer of the gate but the one that lets the call out. */
  async #obey(run: Run, answer: GateAnswer): Promise<JobEnd> {
    switch (answer.kind) {
      case 'done':
        return { kind: 'complete', accepted: false };
      case 'busy':
        return { kind: 'delay', until: answer.until + 1 };
      case 'in_doubt':
        return this.#settleLost(run, answer.lost);
      case 'skip':
        return this.#settleSkipped(run, answer);
      case 'paused':
        return { kind: 'give_back', sleepUntil: answer.now + LONGEST_SLEEP_MS };
      case 'held':
        return this.#waitForHold(run, answer);
      case 'wait':
        return this.#waitForInstant(run, answer);
      case 'dial':
      case 'unready':
        throw new Error(`the gate answered ${answer.kind} to a question that was not asked`);
    }
  }

  async #settleLost(run: Run, lost: LostClaim): Promise<JobEnd> {
    return this.#settle(run, {
      owner: lost.owner,
      outcome: 'unknown',
      reason: 'worker_lost',
      attempts: lost.attempts + 1,
      line: lost.line,
      dialedAt: lost.claimedAt,
    });
  }

  /** @param claim the one whose renewal was refused: its request counts, and the holds it was to probe are free again */
  async #settleSkipped(run: Run, answer: GateAnswer & { kind: 'skip' }, claim?: Claim): Promise<JobEnd> {
    const { outcome, reason } = answer;
    const attempts = claim === undefined ? answer.attempts : claim.attempts + 1;
    const line = claim?.line ?? run.call.from ?? run.context.campaign.fromPhoneNumber[0] ?? '';
    const decision: Decision = { kind: 'put_back' };
    return this.#settle(run, { owner: run.owner, outcome, reason, attempts, line, claim, decision });
  }

  #waitForHold(run: Run, answer: GateAnswer & { kind: 'held' }): JobEnd {
    const until = answer.until ?? answer.now + LONGEST_SLEEP_MS;
    // A line that only this record names, or a hold that this call should leave to another's probe, is its own matter.
    const isOwnMatter = answer.isOpener || (run.call.from !== undefined && answer.scope.startsWith('line:'));
    return isOwnMatter ? this.#delay(run, until) : { kind: 'give_back', sleepUntil: until };
  }

  #waitForInstant(run: Run, answer: GateAnswer & { kind: 'wait' }): JobEnd {
    const { callingWindow } = run.context.campaign;
    const concernsAll =
      answer.waitFor === 'starts_at'
        ? run.call.startsAt === undefined
        : callingWindow !== 'anytime' && callingWindow.timezone !== 'recipient';
    return concernsAll ? { kind: 'give_back', sleepUntil: answer.until } : this.#delay(run, answer.until);
  }

  /** A call never waits beyond its expiry, or it would end too late. */
  #delay(run: Run, until: number, sleepUntil?: number): JobEnd {
    const expiresAt = run.call.expiresAt ?? run.context.campaign.expiresAt ?? Infinity;
    const end = { kind: 'delay', until: Math.min(until, expiresAt) } as const;
    return sleepUntil === undefined ? end : { ...end, sleepUntil };
  }

  async #holdAll(run: Run, hold: HoldRequest): Promise<JobEnd> {
    const { holds, clock, events } = this.#parts;
    await holds.open(hold, run.callId);
    events.holdAsked(hold);
    return { kind: 'give_back', sleepUntil: clock.now() + Math.max(hold.firstPauseMs, hold.retryAfterMs) };
  }

  async #dial(run: Run, window: SendWindow, payload: Payload, token: AccessToken, isRenewed = false): Promise<JobEnd> {
    const { claim } = window;
    const seen = await this.#place(run, window, { ...payload, fromPhoneNumber: claim.line }, token, isRenewed);
    const { decision } = seen;
    switch (decision.kind) {
      case 'settle':
        return this.#settle(run, {
          ...seen,
          ...decision,
          owner: run.owner,
          attempts: claim.attempts + 1,
          line: claim.line,
          claim,
        });
      case 'renew':
        return this.#sendAgain(run, claim, payload, token);
      case 'retry':
        return this.#retryLater(run, claim, decision);
      case 'hold':
        return this.#holdAndWait(run, claim, decision, seen);
      case 'put_back':
        return this.#putBack(run, claim);
    }
  }

  /** One request, begun within the claim or not at all. */
  async #place(
    run: Run,
    { claim, sendBy }: SendWindow,
    payload: Payload,
    token: AccessToken,
    isRenewed: boolean,
  ): Promise<Sighting> {
    const { client, clock, events } = this.#parts;
    const from = clock.monotonic();
    let dialedAt: number | undefined;
    // Asked synchronously right before the first byte. After this nothing can be checked any more: that is why the
    // ledger decides who may send, and this only how late.
    const veto = () => {
      if (clock.monotonic() >= sendBy) return 'the claim has run out';
      dialedAt = clock.now();
      return undefined;
    };
    events.requestBegun();
    const answer = await client.placeCall(payload, token, { signal: run.signals.abort, veto });
    events.requestEnded(clock.monotonic() - from);
    const { campaign } = run.context;
    const decision = decide(verdictOf(answer), {
      isOwnLine: run.call.from !== undefined,
      isRenewed,
      failures: claim.failures,
      maxFailures: campaign.retry.attempts,
    });
    return { decision, dialedAt, httpStatus: answer.kind === 'answered' ? answer.status : undefined };
  }

  /** The API refused the token: with a new one and a renewed claim the call may go out once more. */
  async #sendAgain(run: Run, claim: Claim, payload: Payload, refused: AccessToken): Promise<JobEnd> {
    const { tokens } = this.#parts;
    await tokens.invalidate(refused);
    let token: AccessToken;
    try {
      token = await tokens.get(run.signals.abort);
    } catch (error) {
      const isAborted = run.signals.abort.aborted;
      const hold = error instanceof TokenError ? tokenHold(error) : undefined;
      if (hold === undefined && !isAborted) throw error;
      return this.#giveUpRefused(run, claim, async () => (hold === undefined ? GIVE_BACK : this.#holdAll(run, hold)));
    }
    const { answer, askedAt } = await this.#askGate(run, true, true);
    if (answer.kind === 'dial') {
      return this.#dial(run, sendWindow(answer, askedAt, answer.claim), payload, token, true);
    }
    if (answer.kind === 'skip') return this.#settleSkipped(run, answer, claim);
    return this.#giveUpRefused(run, claim, () => this.#obey(run, answer));
  }

  /** Refused once and not sent again: it did not ring, and keeps its place. */
  async #giveUpRefused(run: Run, claim: Claim, next: () => Promise<JobEnd>): Promise<JobEnd> {
    const released = await this.#release(run, claim, { attempts: claim.attempts + 1 });
    return released === 'released' ? next() : this.#answerTooLate(run, claim, released, 'forbidden');
  }

  async #retryLater(run: Run, claim: Claim, decision: Decision & { kind: 'retry' }): Promise<JobEnd> {
    const { clock, events, random } = this.#parts;
    const failures = claim.failures + 1;
    events.notSent(run, decision.reason);
    const released = await this.#release(run, claim, { attempts: claim.attempts + 1, failures, decision });
    if (released !== 'released') return this.#answerTooLate(run, claim, released, decision.reason);
    const pauseMs = retryDelayMs(run.context.campaign.retry, failures, random());
    return this.#delay(run, clock.now() + pauseMs);
  }

  async #holdAndWait(
    run: Run,
    claim: Claim,
    decision: Decision & { kind: 'hold' },
    seen: Pick<Sighting, 'httpStatus' | 'dialedAt'>,
  ): Promise<JobEnd> {
    const { clock, events } = this.#parts;
    const scope = decision.scope === 'all' ? 'all' : (`line:${claim.line}` as const);
    const hold = holdRequest(scope, decision.hold, decision.retryAfterMs);
    const attempts = claim.attempts + 1;
    const released = await this.#release(run, claim, { attempts, decision, hold, faultAfter: decision.faultAfter });
    if (released === 'at_fault') {
      const { owner } = run;
      const { reason } = decision;
      return this.#settle(run, { ...seen, owner, outcome: 'rejected', reason, attempts, line: claim.line });
    }
    if (released !== 'released') return this.#answerTooLate(run, claim, released, decision.reason);
    events.holdAsked(hold);
    // Another line of the pool may take it at once: the gate knows which.
    const isPool = run.context.campaign.fromPhoneNumber.length > 1;
    if (decision.scope === 'line' && isPool) return GIVE_BACK;
    const pauseMs = Math.max(hold.firstPauseMs, hold.retryAfterMs);
    return this.#delay(run, clock.now() + 2 * pauseMs, clock.now() + pauseMs);
  }

  /** We stopped it ourselves, before its first byte: nothing is spent. */
  async #putBack(run: Run, claim: Claim): Promise<JobEnd> {
    this.#parts.events.notSent(run, 'not_sent');
    const released = await this.#release(run, claim, { attempts: claim.attempts });
    if (released !== 'released') return this.#answerTooLate(run, claim, released, 'not_sent');
    return GIVE_BACK;
  }

  /** The deadline passed first and the call was taken for unknown. The proof that it did not ring makes it exhausted. */
  async #answerTooLate(run: Run, claim: Claim, answer: 'late' | 'lost' | 'at_fault', reason: Reason): Promise<JobEnd> {
    if (answer === 'late') {
      const { owner } = run;
      return this.#settle(run, { owner, outcome: 'exhausted', reason, attempts: claim.attempts + 1, line: claim.line });
    }
    this.#parts.events.tooLate({ campaign: run.campaign, callId: run.callId }, 'give the claim back');
    return { kind: 'delay', until: this.#parts.clock.now() + LOOK_AGAIN_MS };
  }

  async #release(
    run: Run,
    claim: Claim,
    what: Pick<ReleaseRequest, 'attempts' | 'hold' | 'faultAfter'> & { failures?: number; decision?: Decision },
  ) {
    const decision = what.decision ?? { kind: 'put_back' };
    return this.#parts.gate.release({
      callId: run.callId,
      owner: run.owner,
      campaign: run.campaign,
      attempts: what.attempts,
      failures: what.failures ?? claim.failures,
      faultAfter: what.faultAfter,
      hold: what.hold,
      answered: isAnswered(decision),
      probes: probeResults(claim.probes ?? [], decision),
      run: troubleRun(decision, run.campaign),
    });
  }

  async #settle(run: Run, settlement: Settlement): Promise<JobEnd> {
    const { gate, clock, events, workerId } = this.#parts;
    const { callId, campaign, call, queuedAt } = run;
    const { owner, outcome, reason, attempts, line, dialedAt, httpStatus, decision, claim } = settlement;
    const facts = { callId, campaign, call, line, outcome, reason, httpStatus, attempts, queuedAt, dialedAt };
    const answer = await gate.settle({
      callId,
      owner,
      campaign,
      outcome,
      attempts,
      resultHead: resultHead({ ...facts, settledAt: clock.now(), worker: workerId }),
      payload: FINAL.has(outcome) ? '' : JSON.stringify(call),
      expires: call.expiresAt !== undefined,
      answered: decision !== undefined && isAnswered(decision),
      probes: decision === undefined ? [] : probeResults(claim?.probes ?? [], decision),
      run: decision === undefined ? undefined : troubleRun(decision, campaign),
    });
    if (answer.kind === 'settled') {
      events.settled({ campaign, callId, outcome, reason, httpStatus, revision: answer.revision });
    } else {
      events.tooLate({ campaign, callId }, `settle as ${outcome}`);
    }
    return { kind: 'complete', accepted: outcome === 'accepted' };
  }
}

/**
 * The end of the right to send on the local monotonic clock. Counted from when the gate was asked, which was before the
 * instant it answered for: rather too early than too late.
 */
function sendWindow(answer: GateAnswer, askedAt: number, claim: Claim): SendWindow {
  return { claim, sendBy: askedAt + (claim.sendBy - answer.now) };
}

function tokenHold(error: TokenError): HoldRequest {
  return holdRequest('all', 'token_unavailable', Math.ceil(error.retryAfterMs ?? 0));
}
