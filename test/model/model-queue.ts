/** The model with a clock of its own, and with what Redis keeps beside the ledger. */
import type { RetryableOutcome } from '@libby-dialer/dialing';
import {
  type ArchiveAnswer,
  archive,
  askGate,
  type Canary,
  control,
  countsOf,
  EMPTY_LEDGER,
  type Entry,
  entryOf,
  erase,
  followClaims,
  type GateAnswer,
  grantRedial,
  isOver,
  type Ledger,
  openCanary,
  placesTaken,
  type Question,
  type RedialAnswer,
  type Release,
  release,
  removed,
  renewCanary,
  reopen,
  restored,
  type SeenClaim,
  type SettleAnswer,
  type Settlement,
  settle,
  type Times,
  type Turn,
} from './call-life.ts';
import { type Hold, type HoldRequest, livingLeases, openHold } from './hold-life.ts';
import type { CanaryAnswer, ErasureTold, Standing } from './real-queue.ts';

export class ModelQueue {
  readonly #times: Times;
  #results: { callId: string; isNamed: boolean; outcome: string; revision: number }[] = [];
  readonly #jobs = new Set<string>();
  readonly #revised = new Set<string>();
  #ledger: Ledger;
  #now = 0;

  constructor(times: Times, expiresAt: number) {
    this.#times = times;
    this.#ledger = { ...EMPTY_LEDGER, expiresAt };
  }

  ask(question: Question): GateAnswer {
    const answer = this.#take(askGate(this.#ledger, question, this.#now, this.#times));
    switch (answer.kind) {
      case 'dial':
        return { kind: 'dial', claim: this.#fromNow(answer.claim) };
      case 'busy':
      case 'wait':
        return { kind: answer.kind, until: answer.until - this.#now };
      case 'held':
        return answer.until === undefined ? answer : { ...answer, until: answer.until - this.#now };
      case 'done':
      case 'in_doubt':
      case 'skip':
      case 'paused':
      case 'unready':
        return answer;
    }
  }

  settle(settlement: Settlement): SettleAnswer {
    const before = this.#ledger;
    const answer = this.#take(settle(before, settlement, this.#now));
    const { callId, outcome } = settlement;
    if (answer.kind === 'settled' && this.#ledger !== before) {
      this.#write(callId, true, outcome, answer.revision);
    }
    if (answer.kind === 'lost' || answer.redialAt === undefined) return answer;
    return { ...answer, redialAt: answer.redialAt - this.#now };
  }

  release(given: Release): string {
    return this.#take(release(this.#ledger, given, this.#now));
  }

  /** No worker has a job in hand, so that all jobs are in the queue at once. */
  reopen(outcome: RetryableOutcome): number {
    const count = this.#take(reopen(this.#ledger, outcome));
    this.#restore();
    return count;
  }

  redial(callId: string, after: number): RedialAnswer {
    const answer = this.#take(grantRedial(this.#ledger, callId, after, this.#now));
    if (answer === 'resolved') this.#restore();
    return answer;
  }

  control(action: 'pause' | 'resume' | 'cancel'): readonly SeenClaim[] {
    return this.#take(control(this.#ledger, action));
  }

  archive(withDoubts: boolean): ArchiveAnswer {
    const answer = this.#take(archive(this.#ledger, this.#jobs.size > 0, withDoubts));
    if (answer !== 'archived') return answer;
    this.#ledger = removed(this.#ledger);
    this.#results = [];
    this.#revised.clear();
    return answer;
  }

  erase(callId: string): ErasureTold {
    const { kept, named, isArchived } = this.#ledger;
    const isNamed = named.includes(callId);
    if (!this.#jobs.has(callId) && !kept.includes(callId) && !isNamed)
      return { calls: 0, ended: 0 };
    const answer = this.#take(erase(this.#ledger, callId, this.#now));
    if (answer === 'in_flight') return answer;
    this.#jobs.delete(callId);
    this.#results = this.#results.filter((result) => result.callId !== callId || !result.isNamed);
    const { state, revision } = entryOf(this.#ledger, callId);
    if (!isArchived && (isNamed || answer === 'ended')) this.#write(callId, false, state, revision);
    return { calls: 1, ended: answer === 'ended' ? 1 : 0 };
  }

  cancelUntried(callId: string, owner: string): boolean {
    const { isCanceled, isArchived } = this.#ledger;
    if (!isCanceled || isArchived) return false;
    if (entryOf(this.#ledger, callId).state === 'queued')
      this.settle({ callId, owner, outcome: 'canceled', attempts: 0 });
    const { state, owner: endedBy } = entryOf(this.#ledger, callId);
    if (state !== 'canceled' || endedBy !== owner) return false;
    this.#jobs.delete(callId);
    return true;
  }

  dropJob(callId: string): void {
    if (isOver(this.#ledger, callId)) this.#jobs.delete(callId);
  }

  follow(claims: readonly SeenClaim[]) {
    return followClaims(this.#ledger, claims, this.#now);
  }

  openHold(hold: HoldRequest, callId: string): void {
    this.#ledger = { ...this.#ledger, hold: openHold(this.#ledger.hold, hold, callId, this.#now) };
  }

  releaseHold(): boolean {
    const { hold } = this.#ledger;
    this.#ledger = { ...this.#ledger, hold: undefined };
    return hold !== undefined;
  }

  openCanary(given: Pick<Canary, 'calls' | 'needed'>): CanaryAnswer {
    const { canary, isArchived } = this.#ledger;
    if (isArchived) return 'archived';
    this.#ledger = openCanary(this.#ledger, given);
    if (this.#ledger.canary === undefined) return 'lifted';
    return canary === undefined ? 'opened' : 'stands';
  }

  releaseCanary(): boolean {
    const { canary } = this.#ledger;
    this.#ledger = { ...this.#ledger, canary: undefined };
    return canary !== undefined;
  }

  changeCampaign(): void {
    if (!this.#ledger.isArchived) this.#ledger = renewCanary(this.#ledger);
  }

  suppress(callId: string, isListed: boolean): number {
    const { suppressed } = this.#ledger;
    if (suppressed.includes(callId) === isListed) return 0;
    const changed = isListed ? [...suppressed, callId] : suppressed.filter((one) => one !== callId);
    this.#ledger = { ...this.#ledger, suppressed: changed };
    return 1;
  }

  pass(units: number): void {
    this.#now += units;
  }

  look(): Standing {
    const { entries, kept, reopened, hold, trouble, canary } = this.#ledger;
    const claims = Object.keys(entries).filter(
      (callId) => entryOf(this.#ledger, callId).state === 'claimed',
    );
    return {
      entries: Object.fromEntries(
        Object.entries(entries).map(([callId, entry]) => [callId, this.#fromNow(entry)]),
      ),
      claims: claims.toSorted(),
      kept: kept.toSorted(),
      reopened: reopened.toSorted(),
      counters: countsOf(this.#ledger),
      redialing: Object.values(entries).filter(({ redialAt }) => redialAt !== undefined).length,
      jobs: [...this.#jobs].toSorted(),
      results: this.#results.map((result) => JSON.stringify(result)),
      revised: [...this.#revised].toSorted(),
      hold: hold === undefined ? undefined : this.#holdFromNow(hold),
      canary: canary && {
        calls: canary.calls,
        needed: canary.needed,
        places: placesTaken(this.#ledger).toSorted(),
      },
      trouble,
    };
  }

  #restore(): void {
    for (const callId of this.#ledger.reopened) this.#jobs.add(callId);
    this.#ledger = restored(this.#ledger, () => true);
  }

  #write(callId: string, isNamed: boolean, outcome: string, revision: number): void {
    this.#results.push({ callId, isNamed, outcome, revision });
    if (revision > 1) this.#revised.add(callId);
  }

  #take<Answer>({ ledger, answer }: Turn<Answer>): Answer {
    this.#ledger = ledger;
    return answer;
  }

  #fromNow(entry: Entry): Entry {
    const { claimedAt, sendBy, deadline, redialAt } = entry;
    const now = this.#now;
    if (entry.state === 'unknown') {
      const redial = redialAt === undefined ? {} : { redialAt: redialAt - now };
      return { ...entry, deadline: deadline - now, ...redial };
    }
    if (entry.state !== 'claimed') return entry;
    return { ...entry, claimedAt: claimedAt - now, sendBy: sendBy - now, deadline: deadline - now };
  }

  #holdFromNow(hold: Hold): Hold {
    const now = this.#now;
    const leases = livingLeases(hold, now)
      .map(({ owner, lentAt, expiresAt }) => ({
        owner,
        lentAt: lentAt - now,
        expiresAt: expiresAt - now,
      }))
      .toSorted((one, other) => one.owner.localeCompare(other.owner));
    return { ...hold, since: hold.since - now, retryAt: hold.retryAt - now, leases };
  }
}
