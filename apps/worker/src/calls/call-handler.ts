import type {
  Claim,
  GateAnswer,
  HoldCause,
  HoldRequest,
  JobInHand,
  QueuedJob,
  Refusal,
} from '@libby-dialer/dial-queue';
import { type Payload, payloadFor } from '@libby-dialer/dialing';
import { type AccessToken, TokenError, type TokenSource } from '@libby-dialer/libby-client';
import { causeOfTokenError } from '../holds/hold-cause.ts';
import type { HoldOpener } from '../holds/hold-opener.ts';
import { holdRequest, tokenHold } from '../holds/trouble.ts';
import type { CallDialer, NotRenewed } from './call-dialer.ts';
import type { CallGate } from './call-gate.ts';
import type { CallLedger } from './call-ledger.ts';
import { type CallRun, delayedEnd, GIVE_BACK, hasOwnLine, type StopSignals } from './call-run.ts';
import type { CampaignContext } from './campaign-context.ts';
import type { JobCheck } from './job-check.ts';
import { type JobEnd, LONGEST_SLEEP_MS } from './job-end.ts';

export interface CallHandlerParts {
  readonly jobs: JobCheck;
  readonly tokens: TokenSource;
  readonly callGate: CallGate;
  readonly dialer: CallDialer;
  readonly ledger: CallLedger;
  readonly holdOpener: HoldOpener;
  readonly workerId: string;
}

/**
 * What must be in hand before the gate is asked, or why it is not. Then dialing is held, or the
 * call waits for what it lacks; it never fails for that reason.
 */
type Readiness =
  | { token: AccessToken; payload: Payload }
  | Obstacle
  | { lacks: HoldCause }
  | 'stopping';

interface Obstacle {
  readonly hold: HoldRequest;
  readonly cause: HoldCause;
}

/** A change of the campaign ends this wait at once. */
const INCOMPLETE_WAITS_MS = 24 * 3_600_000;
/** Until the new definition is read again, if it could not be read. */
const OUTDATED_SLEEP_MS = 2_000;

/** A job, with what the settle needs to complete it. Left out: no worker has it in hand. */
export interface DeliveredJob extends QueuedJob {
  readonly give?: () => JobInHand;
}

const NEVER: StopSignals = {
  stop: new AbortController().signal,
  abort: new AbortController().signal,
};

/**
 * Takes one delivered job as far as it goes now. A job may come again at any time (killed workers,
 * lost locks, lost replies), so nothing here relies on being the only run: the gate decides who may
 * send, and the ledger what counts.
 */
export class CallHandler {
  readonly #parts: CallHandlerParts;
  #runs = 0;

  constructor(parts: CallHandlerParts) {
    this.#parts = parts;
  }

  async handle(context: CampaignContext, job: DeliveredJob, signals: StopSignals): Promise<JobEnd> {
    const run = this.#begin(context, job, signals);
    if (typeof run === 'string') return this.#parts.jobs.refuse(context.campaign.id, job, run);
    const readiness = await this.#prepare(run);
    if (readiness === 'stopping') return GIVE_BACK;
    if ('lacks' in readiness) return this.#park(run, readiness.lacks);
    if ('hold' in readiness) return this.#beHeld(run, readiness);
    const { answer, window } = await this.#parts.callGate.ask(run, { ready: true });
    if (window === undefined) return this.#obey(run, answer);
    const end = await this.#parts.dialer.dial(run, window, readiness.payload, readiness.token);
    return end.kind === 'not_renewed' ? this.#obey(run, end.answer, end) : end;
  }

  /** Handles a job if no request is due for it now; undefined if one is. */
  async handleUnsent(context: CampaignContext, job: DeliveredJob): Promise<JobEnd | undefined> {
    const run = this.#begin(context, job, NEVER);
    if (typeof run === 'string') return this.#parts.jobs.refuse(context.campaign.id, job, run);
    const { answer } = await this.#parts.callGate.ask(run, { ready: false });
    return answer.kind === 'unready' ? undefined : this.#obey(run, answer);
  }

  /**
   * Ends those of these calls that nobody has tried yet, if their campaign is canceled, and removes
   * their jobs. Resolves to their ids.
   */
  async cancelUntried(
    context: CampaignContext,
    jobs: readonly QueuedJob[],
  ): Promise<ReadonlySet<string>> {
    const known = jobs.flatMap(({ callId, queuedAt, ...job }) => {
      const call = this.#parts.jobs.callOf(context.campaign.id, { ...job, callId, queuedAt });
      return typeof call === 'string' ? [] : [{ callId, call, queuedAt }];
    });
    return this.#parts.ledger.cancelUntried(context, this.#nextOwner(), known);
  }

  /**
   * Settles a call if its time is over or its fate is known, and never dials it: for calls that no
   * queue hands out, because they are parked for later or their campaign is paused.
   * @returns whether the call is settled
   */
  async settleIfOver(context: CampaignContext, job: QueuedJob): Promise<boolean> {
    const run = this.#begin(context, job, NEVER);
    if (typeof run === 'string') {
      await this.#parts.jobs.refuse(context.campaign.id, job, run);
      return false;
    }
    const { answer } = await this.#parts.callGate.ask(run, { ready: false });
    if (answer.kind !== 'skip' && answer.kind !== 'done' && answer.kind !== 'in_doubt')
      return false;
    return (await this.#obey(run, answer)).kind === 'complete';
  }

  /**
   * Every job is looked at here before anything is done for it: what is not one of ours goes no
   * further.
   */
  #begin(context: CampaignContext, job: DeliveredJob, signals: StopSignals): CallRun | Refusal {
    const call = this.#parts.jobs.callOf(context.campaign.id, job);
    if (typeof call === 'string') return call;
    return {
      context,
      callId: job.callId,
      campaign: context.campaign.id,
      call,
      rules: context.hours.rulesFor(call),
      queuedAt: job.queuedAt,
      owner: this.#nextOwner(),
      signals,
      giveJob: job.give,
    };
  }

  #nextOwner(): string {
    this.#runs += 1;
    return `${this.#parts.workerId}.${this.#runs.toString(36)}`;
  }

  /**
   * The text and the token, both in hand before the gate: a claim is never kept waiting for either.
   */
  async #prepare(run: CallRun): Promise<Readiness> {
    const { stop } = run.signals;
    if (stop.aborted) return 'stopping';
    const { campaign } = run.context;
    const filled = payloadFor(
      campaign,
      run.call,
      await run.context.headingsOf(run.call),
      run.call.from ?? '',
    );
    if ('missing' in filled)
      return { lacks: { code: 'missing_variable', message: filled.missing } };
    if (!run.rules.hoursKnown) return { lacks: { code: 'no_timezone' } };
    run.context.sawComplete();
    try {
      const token = this.#parts.tokens.peek() ?? (await this.#parts.tokens.get(stop));
      return { token, payload: filled.payload };
    } catch (error) {
      if (stop.aborted) return 'stopping';
      if (!(error instanceof TokenError)) throw error;
      return { hold: tokenHold(error), cause: causeOfTokenError(error, this.#parts.tokens.url) };
    }
  }

  /**
   * Only this call lacks something, so it alone waits, until its campaign changes or it expires.
   */
  async #park(run: CallRun, cause: HoldCause): Promise<JobEnd> {
    const { answer } = await this.#parts.callGate.ask(run, { ready: false });
    if (answer.kind !== 'unready') return this.#obey(run, answer);
    if (await run.context.sawIncomplete()) await this.#parts.holdOpener.openIncomplete(run, cause);
    return delayedEnd(run, answer.now + INCOMPLETE_WAITS_MS);
  }

  /**
   * It cannot be sent now. The gate may say that it need not be; if not, everything that has the
   * same trouble is held.
   */
  async #beHeld(run: CallRun, { hold, cause }: Obstacle): Promise<JobEnd> {
    const { answer } = await this.#parts.callGate.ask(run, { ready: false });
    return answer.kind === 'unready'
      ? this.#parts.holdOpener.open(run, hold, cause)
      : this.#obey(run, answer);
  }

  /**
   * Acts on every answer of the gate except the one that lets the call out.
   * @param again given where it was let out before, and not again
   */
  async #obey(run: CallRun, answer: GateAnswer, again?: NotRenewed): Promise<JobEnd> {
    switch (answer.kind) {
      case 'done':
        return { kind: 'complete', accepted: false };
      case 'busy':
        return { kind: 'delay', until: answer.until + 1 };
      case 'in_doubt':
        return this.#settleLost(run, answer.lost);
      case 'skip':
        return this.#settleSkipped(run, answer, again);
      case 'outdated':
        return { kind: 'give_back', sleepUntil: answer.now + OUTDATED_SLEEP_MS, isOutdated: true };
      case 'paused':
        return { kind: 'give_back', sleepUntil: answer.now + LONGEST_SLEEP_MS };
      case 'held':
        return this.#waitForHold(run, answer);
      case 'wait':
        return this.#waitForInstant(run, answer);
      case 'unfenced':
        return this.#giveBackUnfenced(run, answer.claim);
      case 'dial':
      case 'unready':
        throw new Error(`the gate answered ${answer.kind} to a question that was not asked`);
    }
  }

  async #settleLost(run: CallRun, lost: Claim): Promise<JobEnd> {
    return this.#parts.ledger.settle(run, {
      outcome: 'unknown',
      reason: 'worker_lost',
      attempts: lost.attempts + 1,
      dialedAt: lost.claimedAt,
      claim: lost,
    });
  }

  /**
   * @param again given with a claim that was not renewed: the holds it was to probe are free again
   */
  async #settleSkipped(
    run: CallRun,
    answer: GateAnswer & { kind: 'skip' },
    again?: NotRenewed,
  ): Promise<JobEnd> {
    const { outcome, reason } = answer;
    const { claim, attempts } = again ?? { claim: undefined, attempts: answer.attempts };
    // Its request, if there was one, was refused.
    const settlement = { outcome, reason, attempts, claim, unrung: true };
    const end = await this.#parts.ledger.settle(run, settlement);
    return end.kind === 'complete' ? { ...end, isCanceled: outcome === 'canceled' } : end;
  }

  #waitForHold(run: CallRun, answer: GateAnswer & { kind: 'held' }): JobEnd {
    const until = answer.until ?? answer.now + LONGEST_SLEEP_MS;
    // The line is this record's own, or the hold is one that another call has to probe: only this
    // call waits.
    const isOwnMatter = answer.isOpener || (hasOwnLine(run) && answer.scope.startsWith('line:'));
    return isOwnMatter ? delayedEnd(run, until) : { kind: 'give_back', sleepUntil: until };
  }

  /** Nothing was sent, and nothing is spent. */
  async #giveBackUnfenced(run: CallRun, claim: Claim): Promise<JobEnd> {
    const { ledger, holdOpener } = this.#parts;
    const released = await ledger.release(run, claim, { attempts: claim.attempts });
    if (released !== 'released') return ledger.releasedTooLate(run, claim, released, 'not_sent');
    return holdOpener.open(run, holdRequest('all', 'replicas_behind'));
  }

  #waitForInstant(run: CallRun, { waitFor, until, now }: GateAnswer & { kind: 'wait' }): JobEnd {
    switch (waitFor) {
      case 'comparison':
      case 'clocks':
        return { kind: 'give_back', sleepUntil: until };
      case 'starts_at':
        return run.call.startsAt === undefined
          ? { kind: 'give_back', sleepUntil: until }
          : delayedEnd(run, until);
      case 'calling_window': {
        // The campaign's window may be closed for everybody; or only this person's region or zone
        // is closed, and perhaps for longer.
        const opensForAll = run.context.opensForAllAt(now);
        return opensForAll === undefined
          ? delayedEnd(run, until)
          : { kind: 'give_back', sleepUntil: opensForAll };
      }
      case 'redial':
      case 'own_line':
      case 'cap':
        return delayedEnd(run, until);
      case 'line':
      case 'in_flight':
      case 'pace':
        return { kind: 'give_back', sleepUntil: until, turn: waitFor };
    }
  }
}
