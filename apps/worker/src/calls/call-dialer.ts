import type { Claim, GateAnswer, HoldCause, PlacedCalls } from '@libby-dialer/dial-queue';
import {
  type Decision,
  decide,
  type Payload,
  type Reason,
  retryDelayMs,
} from '@libby-dialer/dialing';
import {
  AccessToken,
  type LibbyClient,
  TokenError,
  type TokenSource,
  verdictOf,
} from '@libby-dialer/libby-client';
import type { PaceWatch } from '../campaigns/pace-watch.ts';
import { causeOfAnswer, causeOfTokenError } from '../holds/hold-cause.ts';
import type { HoldOpener } from '../holds/hold-opener.ts';
import { holdRequest, tokenHold } from '../holds/trouble.ts';
import type { RedisClock } from '../redis/redis-clock.ts';
import type { WorkerEvents } from '../worker-events.ts';
import type { CallGate, SendWindow } from './call-gate.ts';
import type { CallLedger, Settlement } from './call-ledger.ts';
import { type CallRun, delayedEnd, GIVE_BACK } from './call-run.ts';
import type { JobEnd } from './job-end.ts';

export interface CallDialerParts {
  readonly client: LibbyClient;
  readonly tokens: TokenSource;
  readonly callGate: CallGate;
  readonly ledger: CallLedger;
  readonly holdOpener: HoldOpener;
  readonly clock: RedisClock;
  readonly paceWatch: PaceWatch;
  readonly placedCalls: PlacedCalls;
  readonly events: WorkerEvents;
  /** In [0, 1). */
  readonly random: () => number;
}

/** The gate did not let the call out again; after `skip` and `unfenced` it still has its claim. */
export interface NotRenewed {
  readonly kind: 'not_renewed';
  readonly answer: GateAnswer;
  readonly claim: Claim;
  /** Requests begun, and provable failures to begin one, by now. */
  readonly attempts: number;
}

/**
 * The claim under which a call goes out again: after its token was refused, or because it missed
 * its slot and has not been sent yet.
 */
interface Again {
  readonly claim: Claim;
  readonly isUnsent: boolean;
  readonly reason: Reason;
}

/** What one request showed. */
interface RequestEnd {
  readonly decision: Decision;
  readonly dialedAt: number | undefined;
  readonly httpStatus: number | undefined;
  readonly cause: HoldCause | undefined;
}

/** Places calls that the gate has let out. */
export class CallDialer {
  readonly #parts: CallDialerParts;

  constructor(parts: CallDialerParts) {
    this.#parts = parts;
  }

  /**
   * Sends the call once within its claim, or once more with a new token, and writes down what
   * became of it.
   * @returns the job's end, or the gate's answer where it was not let out again
   */
  async dial(
    run: CallRun,
    window: SendWindow,
    payload: Payload,
    token: AccessToken,
    isRenewed = false,
  ): Promise<JobEnd | NotRenewed> {
    const { claim } = window;
    const seen = await this.#place(
      run,
      window,
      { ...payload, fromPhoneNumber: claim.line },
      token,
      isRenewed,
    );
    const { decision } = seen;
    switch (decision.kind) {
      case 'settle':
        return this.#settle(run, window, { ...seen, ...decision });
      case 'renew':
        return this.#sendAgain(run, claim, payload, token);
      case 'retry':
        return this.#retryLater(run, claim, decision, seen);
      case 'hold':
        return this.#holdAndWait(run, claim, decision, seen);
      case 'put_back': {
        const hasMissedItsSlot = claim.sendFrom !== undefined && !run.signals.abort.aborted;
        if (!hasMissedItsSlot) return this.#putBack(run, claim);
        this.#parts.paceWatch.slotMissed();
        const again = { claim, isUnsent: true, reason: 'not_sent' } as const;
        return this.#askAgain(run, again, (next) =>
          this.dial(run, next, payload, token, isRenewed),
        );
      }
    }
  }

  async #settle(
    run: CallRun,
    { claim, isEarly }: SendWindow,
    seen: Pick<Settlement, 'outcome' | 'reason' | 'decision' | 'dialedAt' | 'httpStatus'>,
  ): Promise<JobEnd> {
    const attempts = claim.attempts + 1;
    const end = await this.#parts.ledger.settle(run, { ...seen, attempts, claim });
    return end.kind === 'complete' && isEarly ? { ...end, isEarly } : end;
  }

  /** One request, begun within the claim and from its slot on, or not at all. */
  async #place(
    run: CallRun,
    { claim, opensAt, isOver }: SendWindow,
    payload: Payload,
    token: AccessToken,
    isRenewed: boolean,
  ): Promise<RequestEnd> {
    const { client, clock, paceWatch, placedCalls, events } = this.#parts;
    const { campaign } = run.context;
    if (opensAt !== undefined) await clock.sleepUntil(opensAt, run.signals.abort);
    const from = clock.monotonic();
    let dialedAt: number | undefined;
    // Runs right before the first byte; nothing can be checked after it. So the ledger decides who
    // may send, and this decides only until when.
    const veto = () => {
      if (isOver()) return 'the claim has run out';
      dialedAt = clock.now();
      placedCalls.count(campaign.id, dialedAt);
      return undefined;
    };
    events.requestBegun();
    const answer = await client.placeCall(payload, token, { signal: run.signals.abort, veto });
    events.requestEnded(clock.monotonic() - from);
    if (opensAt !== undefined && dialedAt !== undefined) paceWatch.slotUsed();
    const verdict = verdictOf(answer);
    const decision = decide(verdict, {
      isOwnLine: run.call.from !== undefined,
      isRenewed,
      failures: claim.failures,
      maxFailures: campaign.retry.attempts,
    });
    return {
      decision,
      dialedAt,
      httpStatus: answer.kind === 'answered' ? answer.status : undefined,
      cause: verdict.delivery === 'accepted' ? undefined : causeOfAnswer(answer, client.url),
    };
  }

  /**
   * The API refused the token: with a new one and a renewed claim the call may go out once more.
   */
  async #sendAgain(
    run: CallRun,
    claim: Claim,
    payload: Payload,
    refused: AccessToken,
  ): Promise<JobEnd | NotRenewed> {
    const again = { claim, isUnsent: false, reason: 'forbidden' } as const;
    await this.#parts.tokens.invalidate(refused);
    const token = await this.#newToken(run);
    if (!(token instanceof AccessToken))
      return this.#giveUp(run, again, async () => this.#waitForToken(run, token));
    return this.#askAgain(run, again, (next) => this.dial(run, next, payload, token, true));
  }

  /** Everything is checked anew. */
  async #askAgain(
    run: CallRun,
    again: Again,
    go: (window: SendWindow) => Promise<JobEnd | NotRenewed>,
  ): Promise<JobEnd | NotRenewed> {
    const { callGate, ledger } = this.#parts;
    const { claim, isUnsent } = again;
    const attempts = attemptsOf(again);
    const asked = callGate
      .ask(run, { ready: true, renews: claim, isUnsent })
      .catch(async (error: unknown) => {
        await ledger.release(run, claim, { attempts });
        throw error;
      });
    const { answer, window } = await asked;
    if (window !== undefined) return go(window);
    const notRenewed = { kind: 'not_renewed', answer, claim, attempts } as const;
    if (answer.kind === 'skip' || answer.kind === 'unfenced') return notRenewed;
    return this.#giveUp(run, again, async () => notRenewed);
  }

  /** A token, or why there is none; nothing at all when the run is broken off. */
  async #newToken(run: CallRun): Promise<AccessToken | TokenError | undefined> {
    try {
      return await this.#parts.tokens.get(run.signals.abort);
    } catch (error) {
      if (run.signals.abort.aborted) return undefined;
      if (!(error instanceof TokenError)) throw error;
      return error;
    }
  }

  async #waitForToken(run: CallRun, error: TokenError | undefined): Promise<JobEnd> {
    const { holdOpener, tokens } = this.#parts;
    if (error === undefined) return GIVE_BACK;
    return holdOpener.open(run, tokenHold(error), causeOfTokenError(error, tokens.url));
  }

  /** Not sent again: it did not ring, and keeps its place. */
  async #giveUp<Next>(
    run: CallRun,
    again: Again,
    next: () => Promise<Next>,
  ): Promise<JobEnd | Next> {
    const { ledger } = this.#parts;
    const { claim, reason } = again;
    const released = await ledger.release(run, claim, { attempts: attemptsOf(again) });
    return released === 'released' ? next() : ledger.releasedTooLate(run, claim, released, reason);
  }

  async #retryLater(
    run: CallRun,
    claim: Claim,
    decision: Decision & { kind: 'retry' },
    { cause }: Pick<RequestEnd, 'cause'>,
  ): Promise<JobEnd> {
    const { clock, events, random } = this.#parts;
    const failures = claim.failures + 1;
    events.notSent(run, decision.reason);
    const spent = { attempts: claim.attempts + 1, failures, decision, cause };
    const released = await this.#parts.ledger.release(run, claim, spent);
    if (released !== 'released')
      return this.#parts.ledger.releasedTooLate(run, claim, released, decision.reason);
    const pauseMs = retryDelayMs(run.context.campaign.retry, failures, random());
    return delayedEnd(run, clock.now() + pauseMs);
  }

  async #holdAndWait(
    run: CallRun,
    claim: Claim,
    decision: Decision & { kind: 'hold' },
    seen: Pick<RequestEnd, 'httpStatus' | 'dialedAt' | 'cause'>,
  ): Promise<JobEnd> {
    const { clock, events } = this.#parts;
    const scope = decision.scope === 'all' ? 'all' : (`line:${claim.line}` as const);
    const hold = holdRequest(scope, decision.hold, decision.retryAfterMs);
    const attempts = claim.attempts + 1;
    const released = await this.#parts.ledger.release(run, claim, {
      attempts,
      decision,
      hold,
      cause: seen.cause,
      faultAfter: decision.faultAfter,
    });
    if (released === 'at_fault') {
      const { reason } = decision;
      const refused = { ...seen, decision, outcome: 'rejected', reason, attempts, claim } as const;
      return this.#parts.ledger.settle(run, refused);
    }
    if (released !== 'released')
      return this.#parts.ledger.releasedTooLate(run, claim, released, decision.reason);
    events.holdAsked(hold);
    // Another line of the pool may be free at once: the gate knows.
    const isPool = run.context.campaign.fromPhoneNumber.length > 1;
    if (decision.scope === 'line' && isPool) return GIVE_BACK;
    const pauseMs = Math.max(hold.firstPauseMs, hold.retryAfterMs);
    // Another call goes first, if there is one.
    return delayedEnd(run, clock.now() + pauseMs + hold.firstPauseMs, clock.now() + pauseMs);
  }

  /** We stopped it ourselves, before its first byte: nothing is spent. */
  async #putBack(run: CallRun, claim: Claim): Promise<JobEnd> {
    this.#parts.events.notSent(run, 'not_sent');
    const released = await this.#parts.ledger.release(run, claim, { attempts: claim.attempts });
    if (released !== 'released')
      return this.#parts.ledger.releasedTooLate(run, claim, released, 'not_sent');
    return GIVE_BACK;
  }
}

function attemptsOf({ claim, isUnsent }: Again): number {
  return isUnsent ? claim.attempts : claim.attempts + 1;
}
