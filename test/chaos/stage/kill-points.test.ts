import { fictionalNumbers } from '@libby-dialer/testkit';
import { describe, expect, it } from 'vitest';
import { type Evidence, gatherEvidence } from '../judging/evidence.ts';
import { violationsOf } from '../judging/invariants.ts';
import { ArmedWorker } from './armed-worker.ts';
import { Crew } from './crew.ts';
import { Enqueuer } from './enqueuer.ts';
import { KILL_POINTS, type KillPoint } from './kill-points.ts';
import { patiently } from './patience.ts';
import { NO_RULES } from './rules.ts';
import { Stage } from './stage.ts';

const NUMBERS = fictionalNumbers().slice(0, 40);

/** What a call came to: `accepted, rang 1`. */
type Fate = `${string}, rang ${number}`;

/** What becomes of the call whose worker died there. */
const AFTER_DEATH: Readonly<Record<KillPoint, Fate>> = {
  before_gate: 'accepted, rang 1',
  after_gate: 'unknown, rang 0',
  before_veto: 'unknown, rang 0',
  after_veto: 'unknown, rang 0',
  after_first_byte: 'unknown, rang 1',
  after_response_head: 'unknown, rang 1',
  before_settle: 'unknown, rang 1',
  after_settle: 'accepted, rang 1',
};

/**
 * And of the call whose worker stood still there until everybody had given it up, and then went on.
 */
const AFTER_THAW: Readonly<Record<KillPoint, Fate>> = {
  ...AFTER_DEATH,
  // The veto, or the gate's late answer, proves that nothing was sent.
  after_gate: 'exhausted, rang 0',
  before_veto: 'exhausted, rang 0',
  // Nothing can be checked any more between the veto and the write; it is still the only request.
  after_veto: 'accepted, rang 1',
  after_first_byte: 'accepted, rang 1',
  after_response_head: 'accepted, rang 1',
  before_settle: 'accepted, rang 1',
};

describe('a worker is struck at every step of a call', () => {
  it.concurrent('and dies there', async () => {
    const { fates, violations } = await strikeEverywhere('SIGKILL', AFTER_DEATH);
    expect(fates).toEqual(AFTER_DEATH);
    expect(violations).toEqual([]);
  });

  it.concurrent('and stands still until its claim is over', async () => {
    const { fates, violations } = await strikeEverywhere('SIGSTOP', AFTER_THAW);
    expect(fates).toEqual(AFTER_THAW);
    expect(violations).toEqual([]);
  });
});

async function strikeEverywhere(
  signal: 'SIGKILL' | 'SIGSTOP',
  expected: Readonly<Record<KillPoint, Fate>>,
) {
  await using stage = await Stage.open();
  await stage.write(NUMBERS);
  await new Enqueuer(stage).load({ kind: 'once' });
  const startedAt = performance.now();
  const armed = await Promise.all(
    KILL_POINTS.map((point) => ArmedWorker.start(stage, point, signal)),
  );
  await using struck = new AsyncDisposableStack();
  for (const worker of armed) struck.use(worker);
  const callIds = await Promise.all(armed.map((worker) => worker.reached()));
  const pointOf = new Map(callIds.map((callId, index) => [callId, KILL_POINTS[index]]));

  await using crew = await Crew.start(stage, { concurrency: 8, clockSkewsMs: [0] });
  // The claims of the fallen have to come to their deadline first.
  await patiently(async () => (await stage.settledCalls()) === NUMBERS.length, {
    progress: () => stage.lastResult(),
  });
  if (signal === 'SIGSTOP') for (const worker of armed) worker.thaw();
  await patiently(async () => {
    expect(fatesOf(await gatherEvidence(stage), pointOf)).toEqual(expected);
    return true;
  });
  await Promise.all([crew.stop(), ...armed.map((worker) => worker.stop())]);

  const evidence = await gatherEvidence(stage);
  const struckOnes = KILL_POINTS.length;
  const [kills, freezes] = signal === 'SIGKILL' ? [struckOnes, 0] : [0, struckOnes];
  const violations = violationsOf(evidence, {
    numbers: NUMBERS,
    suppressed: new Set(),
    erased: new Set(),
    listed: NUMBERS.length,
    rules: NO_RULES,
    concurrency: 1,
    crew: { ...crew.tally, kills, freezes, mostAlive: struckOnes + 8 },
    redisFaults: 0,
    refusals: 0,
    clockSteps: [],
    tokenLifetimeS: 3600,
    lastedMs: performance.now() - startedAt,
  });
  return { fates: fatesOf(evidence, pointOf), violations };
}

function fatesOf(
  { results, requests }: Evidence,
  pointOf: ReadonlyMap<string, KillPoint | undefined>,
): Record<string, Fate> {
  const fates = results.flatMap(({ callId, toPhoneNumber, outcome }): [KillPoint, Fate][] => {
    const point = pointOf.get(callId);
    const rang = requests.filter(
      (request) => request.toPhoneNumber === toPhoneNumber && request.taken,
    ).length;
    return point === undefined ? [] : [[point, `${outcome}, rang ${rang}`]];
  });
  return Object.fromEntries(fates);
}
