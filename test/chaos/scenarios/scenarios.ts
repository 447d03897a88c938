import { DialQueue } from '@libby-dialer/dial-queue';
import type { ScriptRule } from '@libby-dialer/libby-simulator';
import { fictionalNumbers, startRedis } from '@libby-dialer/testkit';
import { Redis } from 'ioredis';
import { type CampaignsToJudge, gatherEvidence } from '../judging/evidence.ts';
import { type Inflicted, violationsOf } from '../judging/invariants.ts';
import { ArmedWorker } from '../stage/armed-worker.ts';
import { CANARIES } from '../stage/canaries.ts';
import { Crew } from '../stage/crew.ts';
import { Enqueuer } from '../stage/enqueuer.ts';
import { Http2Provider } from '../stage/http2-provider.ts';
import type { KillPoint } from '../stage/kill-points.ts';
import { patienceMs, patiently } from '../stage/patience.ts';
import { campaignWith, NO_RULES, type Rules, rowsOf } from '../stage/rules.ts';
import { CAMPAIGN, Stage } from '../stage/stage.ts';

/**
 * A short run of one misfortune with the programs of that root, the project's or a mutant's.
 * Resolves to the violations it showed; ends as soon as there is nothing more to come, or something
 * has gone wrong for good.
 */
export type Scenario = (root: string) => Promise<string[]>;

const CONCURRENCY = 4;

/** A worker dies at that step of its first call; another finishes the list. */
export function killedAt(point: KillPoint): Scenario {
  return async (root) => {
    await using stage = await Stage.open();
    const numbers = await load(stage, root, 8);
    await using fallen = await ArmedWorker.start(stage, point, 'SIGKILL', { root, env: HASTY });
    await fallen.reached();
    await using crew = await startCrew(stage, root, HASTY);
    await untilDone(stage, numbers);
    return await judge(stage, crew, { numbers, kills: 1 });
  };
}

/** The first request for each number meets that. Fewer than open a hold. */
export function answeredOnceWith(answer: ScriptRule['do']): Scenario {
  return async (root) => {
    await using stage = await Stage.open({ script: [{ match: { nth: 1 }, do: answer }] });
    const numbers = await load(stage, root, 4);
    await using crew = await startCrew(stage, root, HASTY);
    await untilDone(stage, numbers);
    return await judge(stage, crew, { numbers });
  };
}

/**
 * The campaign is paused while a worker stands still with a claim in hand; then the worker goes on.
 */
export async function frozenThenPaused(root: string): Promise<string[]> {
  await using stage = await Stage.open();
  const numbers = await load(stage, root, 4);
  await using frozen = await ArmedWorker.start(stage, 'after_gate', 'SIGSTOP', { root });
  await frozen.reached();
  await stage.queue.control.apply('pause', CAMPAIGN);
  const pausedAt = Date.now();
  frozen.thaw();
  await patiently(async () => (await stage.status.read(CAMPAIGN))?.inFlight === 0);
  await frozen.stop();
  const late = (await stage.provider.truth()).filter(({ atMs }) => atMs > pausedAt);
  return late.map(
    ({ toPhoneNumber }) =>
      `${toPhoneNumber} of ${numbers.length} was called after the pause had returned`,
  );
}

/** The same list once more when all is done and BullMQ has forgotten its jobs. */
export async function loadedAgain(root: string): Promise<string[]> {
  await using stage = await Stage.open();
  const numbers = await load(stage, root, 8);
  await using crew = await startCrew(stage, root);
  await untilDone(stage, numbers);
  await new Enqueuer(stage, root).load({ kind: 'once' });
  await untilDone(stage, numbers);
  return await judge(stage, crew, { numbers });
}

const SUPPRESSED_EVERY = 4;
const ROWS_PER_PERSON = 2;
/** In which two more calls are let out, also where that is slow. */
const LONGEST_ANSWER_MS = 2000;

/** A line is taken for longer than an answer takes. */
function everyRule(latencyMs: number): Rules {
  return {
    pacing: { maxInFlight: 2 },
    lines: {
      numbers: CANARIES.lines,
      maxConcurrentCalls: 1,
      assumedCallSeconds: (2 * latencyMs) / 1000,
    },
    frequencyCap: { calls: 1, hours: 24 },
    rowsPerPerson: ROWS_PER_PERSON,
  };
}

/**
 * Two workers could place more calls at once than the campaign allows, and more than one to each
 * person.
 */
export async function underRules(root: string): Promise<string[]> {
  // Long enough for as many as may to be out at once.
  const latencyMs = Math.min(patienceMs(1000), LONGEST_ANSWER_MS);
  const rules = everyRule(latencyMs);
  await using stage = await Stage.open({ latencyMs });
  const people = fictionalNumbers().slice(0, 10);
  const numbers = rowsOf(people, people.length * ROWS_PER_PERSON, rules);
  const suppressed = new Set(people.filter((_, index) => index % SUPPRESSED_EVERY === 0));
  await stage.doNotCall.add([...suppressed]);
  await stage.write(numbers, campaignWith(rules));
  await new Enqueuer(stage, root).load({ kind: 'once' });
  await using crew = await Crew.start(stage, {
    concurrency: CONCURRENCY,
    clockSkewsMs: [0, 0],
    root,
  });
  await untilDone(stage, numbers);
  return await judge(stage, crew, { numbers, suppressed, rules });
}

/** Redis is full while calls wait; later it has room again. */
export async function filledUp(root: string): Promise<string[]> {
  await using stage = await Stage.open({ latencyMs: 200 });
  const numbers = await load(stage, root, 80);
  await using crew = await startCrew(stage, root);
  await patiently(async () => (await stage.provider.stats()).requests > 0);
  await stage.redis.config('SET', 'maxmemory', '1');
  const before = (await stage.provider.stats()).requests;
  // Those that had passed the gate go out; then somebody must be refused, or go out all the same.
  const wentOut = async () => (await stage.provider.stats()).requests - before > CONCURRENCY;
  const wasRefused = () =>
    crew.logs.flat().some((line) => /is out of memory and refuses to write/.test(line));
  const wasLost = async () => (await gatherEvidence(stage)).jobs['failed'] !== 0;
  await patiently(async () => wasRefused() || (await wentOut()) || (await wasLost()));
  const escaped = (await wentOut()) ? ['calls went out that a full Redis cannot record'] : [];
  await stage.redis.config('SET', 'maxmemory', '0');
  await patiently(async () => (await stage.isDone(numbers.length)) || (await wasLost()));
  return [...escaped, ...(await judge(stage, crew, { numbers, redisFaults: 1 }))];
}

/** A claim of such a worker lasts as long as its time-outs, a second to send and ten to settle. */
export const HASTY = { LIBBY_CONNECT_TIMEOUT_MS: '200', LIBBY_RESPONSE_TIMEOUT_MS: '300' };
const HASTY_CLAIM_MS = 11_500;

/**
 * A worker with long time-outs stands still in the middle of a call, and one with short ones comes
 * upon its claim.
 */
export async function judgedByAnother(root: string): Promise<string[]> {
  await using stage = await Stage.open();
  await load(stage, root, 4);
  const env = { LIBBY_RESPONSE_TIMEOUT_MS: '60000', WORKER_SHUTDOWN_GRACE_MS: '90000' };
  await using patient = await ArmedWorker.start(stage, 'after_first_byte', 'SIGSTOP', {
    root,
    env,
  });
  const callId = await patient.reached();
  await patiently(async () => (await stage.claimAgeMs(callId)) > HASTY_CLAIM_MS);
  await using crew = await startCrew(stage, root, HASTY);
  const delayed = `${stage.keys.queue(CAMPAIGN)}delayed`;
  const isLeftAlone = async () => (await stage.redis.zscore(delayed, callId)) !== null;
  const doubts = async () =>
    (await stage.redis.xrange(stage.keys.results, '-', '+')).filter(([, fields]) =>
      fields.join().includes('"unknown"'),
    );
  await patiently(async () => (await isLeftAlone()) || (await doubts()).length > 0);
  patient.thaw();
  await patiently(async () => (await stage.status.read(CAMPAIGN))?.inFlight === 0);
  await Promise.all([patient.stop(), crew.stop()]);
  return (await doubts()).map(() => 'a claim was taken for lost before its deadline');
}

/**
 * Redis dies, and in its place comes a replica that was behind; a worker that remembers the
 * difference has died before.
 */
export async function staleReplicaPromoted(root: string): Promise<string[]> {
  await using stage = await Stage.open({ latencyMs: 200 });
  // More than are dialed before it is over.
  const numbers = await load(stage, root, 1000);
  const args = ['--replicaof', '127.0.0.1', String(stage.server.port)];
  await using replica = await startRedis({
    own: true,
    appendonly: true,
    appendfsync: 'always',
    args,
  });
  await using connections = new AsyncDisposableStack();
  const promoted = connections.adopt(new Redis(replica.url), (client) => client.disconnect());
  await patiently(async () =>
    (await promoted.info('replication')).includes('master_link_status:up'),
  );
  await using crew = await Crew.start(stage, {
    concurrency: CONCURRENCY,
    clockSkewsMs: [0, 0],
    root,
  });
  const requests = async () => (await stage.provider.stats()).requests;
  await patiently(async () => (await requests()) > 20);
  await promoted.replicaof('NO', 'ONE');
  const before = await requests();
  await patiently(async () => (await requests()) > before + 20);
  await crew.kill(0);
  await stage.server.kill();
  stage.redisProxy.moveTo(replica.port);

  const rangTwice = async () => (await stage.provider.stats()).numbersTakenAgain;
  const wereTold = async () =>
    (await crew.metrics()).filter((page) => HELD.test(page)).length === crew.size;
  await patiently(async () => (await rangTwice()) > 0 || (await wereTold()));
  const holds = await DialQueue.open(promoted, stage.keys.prefix).holds.list();
  return [
    ...(holds.some(({ scope, reason }) => scope === 'all' && reason === 'evidence_lost')
      ? []
      : ['nothing is held']),
    ...((await rangTwice()) > 0
      ? [`${await rangTwice()} of ${numbers.length} phones rang twice`]
      : []),
  ];
}
const HELD = /^libby_dialer_gate_answers_total\{answer="held"\} [1-9]/m;

/** A gateway that speaks HTTP/2 takes a call, and then refuses its stream. */
export async function refusedOnHttp2(root: string): Promise<string[]> {
  await using stage = await Stage.open();
  await using provider = await Http2Provider.start(stage.folder);
  const numbers = await load(stage, root, 4);
  await using crew = await startCrew(stage, root, provider.environment);
  await patiently(() => provider.callsByNumber().size === numbers.length);
  await untilDone(stage, numbers);
  await crew.stop();
  const again = [...provider.callsByNumber()].filter(([, times]) => times > 1);
  return again.map(([number, times]) => `${number} was called ${times} times`);
}

export async function load(
  stage: Stage,
  root: string,
  calls: number,
  rules: Rules = NO_RULES,
  campaign: Readonly<Record<string, unknown>> = {},
): Promise<string[]> {
  const numbers = rowsOf(fictionalNumbers(), calls, rules);
  await stage.write(numbers, { ...campaignWith(rules), ...campaign });
  await new Enqueuer(stage, root).load({ kind: 'once' });
  return numbers;
}

export function startCrew(
  stage: Stage,
  root: string,
  env: Readonly<Record<string, string>> = {},
): Promise<Crew> {
  return Crew.start(stage, { concurrency: CONCURRENCY, clockSkewsMs: [0], root, env });
}

export async function untilDone(stage: Stage, numbers: readonly string[]): Promise<void> {
  await patiently(() => stage.isDone(numbers.length));
}

export async function judge(
  stage: Stage,
  crew: Crew,
  done: {
    readonly numbers: readonly string[];
    readonly suppressed?: ReadonlySet<string>;
    readonly kills?: number;
    readonly redisFaults?: number;
    readonly rules?: Rules;
    readonly campaigns?: CampaignsToJudge;
  },
): Promise<string[]> {
  await crew.stop();
  const inflicted: Inflicted = {
    numbers: done.numbers,
    suppressed: done.suppressed ?? new Set(),
    erased: new Set(),
    listed: done.numbers.length,
    rules: done.rules ?? NO_RULES,
    concurrency: CONCURRENCY,
    crew: {
      ...crew.tally,
      kills: done.kills ?? 0,
      mostAlive: crew.tally.mostAlive + (done.kills ?? 0),
    },
    redisFaults: done.redisFaults ?? 0,
    refusals: 0,
    clockSteps: [],
    tokenLifetimeS: 3600,
    lastedMs: 0,
  };
  return violationsOf(await gatherEvidence(stage, done.campaigns), inflicted);
}
