import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { CampaignStatus, Keys } from '@libby-dialer/dial-queue';
import { OUTCOMES, type ResultRecord } from '@libby-dialer/dialing';
import type { SimulatorStats } from '@libby-dialer/libby-simulator';
import type { Exchange } from '../stage/exchanges.ts';
import type { TrueRequest } from '../stage/provider.ts';
import { CAMPAIGN, type Stage } from '../stage/stage.ts';

/** What is left of a run: the truth, and what our side believes of it. */
export interface Evidence {
  /** What the provider was really asked, in order. */
  readonly requests: readonly TrueRequest[];
  /** What our side has sent, in order, and what it got: also what never came to the provider. */
  readonly exchanges: readonly Exchange[];
  readonly provider: SimulatorStats;
  /**
   * Requests to the API whose sender got no whole answer: connections that ended while somebody
   * waited.
   */
  readonly unansweredCalls: number;
  /**
   * Connections to the API that were closed or reset while idle: a request may have been lost on
   * each, unseen.
   */
  readonly closedIdle: number;
  readonly unansweredTokenRequests: number;
  /**
   * The latest result of each call, of all campaigns as all that follows; of archived ones as it
   * was exported.
   */
  readonly results: readonly ResultRecord[];
  readonly status: Pick<CampaignStatus, 'outcomes'>;
  /** Jobs that are still in a queue, by the set they are in. */
  readonly jobs: Readonly<Record<string, number>>;
  /**
   * Ledger entries by their state. Of archived campaigns there are none: what was exported stands
   * for them.
   */
  readonly ledger: Readonly<Record<string, number>>;
  /** What there is of archived campaigns, and should not be. */
  readonly leftOfArchived: readonly string[];
}

/** The campaigns of a run; what was exported of those that are archived. */
export interface CampaignsToJudge {
  readonly ids: readonly string[];
  readonly archived: ReadonlyMap<string, readonly ResultRecord[]>;
}

const ONE_CAMPAIGN: CampaignsToJudge = { ids: [CAMPAIGN], archived: new Map() };

export async function gatherEvidence(
  stage: Stage,
  { ids, archived }: CampaignsToJudge = ONE_CAMPAIGN,
): Promise<Evidence> {
  const living = ids.filter((id) => !archived.has(id));
  const exported = [...archived.values()].flat();
  const [requests, provider, results, outcomes, jobs, ledger, left] = await Promise.all([
    stage.provider.truth(),
    stage.provider.stats(),
    Promise.all(living.map((id) => Array.fromAsync(stage.queue.results.read(id)))),
    Promise.all(ids.map((id) => outcomesOf(stage, id))),
    Promise.all(living.map((id) => countJobs(stage, id))),
    Promise.all(living.map((id) => countLedger(stage, id))),
    Promise.all([...archived.keys()].map((id) => remainsOf(stage, id))),
  ]);
  const { unanswered: unansweredCalls, closedIdle } = stage.apiProxy.counts();
  const unansweredTokenRequests = stage.tokenProxy.counts().unanswered;
  const exchanges = stage.exchanges.all;
  return {
    requests,
    exchanges,
    provider,
    unansweredCalls,
    closedIdle,
    unansweredTokenRequests,
    results: [...results.flat(), ...exported],
    status: { outcomes: sum([noOutcomes(), ...outcomes]) },
    jobs: sum(jobs),
    ledger: sum([...ledger, countOutcomes(exported)]),
    leftOfArchived: left.flat(),
  };
}

function sum<Name extends string>(
  counts: readonly Readonly<Record<Name, number>>[],
): Record<Name, number> {
  const total = {} as Record<Name, number>;
  for (const each of counts) {
    for (const name of Object.keys(each) as Name[]) total[name] = (total[name] ?? 0) + each[name];
  }
  return total;
}

function noOutcomes(): CampaignStatus['outcomes'] {
  return Object.fromEntries(OUTCOMES.map((outcome) => [outcome, 0])) as CampaignStatus['outcomes'];
}

function countOutcomes(records: readonly ResultRecord[]): Record<string, number> {
  return sum(records.map(({ outcome }): Record<string, number> => ({ [outcome]: 1 })));
}

async function outcomesOf(
  { status }: Stage,
  campaign: string,
): Promise<CampaignStatus['outcomes']> {
  const told = await status.read(campaign);
  if (told === undefined) throw new Error(`${campaign} was never stored`);
  return told.outcomes;
}

/** Its headings, its counts and its definition may stay. */
async function remainsOf({ redis, keys }: Stage, campaign: string): Promise<string[]> {
  const { ledger, claims, kept, reopened, revised, expiries } = keys.campaign(campaign);
  const found: string[] = [];
  for (const key of [ledger, claims, kept, reopened, revised, expiries])
    if (await redis.exists(key)) found.push(key);
  const results = await redis.xrange(keys.results, '-', '+');
  const own = results
    .filter(([, fields]) => fields[1] === campaign)
    .map(([id]) => `result ${id} of ${campaign}`);
  return [...found, ...own];
}

async function countJobs(
  { redis, keys }: Stage,
  campaign: string,
): Promise<Record<string, number>> {
  const queue = keys.queue(campaign);
  const [wait, paused, active, prioritized, delayed, failed] = await Promise.all([
    redis.llen(`${queue}wait`),
    redis.llen(`${queue}paused`),
    redis.llen(`${queue}active`),
    redis.zcard(`${queue}prioritized`),
    redis.zcard(`${queue}delayed`),
    redis.zcard(`${queue}failed`),
  ]);
  return { wait, paused, active, prioritized, delayed, failed };
}

async function countLedger(
  { redis, keys }: Stage,
  campaign: string,
): Promise<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const raw of await redis.hvals(keys.campaign(campaign).ledger)) {
    const { state } = JSON.parse(raw) as { state: string };
    counts[state] = (counts[state] ?? 0) + 1;
  }
  return counts;
}

/** A text, and where it was found. */
export interface Trace {
  readonly where: string;
  readonly text: string;
}

/** Every value in Redis, by its key; of a job each field apart, as `key field`. */
export async function redisValues({ redis, keys }: Stage): Promise<Trace[]> {
  const traces: Trace[] = [];
  for await (const names of redis.scanStream({ count: 1000 }) as AsyncIterable<string[]>) {
    for (const where of names) traces.push(...tracesOf(keys, where, await valueOf(redis, where)));
  }
  return traces;
}

function tracesOf(keys: Keys, key: string, value: unknown): Trace[] {
  const isHash = typeof value === 'object' && value !== null && !Array.isArray(value);
  if (!isHash || !key.startsWith(`${keys.queues}:`))
    return [{ where: key, text: JSON.stringify(value) }];
  return Object.entries(value).map(([field, text]) => ({
    where: `${key} ${field}`,
    text: JSON.stringify(text),
  }));
}

async function valueOf(redis: Stage['redis'], key: string): Promise<unknown> {
  switch (await redis.type(key)) {
    case 'string':
      return redis.get(key);
    case 'hash':
      return redis.hgetall(key);
    case 'list':
      return redis.lrange(key, 0, -1);
    case 'set':
      return redis.smembers(key);
    case 'zset':
      return redis.zrange(key, '0', '-1', 'WITHSCORES');
    case 'stream':
      return redis.xrange(key, '-', '+');
    default:
      return null;
  }
}

/** Every command that ever changed Redis, from its append-only file. */
export async function appendOnlyFile({ redis }: Stage): Promise<Trace[]> {
  const [, folder = ''] = await redis.config('GET', 'dir');
  const files = (await readdir(join(folder, 'appendonlydir'))).filter((name) =>
    name.endsWith('.aof'),
  );
  return Promise.all(
    files.map(async (name) => ({
      where: name,
      text: await readFile(join(folder, 'appendonlydir', name), 'latin1'),
    })),
  );
}
