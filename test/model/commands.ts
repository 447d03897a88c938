/**
 * What may be asked of the queue, in any order and by anybody, whether or not a worker would ever
 * ask it.
 */
import { deepStrictEqual } from 'node:assert/strict';
import { OUTCOMES, RETRYABLE_OUTCOMES } from '@libby-dialer/dialing';
import * as fc from 'fast-check';
import type { Question, Release, Settlement, Showing } from './call-life.ts';
import type { HoldRequest, ProbeVerdict, TroubleRun } from './hold-life.ts';
import type { ModelQueue } from './model-queue.ts';
import type { RealQueue } from './real-queue.ts';

/**
 * Steps of 13 between instants that are multiples of 10 apart: nothing is ever asked at the very
 * instant that decides. A claim outlives the second pause of a hold, so that a probe may come back
 * from before it.
 */
export const TIMES = { sendWithin: 10, claimFor: 40 };
const HOLD_PAUSES = { firstPause: 10, maxPause: 40 };
const STEP = 13;
const REDIAL_AFTER = 20;
const DOUBTS: TroubleRun = {
  name: 'doubts',
  threshold: 2,
  hold: { ...HOLD_PAUSES, person: false, retryAfter: 0, proof: 2 },
};
const UNREACHABLE: TroubleRun = { ...DOUBTS, name: 'unreachable', threshold: 3 };

/** One thing done to both. Each must answer the same, and look the same afterwards. */
class Command implements fc.AsyncCommand<ModelQueue, RealQueue> {
  readonly #words: string;
  readonly #run: (model: ModelQueue, real: RealQueue) => Promise<void>;

  constructor(
    name: string,
    given: unknown,
    run: (model: ModelQueue, real: RealQueue) => Promise<void>,
  ) {
    this.#words = `${name} ${JSON.stringify(given)}`;
    this.#run = run;
  }

  check(): boolean {
    return true;
  }

  async run(model: ModelQueue, real: RealQueue): Promise<void> {
    await this.#run(model, real);
    deepStrictEqual(await real.look(), model.look());
  }

  toString(): string {
    return this.#words;
  }
}

/** Something that both answer. */
function asked<Given>(
  name: string,
  given: fc.Arbitrary<Given>,
  ask: (queue: ModelQueue | RealQueue, given: Given) => unknown,
): fc.Arbitrary<Command> {
  return given.map(
    (value) =>
      new Command(name, value, async (model, real) =>
        deepStrictEqual(await ask(real, value), ask(model, value)),
      ),
  );
}

/** The same asked several times in one turn of the event loop, which goes to Redis as one. */
function askedTogether<Given>(
  name: string,
  given: fc.Arbitrary<Given>,
  ask: (queue: ModelQueue | RealQueue, given: Given) => unknown,
): fc.Arbitrary<Command> {
  return asked(name, fc.array(given, { minLength: 2, maxLength: 5 }), (queue, words) => {
    const answers = words.map((word) => ask(queue, word));
    return answers.some((answer) => answer instanceof Promise) ? Promise.all(answers) : answers;
  });
}

const callId = fc.constantFrom('call 1', 'call 2');
const owner = fc.constantFrom('run 1', 'run 2');
const attempts = fc.nat(3);
/**
 * What the end of a request shows of a hold that it probed, and of the API. What shows trouble
 * lifts nothing.
 */
const showing: fc.Arbitrary<{ probe: ProbeVerdict | undefined; shows: Showing | undefined }> =
  fc.oneof(
    fc.record({
      probe: fc.constantFrom('close', 'grow', 'keep', undefined),
      shows: fc.constantFrom('answer', undefined),
    }),
    fc.record({
      probe: fc.constantFrom('grow', 'keep', undefined),
      shows: fc.constantFrom(DOUBTS, UNREACHABLE),
    }),
  );
const hold: fc.Arbitrary<HoldRequest> = fc.record({
  // Mostly those that a probe may lift, and soon.
  person: fc.constantFrom(false, false, false, true),
  retryAfter: fc.constantFrom(0, 0, 0, 30),
  firstPause: fc.constant(HOLD_PAUSES.firstPause),
  maxPause: fc.constant(HOLD_PAUSES.maxPause),
  proof: fc.integer({ min: 1, max: 3 }),
});
const claim: fc.Arbitrary<Question> = fc.record({ callId, owner, isReady: fc.constant(true) });
/** To renew a claim, or with a token or a text missing. */
const otherQuestion: fc.Arbitrary<Question> = fc.record({
  callId,
  owner,
  isReady: fc.boolean(),
  renews: fc.option(fc.nat(2), { nil: undefined }),
});
/** In doubt more often than others: there is more to say of it. */
const outcome = fc.constantFrom(...OUTCOMES, 'unknown' as const, 'unknown' as const);
/** Where its campaign says so. */
const redialAfter = fc.constantFrom(undefined, REDIAL_AFTER);
const settlement: fc.Arbitrary<Settlement> = fc
  .tuple(fc.record({ callId, owner, outcome, attempts, redialAfter }), showing)
  // What was accepted was answered.
  .map(([word, shown]) => ({
    ...word,
    ...shown,
    ...(word.outcome === 'accepted' ? { shows: 'answer' } : {}),
  }));
const givenBack: fc.Arbitrary<Release> = fc
  .tuple(
    fc.record({
      callId,
      owner,
      attempts,
      failures: fc.nat(1),
      hold: fc.option(hold, { nil: undefined, freq: 3 }),
    }),
    showing,
  )
  .map(([word, shown]) => ({ ...word, ...shown }));

/**
 * Somebody pauses or cancels, and the owners of the claims speak until it returns; if they do not,
 * time passes.
 */
const controlled = fc
  .record({
    action: fc.constantFrom('pause' as const, 'cancel' as const),
    meanwhile: fc.array(fc.oneof(settlement, givenBack), { maxLength: 2 }),
  })
  .map((value) => new Command('control', value, (model, real) => control(model, real, value)));

async function control(
  model: ModelQueue,
  real: RealQueue,
  {
    action,
    meanwhile,
  }: { action: 'pause' | 'cancel'; meanwhile: readonly (Settlement | Release)[] },
): Promise<void> {
  const claims = model.control(action);
  const isPending = () => model.follow(claims).pending > 0;
  const applied = real.control(action);
  for (const [index, { callId, owner }] of claims.entries()) {
    const word = meanwhile[index];
    // Once nothing is pending it may have returned already: no further word belongs to it.
    if (word === undefined || !isPending()) break;
    deepStrictEqual(
      await say(real, { ...word, callId, owner }),
      say(model, { ...word, callId, owner }),
    );
  }
  if (isPending()) {
    model.pass(STEP);
    await real.pass(STEP);
  }
  deepStrictEqual(await real.outlast(applied), { wentOut: model.follow(claims).wentOut });
}

function say(queue: ModelQueue | RealQueue, word: Settlement | Release): unknown {
  return 'outcome' in word ? queue.settle(word) : queue.release(word);
}

const resumed = new Command('resume', '', async (model, real) => {
  model.control('resume');
  await real.control('resume');
});

const retryable = fc.constantFrom(...RETRYABLE_OUTCOMES);
const steps = fc.integer({ min: 1, max: 3 });
const listing = fc.record({ callId, isListed: fc.boolean() });
const redialed = fc.record({ callId, after: fc.constantFrom(0, REDIAL_AFTER) });
const opening = fc.record({ hold, callId });
const canceled = fc.record({ callId, owner });

const canary = fc
  .record({ calls: fc.constantFrom(1, 2), needed: fc.constantFrom(undefined, 1, 2) })
  .map(({ calls, needed }) => ({ calls, needed: needed && Math.min(needed, calls) }));

/** Each as often as its number says. */
const KINDS: readonly (readonly [number, fc.Arbitrary<Command>])[] = [
  [10, asked('claim', claim, (queue, question) => queue.ask(question))],
  [4, asked('ask', otherQuestion, (queue, question) => queue.ask(question))],
  [6, asked('settle', settlement, (queue, word) => queue.settle(word))],
  [6, asked('release', givenBack, (queue, word) => queue.release(word))],
  [6, askedTogether('claim together', claim, (queue, question) => queue.ask(question))],
  [2, askedTogether('ask together', otherQuestion, (queue, question) => queue.ask(question))],
  [3, askedTogether('settle together', settlement, (queue, word) => queue.settle(word))],
  [3, askedTogether('release together', givenBack, (queue, word) => queue.release(word))],
  [2, asked('redial', redialed, (queue, { callId, after }) => queue.redial(callId, after))],
  [3, asked('reopen', retryable, (queue, which) => queue.reopen(which))],
  [2, asked('erase', callId, (queue, which) => queue.erase(which))],
  [3, asked('cancel untried', canceled, (queue, of) => queue.cancelUntried(of.callId, of.owner))],
  [2, asked('drop job', callId, (queue, which) => queue.dropJob(which))],
  [1, asked('archive', fc.boolean(), (queue, withDoubts) => queue.archive(withDoubts))],
  [4, asked('pass', steps, (queue, count) => queue.pass(count * STEP))],
  [4, asked('open hold', opening, (queue, { hold, callId }) => queue.openHold(hold, callId))],
  [1, asked('release hold', fc.constant(''), (queue) => queue.releaseHold())],
  [2, asked('open canary', canary, (queue, given) => queue.openCanary(given))],
  [1, asked('release canary', fc.constant(''), (queue) => queue.releaseCanary())],
  [1, asked('change campaign', fc.constant(''), (queue) => queue.changeCampaign())],
  [
    1,
    asked('suppress', listing, (queue, { callId, isListed }) => queue.suppress(callId, isListed)),
  ],
  [2, controlled],
  [2, fc.constant(resumed)],
];

/** `fc.commands` chooses evenly, so what is to come often stands there often. */
export function commands(maxCommands: number) {
  const kinds = KINDS.flatMap(([count, kind]) => Array.from({ length: count }, () => kind));
  return fc.commands(kinds, { maxCommands, size: 'max' });
}

/**
 * From where a list of commands may begin, for few lists come there by themselves: a hold whose
 * probe is out, or a hold of which one probe has passed and two are out.
 */
export async function sendProbes(model: ModelQueue, real: RealQueue, count: 1 | 2): Promise<void> {
  const hold: HoldRequest = { ...HOLD_PAUSES, person: false, retryAfter: 0, proof: count + 1 };
  for (const queue of [model, real]) {
    await queue.openHold(hold, 'another call');
    await queue.pass(STEP);
    await queue.ask(claimOf(1));
    if (count === 1) continue;
    await queue.release({
      callId: 'call 1',
      owner: 'run 1',
      attempts: 1,
      failures: 0,
      probe: 'close',
    });
    await queue.ask(claimOf(1));
    await queue.ask(claimOf(2));
  }
}

function claimOf(number: 1 | 2): Question {
  return { callId: `call ${number}`, owner: `run ${number}`, isReady: true };
}
