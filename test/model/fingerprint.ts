import { type Entry, type Ledger, placesTaken } from './call-life.ts';
import { type Hold, isProbeOf, livingLeases } from './hold-life.ts';
import type { Call, People, Phase, Run, Word, World } from './world.ts';

/**
 * The same for two worlds only if the same can happen from both: times count from now, all that is
 * past alike; runs are named by the order in which they appear; calls and workers have no names,
 * only an order by what they are at.
 */
export function fingerprint(world: World): string {
  const callIds = Object.keys(world.calls).toSorted((one, other) => byFate(world, one, other));
  const runs = world.runs.toSorted((one, other) => byPhase(callIds, one, other));
  return describe(world, callIds, runs);
}

function byFate({ calls, ledger }: World, one: string, other: string): number {
  return (
    compare(calls[one]?.wire, calls[other]?.wire) ||
    compare(ledger.entries[one]?.state, ledger.entries[other]?.state) ||
    compare(jobName(calls[one]), jobName(calls[other]))
  );
}

function byPhase(callIds: readonly string[], one: Run | undefined, other: Run | undefined): number {
  if (one === undefined || other === undefined)
    return one === other ? 0 : one === undefined ? 1 : -1;
  return (
    compare(one.at.kind, other.at.kind) ||
    callIds.indexOf(one.callId) - callIds.indexOf(other.callId)
  );
}

function jobName(call: Call | undefined): string | undefined {
  return typeof call?.job === 'string' ? call.job : undefined;
}

function compare(one: string | undefined, other: string | undefined): number {
  if (one === other) return 0;
  return (one ?? '') < (other ?? '') ? -1 : 1;
}

function describe(world: World, callIds: readonly string[], runs: World['runs']): string {
  const names = new Naming(world.now, callIds);
  const { ledger, people, mishapsLeft } = world;
  const counted = ledger.isArchived ? `a${JSON.stringify(ledger.counted)}` : '';
  const flags = `${+ledger.isPaused}${+ledger.isCanceled}${counted}${names.time(ledger.expiresAt)}${holdPrint(ledger.hold, names)}${canaryPrint(ledger, names)}`;
  const runPrints = runs.map((run) => (run === undefined ? '-' : runPrint(run, names)));
  const callPrints = callIds.map((callId) => {
    const call = world.calls[callId];
    const entry = ledger.entries[callId];
    const lists = [ledger.kept, ledger.reopened, ledger.suppressed, ledger.named]
      .map((list) => +list.includes(callId))
      .join('');
    return `${call === undefined ? '' : callPrint(call, names)}${lists}${entry === undefined ? '' : entryPrint(entry, ledger.hold, names)}`;
  });
  return [flags, ...runPrints, ...callPrints, peoplePrint(people, names), mishapsLeft].join('|');
}

function entryPrint(entry: Entry, hold: Hold | undefined, names: Naming): string {
  const { state, owner, sendBy, deadline, attempts, failures, revision } = entry;
  const times =
    state === 'claimed'
      ? `${names.time(sendBy)}${names.time(deadline)}${+isProbeOf(hold, entry)}`
      : '';
  const redial = `${entry.redials ?? ''}${entry.redialAt === undefined ? '' : names.due(entry.redialAt, 0)}`;
  return `${state}${names.owner(owner)}${times}${redial},${attempts},${failures},${revision}`;
}

function callPrint({ wire, first, job, isNamed, mishap }: Call, names: Naming): string {
  return `${wire}${first ?? ''}${typeof job === 'string' ? job : names.owner(job.inHandOf)}${+isNamed}${+mishap}`;
}

function runPrint({ owner, callId, isRedial, isSweep = false, at }: Run, names: Naming): string {
  return `${names.owner(owner)}${isRedial ? 'r' : ''}${isSweep ? 's' : ''}${names.call(callId)}${phasePrint(at, names)}`;
}

function phasePrint(at: Phase, names: Naming): string {
  switch (at.kind) {
    case 'asking':
      return `asking${names.lag(at.askedAt)}${renewalPrint(at.renews)}`;
    case 'told':
      return `told${names.lag(at.askedAt)}${renewalPrint(at.renews)}${answerPrint(at, names)}`;
    case 'sending':
      return `sending${at.attempts},${at.failures},${+at.isRenewed}`;
    case 'saying':
      return `saying${wordPrint(at.word, names)}${+at.hasWritten}`;
    case 'dropping':
      return at.kind;
    case 'said':
      return `said${wordPrint(at.word, names)}${+at.hasWritten}${at.reply.kind}${'redialAt' in at.reply ? 'r' : ''}`;
  }
}

function renewalPrint(renews: { attempts: number; failures: number } | undefined): string {
  return renews === undefined ? '' : `r${renews.attempts},${renews.failures}`;
}

function answerPrint({ answer, sendUntil }: Phase & { kind: 'told' }, names: Naming): string {
  switch (answer.kind) {
    case 'dial':
      return `dial${names.time(sendUntil - 1)}${answer.claim.attempts},${answer.claim.failures}`;
    case 'in_doubt':
      return `doubt${names.owner(answer.owner)}${answer.attempts}`;
    case 'skip':
      return `${answer.outcome}${answer.attempts}`;
    case 'done':
    case 'busy':
    case 'wait':
    case 'paused':
    case 'held':
    case 'unready':
      return answer.kind;
  }
}

function wordPrint(word: Word, names: Naming): string {
  if (word.kind === 'settle') {
    const { owner, outcome, attempts, probe } = word.settlement;
    return `${outcome}${names.owner(owner)}${attempts}${probe ?? ''}`;
  }
  const { attempts, failures, probe, hold } = word.release;
  return `back${attempts},${failures}${probe ?? ''}${hold === undefined ? '' : 'h'}`;
}

function holdPrint(hold: Hold | undefined, names: Naming): string {
  if (hold === undefined) return '';
  const { by, retryAt, pause, firstPause, proven } = hold;
  const leases = livingLeases(hold, names.now)
    // Of when it was lent matters only whether that was before the pause.
    .map(({ owner, lentAt, expiresAt }) => ({
      owner,
      print: `${+(lentAt < retryAt)}${names.time(expiresAt - 1)}`,
    }))
    .toSorted((one, other) => compare(one.print, other.print))
    .map(({ owner, print }) => `${names.owner(owner)}${print}`);
  // The pause says all that its count would: both stop growing together.
  return `h${names.call(by)}${names.due(retryAt, firstPause)}${pause},${proven}${leases.join('')}`;
}

/** Of those let out that have no place any more nothing is remembered. */
function canaryPrint(ledger: Ledger, names: Naming): string {
  if (ledger.canary === undefined) return '';
  const places = placesTaken(ledger).map((callId) => names.call(callId));
  return `y${places.toSorted().join('')}`;
}

function peoplePrint(
  { control, hasSuppressed, retriesLeft, restoring, erasure }: People,
  names: Naming,
): string {
  const stage =
    typeof control === 'string'
      ? control
      : control.waitsFor
          .map(
            (seen) => `${names.call(seen.callId)}${names.owner(seen.owner)}${seen.requestsBegun}`,
          )
          .toSorted()
          .join('');
  const read =
    restoring &&
    `${restoring.callIds.map((callId) => names.call(callId)).join('')}${+restoring.haveJobs}`;
  return `${stage}${+hasSuppressed}${retriesLeft}${read ?? ''}${erasure}`;
}

/** Names that say no more than what matters. */
class Naming {
  readonly now: number;
  readonly #callIds: readonly string[];
  readonly #owners: string[] = [];

  constructor(now: number, callIds: readonly string[]) {
    this.now = now;
    this.#callIds = callIds;
  }

  owner(owner: string): string {
    if (owner === '') return '_';
    let index = this.#owners.indexOf(owner);
    if (index < 0) index = this.#owners.push(owner) - 1;
    return `#${index}`;
  }

  call(callId: string): string {
    return `c${this.#callIds.indexOf(callId)}`;
  }

  /** How far an instant lies ahead that is over when now is greater. */
  time(instant: number): string {
    return instant < this.now ? '<' : `+${instant - this.now}`;
  }

  /** When a hold may be probed, and when by the call that opened it. */
  due(retryAt: number, firstPause: number): string {
    return `+${Math.max(retryAt - this.now, -firstPause)}`;
  }

  /**
   * How long ago a question was asked. One tick is as long as a claim gives to send: more makes no
   * difference.
   */
  lag(askedAt: number): string {
    return `-${Math.min(this.now - askedAt, 1)}`;
  }
}
