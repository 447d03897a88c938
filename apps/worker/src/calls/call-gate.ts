import type { Claim, ClaimRequest, Gate, GateAnswer, Identity } from '@libby-dialer/dial-queue';
import { CLOCKS_MAY_DIFFER_MS } from '@libby-dialer/runtime';
import type { ClaimWitness } from '../redis/claim-witness.ts';
import type { Moment, RedisClock } from '../redis/redis-clock.ts';
import type { WorkerEvents } from '../worker-events.ts';
import { agreedSpan } from './agreed-span.ts';
import { type CallRun, hasOwnLine } from './call-run.ts';
import { LONGEST_SLEEP_MS } from './job-end.ts';

/** Hours that never meet: the call waits for a change of its campaign, or for its expiry. */
const NEVER_OPEN_MS = 24 * 3_600_000;

export interface CallGateParts {
  readonly gate: Gate;
  readonly identity: Identity;
  readonly witness: ClaimWitness;
  readonly clock: RedisClock;
  readonly events: WorkerEvents;
}

/** A call that gets its slot this early shows that enough calls are in hand for the pace. */
const EARLY_MS = 150;
/** How soon to ask again while a new server waits for other workers to compare. */
const COMPARED_AGAIN_MS = 2_000;

/** The right to send, and when it ends here. */
export interface SendWindow {
  readonly claim: Claim;
  /** Monotonic ms of the claim's slot, where its campaign has a pace. */
  readonly opensAt: number | undefined;
  readonly isEarly: boolean;
  readonly isOver: () => boolean;
}

export interface AskedGate {
  readonly answer: GateAnswer;
  /** Given with `dial` alone. */
  readonly window: SendWindow | undefined;
}

/** Asks the gate about a call, with the hours of its recipient. */
export class CallGate {
  readonly #parts: CallGateParts;

  constructor(parts: CallGateParts) {
    this.#parts = parts;
  }

  /**
   * @param ready whether everything needed to send is in hand; if not, nothing is claimed
   * @param renews the claim under which it is asked for again; if this rejects, it may be as it was
   * or renewed
   * @param isUnsent nothing has been sent under that claim
   */
  async ask(
    run: CallRun,
    { ready, renews, isUnsent }: { ready: boolean; renews?: Claim; isUnsent?: boolean },
  ): Promise<AskedGate> {
    const { clock, identity, events, witness } = this.#parts;
    const { call, context } = run;
    if (Math.abs(clock.aheadMs()) > CLOCKS_MAY_DIFFER_MS) return this.#awaitClocks();
    const areClocksSet = clock.setSince();
    const request: ClaimRequest = {
      callId: run.callId,
      owner: run.owner,
      campaign: run.campaign,
      person: identity.person(call.to),
      others: call.otherNumbers?.map((number) => identity.person(number)),
      lines: call.from === undefined ? context.campaign.fromPhoneNumber : [call.from],
      limits:
        run.rules.caps.length === 0 ? context.limits : { ...context.limits, caps: run.rules.caps },
      edition: context.edition,
      isOwnLine: hasOwnLine(run) || undefined,
      isOwnTime:
        call.startsAt !== undefined ||
        context.opensForAllAt(clock.now()) === undefined ||
        undefined,
      startsAt: call.startsAt,
      expiresAt: call.expiresAt,
      ready,
      renews: renews?.attempts,
      isUnsent: isUnsent || undefined,
      ...(context.limits.intervalMs === undefined
        ? {}
        : { leadMs: clock.leadMs, takesItFor: clock.estimate }),
      ...this.#openSpan(run),
    };
    const { answer, asked } = await this.#askCompared(request).catch(async (error: unknown) => {
      if (ready && renews === undefined) await this.#withdraw(request);
      throw error;
    });
    events.gateAnswered(answer);
    // Redis's clock was set while the gate was asked, so what it found to be over may not be.
    if (isTimeOver(answer) && areClocksSet()) return this.#awaitClocks();
    if (answer.kind !== 'dial') return { answer, window: undefined };
    witness.claimed(run.campaign, run.callId, answer.claim);
    return { answer, window: this.#windowOf(answer.claim, answer.now, asked, areClocksSet) };
  }

  /**
   * The clocks of Redis and of this machine differ too much, and nobody knows which is wrong:
   * nothing is dialed, and nothing counts as expired.
   */
  #awaitClocks(): AskedGate {
    const now = this.#parts.clock.now();
    return {
      answer: { kind: 'wait', until: now + LONGEST_SLEEP_MS, waitFor: 'clocks', now, sequence: 0 },
      window: undefined,
    };
  }

  #windowOf(
    claim: Claim,
    redisNow: number,
    asked: Moment,
    areClocksSet: () => boolean,
  ): SendWindow {
    const { clock } = this.#parts;
    // The claim may be an earlier one whose answer was lost. If Redis's clock was set since then,
    // it says nothing of the claim's age.
    const isPast = clock.timeIsUp(asked, claim.sendBy - Math.max(redisNow, claim.claimedAt));
    const isTimeUp = () => isPast() || areClocksSet();
    const { sendFrom, slotEnds } = claim;
    if (sendFrom === undefined || slotEnds === undefined)
      return { claim, opensAt: undefined, isEarly: false, isOver: isTimeUp };
    const { opensAt, closesAt } = clock.slotSpan({ sendFrom, slotEnds }, redisNow);
    const isOver = () => isTimeUp() || clock.monotonic() > closesAt;
    const isEarly = sendFrom - redisNow > clock.leadMs + EARLY_MS;
    return { claim, opensAt, isEarly, isOver };
  }

  /**
   * Takes back a claim that Redis may have made: it can run the command, lose the answer, and then
   * refuse the copy that is sent again.
   */
  async #withdraw(request: ClaimRequest): Promise<void> {
    const { gate, events } = this.#parts;
    await gate.withdraw(request).catch((error: unknown) => {
      events.unexpected('while taking a question back', error, {
        campaign: request.campaign,
        callId: request.callId,
      });
    });
  }

  /**
   * Asks for a claim only once it is known that this Redis has lost none, and once all other
   * workers have had the time to find that out.
   */
  async #askCompared(request: ClaimRequest): Promise<{ answer: GateAnswer; asked: Moment }> {
    const { gate, clock, witness } = this.#parts;
    for (;;) {
      const { server } = gate;
      const pauseMs = witness.msUntilClaims;
      const asked = clock.moment();
      const ready = request.ready && pauseMs === 0;
      const answer = await gate.claim({ ...request, ready, seen: witness.seenOn(server) });
      if (answer.kind === 'uncompared') {
        await witness.meet();
        continue;
      }
      clock.observe(answer.now, asked.monotonic);
      witness.saw(server, answer.sequence);
      const mustWait = answer.kind === 'unready' && request.ready;
      return {
        answer: mustWait
          ? {
              ...answer,
              kind: 'wait',
              until: answer.now + Math.min(pauseMs, COMPARED_AGAIN_MS),
              waitFor: 'comparison',
            }
          : answer,
        asked,
      };
    }
  }

  #openSpan({ call, context, rules }: CallRun): { opensAt: number; closesAt: number } {
    const { clock } = this.#parts;
    const now = clock.now();
    const { campaign } = context;
    const times = {
      startsAt: call.startsAt ?? campaign.startsAt,
      expiresAt: call.expiresAt ?? campaign.expiresAt,
    };
    const span = agreedSpan((at) => context.hours.openSpan(rules, at), now, clock.aheadMs(), times);
    return span ?? { opensAt: now + NEVER_OPEN_MS, closesAt: now + NEVER_OPEN_MS };
  }
}

/** Whether the answer rests on a time that is over. */
function isTimeOver(answer: GateAnswer): boolean {
  return answer.kind === 'in_doubt' || (answer.kind === 'skip' && answer.outcome === 'expired');
}
