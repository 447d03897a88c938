import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { eventually, fictionalNumbers } from '@libby-dialer/testkit';
import { CANARIES } from './canaries.ts';
import { Crew, type CrewTally } from './crew.ts';
import { Enqueuer } from './enqueuer.ts';
import { appendOnlyFile, gatherEvidence, redisValues, type Trace } from './evidence.ts';
import { INFLICT, type Scene } from './faults.ts';
import { violationsOf } from './invariants.ts';
import { personalDataLeaks, secretLeaks } from './leaks.ts';
import { FAULTS, type FaultEvent, type FaultName, type Plan } from './plan.ts';
import { campaignWith, type Rules, rowsOf } from './rules.ts';
import { CAMPAIGN, Stage } from './stage.ts';

type FaultCounts = Partial<Record<FaultName, number>>;

/** What came of a run. */
export interface RunReport {
  readonly seed: number;
  readonly calls: number;
  readonly rules: Rules;
  readonly lastedMs: number;
  readonly requests: number;
  /** Requests that the provider had in hand at once, at most. */
  readonly mostAtOnce: number;
  readonly outcomes: Readonly<Record<string, number>>;
  readonly faults: Readonly<FaultCounts>;
  readonly crew: CrewTally;
  readonly enqueuerKills: number;
  readonly violations: readonly string[];
  /** Where the logs of a run with violations are. */
  readonly logs?: string;
}

/** One in so many people of a list is on the do-not-call list. */
const SUPPRESSED_EVERY = 100;
/** For the first request, half of the calls, all of them, the last job: each. */
const LONGEST_WAIT_MS = 180_000;

/** Carries a plan out with real processes and judges what is left of it. */
export async function runPlan(plan: Plan): Promise<RunReport> {
  await using stage = await Stage.open(plan);
  const { concurrency, clockSkewsMs, timeouts } = plan;
  const people = fictionalNumbers().slice(0, plan.calls);
  const numbers = rowsOf(people, plan.calls, plan.rules);
  const suppressed = new Set(people.filter((_, index) => index % SUPPRESSED_EVERY === 0));
  await stage.write(numbers, campaignWith(plan.rules));
  await stage.doNotCall.add([...suppressed]);

  const startedAt = performance.now();
  await using crew = await Crew.start(stage, { concurrency, clockSkewsMs, timeouts });
  const run = { plan, stage, crew, enqueuer: new Enqueuer(stage), faults: {} as FaultCounts, midway: [] as Trace[] };
  const unfinished = (await carryOut(run)).map((failure) => `the run did not come to its end: ${String(failure)}`);
  const metrics = await crew.metrics();
  await crew.stop();
  const lastedMs = Math.round(performance.now() - startedAt);

  const judged = await judge(run, { numbers, suppressed, lastedMs, metrics }).catch((error: unknown) => [
    `the run cannot be judged: ${String(error)}`,
  ]);
  const violations = [...unfinished, ...judged];
  const report = { ...(await figuresOf(run)), lastedMs, violations };
  return violations.length === 0 ? report : { ...report, logs: await keepLogs(run) };
}

async function figuresOf({ plan, stage, crew, enqueuer, faults }: Run) {
  const { seed, calls, rules } = plan;
  const { requests, maxInFlight: mostAtOnce } = await stage.provider.stats();
  const counts: Record<string, number> = (await stage.status.read(CAMPAIGN))?.outcomes ?? {};
  const outcomes = Object.fromEntries(Object.entries(counts).filter(([, count]) => count > 0));
  return {
    seed,
    calls,
    rules,
    requests,
    mostAtOnce,
    outcomes,
    faults,
    crew: crew.tally,
    enqueuerKills: enqueuer.kills,
  };
}

interface Run {
  readonly plan: Plan;
  readonly stage: Stage;
  readonly crew: Crew;
  readonly enqueuer: Enqueuer;
  readonly faults: FaultCounts;
  /** What Redis held when half of the calls were settled. */
  midway: Trace[];
}

/**
 * The faults begin with the first call, and what is left of them ends with the last. What fails ends the others; nothing is
 * under way any more when this resolves, to what failed.
 */
async function carryOut(run: Run): Promise<unknown[]> {
  const over = new AbortController();
  const wait = (ms: number) => delay(ms, undefined, { signal: over.signal }).catch(() => {});
  const scene = { stage: run.stage, crew: run.crew, wait };
  const begun = untilRequested(run.stage, over.signal);
  const strikes = Object.values(run.plan.events).map((events) =>
    begun.then(() => strike(events, scene, over.signal, run.faults)),
  );
  const dialed = dialAll(run, wait, over.signal).finally(() => over.abort());
  for (const struck of strikes) struck.catch(() => over.abort());
  const ends = await Promise.allSettled([...strikes, dialed]);
  return ends.flatMap((end) => (end.status === 'rejected' ? [end.reason as unknown] : []));
}

async function dialAll(run: Run, wait: Scene['wait'], over: AbortSignal): Promise<void> {
  const { stage, plan, enqueuer } = run;
  await enqueuer.load(plan.loading, wait);
  const until = (check: () => Promise<boolean>) => untilSo(stage, async () => over.aborted || check());
  await until(async () => (await stage.settledCalls()) >= plan.calls / 2);
  run.midway = await redisValues(stage);
  // The job of a worker that died right after settling comes once more, when its lock has run out.
  await until(() => stage.isDone(plan.calls));
}

async function strike(
  events: readonly FaultEvent[],
  scene: Scene,
  over: AbortSignal,
  faults: FaultCounts,
): Promise<void> {
  for (const event of events) {
    await scene.wait(event.afterMs);
    if (over.aborted) return;
    faults[event.fault] = (faults[event.fault] ?? 0) + 1;
    await INFLICT[event.fault](scene, event);
  }
}

async function untilRequested(stage: Stage, over: AbortSignal): Promise<void> {
  const check = async () => over.aborted || (await stage.provider.stats()).requests > 0;
  await eventually(check, { timeoutMs: LONGEST_WAIT_MS });
}

/** Says how far the run had come if it takes too long. */
async function untilSo(stage: Stage, check: () => Promise<boolean>): Promise<void> {
  const told = async () => {
    if (!(await check())) throw new Error(JSON.stringify(await stage.status.readAll()));
  };
  await eventually(told, { timeoutMs: LONGEST_WAIT_MS, intervalMs: 100 });
}

interface Remains {
  readonly numbers: readonly string[];
  readonly suppressed: ReadonlySet<string>;
  readonly lastedMs: number;
  readonly metrics: readonly string[];
}

async function judge({ plan, stage, crew, enqueuer, faults, midway }: Run, remains: Remains): Promise<string[]> {
  const { concurrency, rules, tokenLifetimeS } = plan;
  const redisFaults = Object.entries(faults)
    .filter(([name]) => FAULTS[name as FaultName].target === 'redis')
    .reduce((sum, [, times]) => sum + times, 0);
  const inflicted = { ...remains, concurrency, rules, crew: crew.tally, redisFaults, tokenLifetimeS };
  const shown = [...crew.logs, ...enqueuer.logs].map((lines) => ({ where: 'a log', text: lines.join('\n') }));
  for (const text of remains.metrics) shown.push({ where: 'the metrics', text });
  const values = [...midway, ...(await redisValues(stage))];
  const everything = [...shown, ...values, ...(await appendOnlyFile(stage))];
  return [
    ...violationsOf(await gatherEvidence(stage), inflicted),
    ...secretLeaks(everything, { token: CANARIES.token, 'client secret': CANARIES.clientSecret }),
    ...personalDataLeaks([...shown, ...values], stage.keys),
    ...(remains.metrics.length > 0 ? [] : ['leaks: no worker showed its metrics']),
  ];
}

async function keepLogs({ plan, crew, enqueuer, stage }: Run): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), `libby-dialer-chaos-seed-${plan.seed}-`));
  const files = {
    plan: [JSON.stringify(plan, null, 2)],
    truth: (await stage.provider.truth()).map((request) => JSON.stringify(request)),
  };
  await Promise.all(Object.entries(files).map(([name, lines]) => writeFile(join(folder, name), lines.join('\n'))));
  const logs = Object.entries({ worker: crew.logs, enqueuer: enqueuer.logs });
  for (const [name, all] of logs) {
    for (const [index, lines] of all.entries()) await writeFile(join(folder, `${name}-${index}.log`), lines.join('\n'));
  }
  return folder;
}
