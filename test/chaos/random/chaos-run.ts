import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fictionalNumbers, findLibfaketime } from '@libby-dialer/testkit';
import { appendOnlyFile, gatherEvidence, redisValues, type Trace } from '../judging/evidence.ts';
import { violationsOf } from '../judging/invariants.ts';
import { personalDataLeaks, remainsOfErased, secretLeaks } from '../judging/leaks.ts';
import { CANARIES } from '../stage/canaries.ts';
import { Crew, type CrewTally } from '../stage/crew.ts';
import { Enqueuer } from '../stage/enqueuer.ts';
import { Erasures } from '../stage/erasures.ts';
import { ForeignJobs } from '../stage/foreign-jobs.ts';
import { Forwarding } from '../stage/forwarding.ts';
import { patiently } from '../stage/patience.ts';
import { campaignWith, type Rules, rowsOf } from '../stage/rules.ts';
import { SmallCampaigns } from '../stage/small-campaigns.ts';
import { CAMPAIGN, Stage } from '../stage/stage.ts';
import { INFLICT, type Scene } from './faults.ts';
import { FAULTS, type FaultEvent, type FaultName, type Plan } from './plan.ts';

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
  readonly smallCampaigns: number;
  readonly smallCalls: number;
  readonly violations: readonly string[];
  /** Where the logs of a run with violations are. */
  readonly logs?: string;
}

/** One in so many people of a list is on the do-not-call list. */
const SUPPRESSED_EVERY = 100;
/** In which nothing is settled, though nothing else is done on the machine. */
const LONGEST_REST_MS = 180_000;

/** Carries a plan out with real processes and judges what is left of it. */
export async function runPlan(plan: Plan): Promise<RunReport> {
  // Elsewhere than on Debian nobody may have it: then no clock is set.
  const settableClock = findLibfaketime() !== undefined && plan.events.clock.length > 0;
  await using stage = await Stage.open({ ...plan, settableClock });
  const { concurrency, clockSkewsMs, timeouts } = plan;
  const everybody = fictionalNumbers();
  const people = everybody.slice(0, plan.calls);
  const numbers = rowsOf(people, plan.calls, plan.rules);
  const suppressed = new Set(people.filter((_, index) => index % SUPPRESSED_EVERY === 0));
  await stage.write(numbers, campaignWith(plan.rules));
  await stage.doNotCall.add([...suppressed]);

  const startedAt = performance.now();
  await using crew = await Crew.start(stage, { concurrency, clockSkewsMs, timeouts });
  const enqueuer = new Enqueuer(stage);
  const small = new SmallCampaigns(stage, everybody.slice(plan.calls), plan.calls + 1);
  await using forwarding = plan.forwards ? await Forwarding.start(enqueuer) : undefined;
  const erasures = new Erasures(enqueuer, people, small);
  const foreign = new ForeignJobs(stage, enqueuer);
  const scene = { stage, crew, enqueuer, small, forwarding, erasures, foreign, clockSteps: [] };
  const run: Run = { ...scene, plan, faults: {}, midway: [], metrics: [] };
  const unfinished = (await carryOut(run)).map(
    (failure) => `the run did not come to its end: ${String(failure)}`,
  );
  await crew.stop();
  const lastedMs = Math.round(performance.now() - startedAt);

  const judged = await judge(run, { numbers, suppressed, lastedMs }).catch((error: unknown) => [
    `the run cannot be judged: ${String(error)}`,
  ]);
  const violations = [...unfinished, ...judged];
  const report = { ...(await figuresOf(run)), lastedMs, violations };
  return violations.length === 0 ? report : { ...report, logs: await keepLogs(run, violations) };
}

async function figuresOf({ plan, stage, crew, enqueuer, small, faults }: Run) {
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
    smallCampaigns: small.ids.length,
    smallCalls: small.numbers.length,
    crew: crew.tally,
    enqueuerKills: enqueuer.kills,
  };
}

interface Run extends Omit<Scene, 'wait' | 'isOver'> {
  readonly plan: Plan;
  readonly faults: FaultCounts;
  /** What Redis held when half of the calls were settled. */
  midway: Trace[];
  /** What workers showed when all calls had their outcomes. */
  metrics: string[];
}

/**
 * The faults begin with the first call, and what is left of them ends with the last. What fails
 * ends the others; nothing is under way any more when this resolves, to what failed.
 */
async function carryOut(run: Run): Promise<unknown[]> {
  const over = new AbortController();
  const wait = (ms: number) => delay(ms, undefined, { signal: over.signal }).catch(() => {});
  const scene = { ...run, wait, isOver: () => over.signal.aborted };
  const begun = untilRequested(run.stage, over.signal);
  const strikes = Object.values(run.plan.events).map((events) =>
    begun.then(() => strike(events, scene, over.signal, run.faults)),
  );
  const dialed = dialAll(run, wait, over.signal).finally(() => over.abort());
  for (const struck of strikes) struck.catch(() => over.abort());
  const ends = await Promise.allSettled([...strikes, dialed]);
  if (ends.every(({ status }) => status === 'fulfilled'))
    ends.push(...(await Promise.allSettled([leaveOneAlone(run)])));
  return ends.flatMap((end) => (end.status === 'rejected' ? [end.reason as unknown] : []));
}

/** A campaign that one worker has lost would not be missed while others dial it. */
async function leaveOneAlone({ plan, stage, crew, small, metrics }: Run): Promise<void> {
  // A foreign job may have come at the very end.
  await untilSo(stage, () => stage.isDone(plan.calls));
  await untilSmallOnesAreDone(stage, small);
  metrics.push(...(await crew.metrics()));
  if (small.open.length === 0) return;
  await crew.leaveOne();
  await Promise.all(small.open.map((id) => small.load(id, 1)));
  await untilSmallOnesAreDone(stage, small);
}

async function untilSmallOnesAreDone(stage: Stage, small: SmallCampaigns): Promise<void> {
  await untilSo(stage, async () => {
    for (const id of small.open) if (!(await stage.isDone(small.rowsOf(id), id))) return false;
    return true;
  });
}

async function dialAll(run: Run, wait: Scene['wait'], over: AbortSignal): Promise<void> {
  const { stage, plan, enqueuer } = run;
  await enqueuer.load(plan.loading, wait);
  run.erasures.listIsLoaded();
  await run.foreign.look();
  const until = (check: () => Promise<boolean>) =>
    untilSo(stage, async () => over.aborted || check());
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
  await untilSo(stage, async () => over.aborted || (await stage.provider.stats()).requests > 0);
}

/** Says how far the run had come if nothing more comes. */
async function untilSo(stage: Stage, check: () => Promise<boolean>): Promise<void> {
  const told = async () => {
    if (await check()) return true;
    throw new Error(JSON.stringify(await stage.status.readAll()));
  };
  await patiently(told, { idleMs: LONGEST_REST_MS, progress: () => stage.lastResult() });
}

interface Remains {
  readonly numbers: readonly string[];
  readonly suppressed: ReadonlySet<string>;
  readonly lastedMs: number;
}

async function judge(run: Run, remains: Remains): Promise<string[]> {
  const {
    plan,
    stage,
    crew,
    enqueuer,
    small,
    erasures,
    foreign,
    forwarding,
    clockSteps,
    faults,
    midway,
    metrics,
  } = run;
  const { concurrency, rules, tokenLifetimeS } = plan;
  const redisFaults = Object.entries(faults)
    .filter(([name]) => ['redis', 'clock'].includes(FAULTS[name as FaultName].target))
    .reduce((sum, [, times]) => sum + times, 0);
  const inflicted = {
    ...remains,
    numbers: [...remains.numbers, ...small.numbers],
    listed: remains.numbers.length,
    erased: erasures.begun,
    concurrency,
    rules,
    crew: crew.tally,
    redisFaults,
    refusals: faults.api_refused ?? 0,
    clockSteps,
    tokenLifetimeS,
  };
  const campaigns = { ids: [CAMPAIGN, ...small.ids], archived: small.archived };
  const shown = [...crew.logs, ...enqueuer.logs].map((lines) => ({
    where: 'a log',
    text: lines.join('\n'),
  }));
  for (const text of metrics) shown.push({ where: 'the metrics', text });
  const last = await redisValues(stage);
  const values = [...midway, ...last];
  const everything = [...shown, ...values, ...(await appendOnlyFile(stage))];
  const evidence = await gatherEvidence(stage, campaigns);
  const results = foreign.withRows(evidence.results);
  return [
    ...violationsOf({ ...evidence, results }, inflicted),
    ...secretLeaks(everything, { token: CANARIES.token, 'client secret': CANARIES.clientSecret }),
    ...personalDataLeaks([...shown, ...values], stage.keys),
    ...(await foreign.unseen(erasures.begun)),
    ...remainsOfErased(last, forwarding?.deliveries ?? [], erasures.done),
    ...(metrics.length > 0 ? [] : ['leaks: no worker showed its metrics']),
  ];
}

async function keepLogs(
  { plan, crew, enqueuer, stage }: Run,
  violations: readonly string[],
): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), `libby-dialer-chaos-seed-${plan.seed}-`));
  const files = {
    plan: [JSON.stringify(plan, null, 2)],
    violations,
    truth: (await stage.provider.truth()).map((request) => JSON.stringify(request)),
  };
  await Promise.all(
    Object.entries(files).map(([name, lines]) => writeFile(join(folder, name), lines.join('\n'))),
  );
  const logs = Object.entries({ worker: crew.logs, enqueuer: enqueuer.logs });
  for (const [name, all] of logs) {
    for (const [index, lines] of all.entries())
      await writeFile(join(folder, `${name}-${index}.log`), lines.join('\n'));
  }
  return folder;
}
