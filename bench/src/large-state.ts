import { setTimeout as sleep } from 'node:timers/promises';
import { dedupeKey, isoInstant, type Outcome, type ResultRecord } from '@libby-dialer/dialing';
import { fictionalNumbers } from '@libby-dialer/testkit';
import type { RedisStage } from './stage.ts';
import { personName, queuedCall } from './workload.ts';

/** What a dialer holds after years. */
export interface LargeState {
  readonly campaigns: number;
  /** Of these, so many have calls that wait. */
  readonly open: number;
  /** In all: half of them in one campaign. */
  readonly calls: number;
}

export const BIG_CAMPAIGN = 'big';
const NUMBERS = fictionalNumbers();
const BATCH = 1000;
/** Of all calls. */
const WAITING_SHARE = 0.1;
/** The last campaign ended just now, the first one so long ago. */
const YEARS_MS = 2 * 365 * 86_400_000;
/** Of a thousand calls. */
const OUTCOMES: readonly (readonly [Outcome, share: number])[] = [
  ['accepted', 930],
  ['rejected', 40],
  ['exhausted', 29],
  ['unknown', 1],
];

export function externalIdOf(campaign: string, row: number): string {
  return `${campaign}-${row}`;
}

/**
 * Makes that state. Campaigns are stored and waiting calls are queued as the enqueuer does. Settled
 * calls are copies: the gate settles one for each outcome, and what it has written is written again
 * for every other, under ids of their own.
 */
export async function fillLargeState(stage: RedisStage, state: LargeState): Promise<void> {
  const { campaigns, open, calls } = state;
  const over = Array.from({ length: campaigns - open }, (_, nth) => nameOf('over', nth));
  const underWay = [
    BIG_CAMPAIGN,
    ...Array.from({ length: open - 1 }, (_, nth) => nameOf('open', nth)),
  ];
  await putAll(stage, over, () => ({ dedupeBy: 'externalId' }));
  await putAll(stage, underWay, openCampaign);
  const copies = await SettledCopies.of(stage);
  const others = Math.floor((calls * (0.5 - WAITING_SHARE / 2)) / over.length);
  for (const [nth, id] of over.entries())
    await copies.write(id, others, Date.now() - YEARS_MS * (1 - (nth + 1) / (over.length + 1)));
  await copies.write(BIG_CAMPAIGN, calls * (0.5 - WAITING_SHARE / 2), Date.now() - 1000);
  const waiting = (calls * WAITING_SHARE) / 2;
  await queueCalls(stage, BIG_CAMPAIGN, waiting, calls);
  for (const [nth, id] of underWay.slice(1).entries()) {
    const settled = Math.floor(others * varied(nth, 31));
    await copies.write(id, settled, Date.now() - 1000);
    await queueCalls(stage, id, Math.floor((waiting / underWay.length) * varied(nth, 17)), settled);
  }
}

/** From 0.5 to 1.5, 1 on average: no two campaigns have the same numbers. */
function varied(nth: number, seed: number): number {
  return 0.5 + ((nth * 7919 + seed * 104_729) % 1000) / 1000;
}

/** Hours by each recipient's clock, as most campaigns have them, and a pace. */
function openCampaign(nth: number): object {
  return {
    dedupeBy: 'externalId',
    callingWindow: { from: '09:00', to: '20:00', timezone: 'recipient' },
    pacing: { callsPerSecond: 1 + (nth % 7) },
  };
}

function nameOf(kind: string, nth: number): string {
  return `${kind}-${String(nth).padStart(5, '0')}`;
}

async function putAll(
  stage: RedisStage,
  ids: readonly string[],
  settingsOf: (nth: number) => object,
): Promise<void> {
  for (let from = 0; from < ids.length; from += BATCH) {
    const some = ids.slice(from, from + BATCH);
    await Promise.all(
      some.map((id, index) => stage.putCampaign({ ...settingsOf(from + index), id })),
    );
  }
}

async function queueCalls(
  stage: RedisStage,
  campaign: string,
  count: number,
  firstRow: number,
): Promise<void> {
  const identity = await stage.queue.identity();
  await using loader = stage.queue.loader(campaign);
  await loader.fixDedupeBy('externalId');
  for (let from = firstRow; from < firstRow + count; from += BATCH) {
    const rows = Array.from(
      { length: Math.min(BATCH, firstRow + count - from) },
      (_, index) => from + index,
    );
    await loader.add(
      rows.map((row) => {
        const externalId = externalIdOf(campaign, row);
        const callId = identity.callId(campaign, keyOf(externalId));
        return { callId, call: { ...queuedCall(row, NUMBERS), externalId } };
      }),
    );
  }
  await loader.finish();
}

function keyOf(externalId: string): string {
  return dedupeKey('externalId', { toPhoneNumber: '', externalId }, '') ?? '';
}

/** What the gate has written for one settled call of each outcome. */
interface Settled {
  readonly record: ResultRecord;
  readonly entry: Readonly<Record<string, unknown>>;
  /** Of a call that may still be wanted. */
  readonly kept: string | null;
}

class SettledCopies {
  readonly #stage: RedisStage;
  readonly #callIdOf: (campaign: string, externalId: string) => string;
  /** By the place of a call among a thousand. */
  readonly #settled: readonly Settled[];
  #lastMs = 0;
  #sequence = 0;

  static async of(stage: RedisStage): Promise<SettledCopies> {
    const identity = await stage.queue.identity();
    const settled: Settled[] = [];
    for (const [outcome, share] of OUTCOMES) {
      const one = await settleOne(stage, outcome);
      settled.push(...Array.from({ length: share }, () => one));
    }
    await stage.client.del(stage.keys.results);
    return new SettledCopies(
      stage,
      (campaign, externalId) => identity.callId(campaign, keyOf(externalId)),
      settled,
    );
  }

  private constructor(
    stage: RedisStage,
    callIdOf: (campaign: string, externalId: string) => string,
    settled: readonly Settled[],
  ) {
    this.#stage = stage;
    this.#callIdOf = callIdOf;
    this.#settled = settled;
  }

  /** @param atMs when they were settled, not before those written before */
  async write(campaign: string, count: number, atMs: number): Promise<void> {
    const { client, keys } = this.#stage;
    const own = keys.campaign(campaign);
    const counts = new Map<string, number>();
    if (count === 0) return;
    let first: string | undefined;
    let last = '';
    for (let from = 0; from < count; from += BATCH) {
      const pipeline = client.pipeline();
      const entries: string[] = [];
      for (let row = from; row < Math.min(count, from + BATCH); row += 1) {
        // Neighbours of a rare outcome stand apart, also in small campaigns.
        const { record, entry, kept } = this.#settled[(row * 7919) % 1000] as Settled;
        const externalId = externalIdOf(campaign, row);
        const callId = this.#callIdOf(campaign, externalId);
        last = this.#nextId(atMs);
        first ??= last;
        counts.set(record.outcome, (counts.get(record.outcome) ?? 0) + 1);
        const copy = { ...record, callId, campaign, externalId, row: row + 1 };
        pipeline.xadd(
          keys.results,
          last,
          'campaign',
          campaign,
          'result',
          JSON.stringify({ ...copy, name: personName(row), settledAt: isoInstant(this.#lastMs) }),
        );
        entries.push(callId, JSON.stringify({ ...entry, results: [last] }));
        if (kept !== null) pipeline.hset(own.kept, callId, kept);
      }
      pipeline.hset(own.ledger, ...entries);
      await pipeline.exec();
    }
    const outcomes = [...counts].flatMap(([outcome, number]) => [`outcome:${outcome}`, number]);
    const known = ['dedupeBy', 'externalId', 'named', 1, 'firstResult', first ?? ''];
    await client.hset(own.state, ...known, 'lastResult', last, ...outcomes);
  }

  #nextId(atMs: number): string {
    const ms = Math.max(this.#lastMs, Math.floor(atMs));
    this.#sequence = ms === this.#lastMs ? this.#sequence + 1 : 1;
    this.#lastMs = ms;
    return `${ms}-${this.#sequence}`;
  }
}

async function settleOne(stage: RedisStage, outcome: Outcome): Promise<Settled> {
  const { client, keys } = stage;
  const callId = `call-${outcome}`;
  await settle(stage, { campaign: BIG_CAMPAIGN, callId, outcome });
  const own = keys.campaign(BIG_CAMPAIGN);
  const [entry, kept, [result]] = await Promise.all([
    client.hget(own.ledger, callId),
    client.hget(own.kept, callId),
    client.xrevrange(keys.results, '+', '-', 'COUNT', 1),
  ]);
  await client.hdel(own.ledger, callId);
  await client.hdel(own.kept, callId);
  await client.hdel(own.state, 'firstResult', 'lastResult', `outcome:${outcome}`);
  return {
    record: JSON.parse(result?.[1][3] ?? '{}') as ResultRecord,
    entry: JSON.parse(entry ?? '{}') as Record<string, unknown>,
    kept,
  };
}

interface CallEnd {
  readonly campaign: string;
  readonly callId: string;
  readonly outcome: Outcome;
}

async function settle({ queue }: RedisStage, { campaign, callId, outcome }: CallEnd) {
  const call = queuedCall(0, NUMBERS);
  const now = isoInstant(Date.now());
  const isAccepted = outcome === 'accepted';
  const head = {
    callId,
    campaign,
    externalId: '',
    row: 1,
    toPhoneNumber: call.to,
    fromPhoneNumber: '+15055550100',
    name: call.name,
    outcome,
    reason: isAccepted ? 'accepted' : 'server_error',
    httpStatus: isAccepted ? 200 : 500,
    attempts: 1,
    queuedAt: now,
    dialedAt: now,
    settledAt: now,
    worker: 'bench-1',
  };
  await queue.gate({ sendWithinMs: 60_000, claimMs: 120_000 }).settle({
    callId,
    owner: `owner-${callId}`,
    campaign,
    outcome,
    attempts: 1,
    resultHead: JSON.stringify(head).slice(0, -1),
    payload: isAccepted ? '' : JSON.stringify(call),
    answered: false,
    probes: [],
  });
}

/** Every second a call of each open campaign ends, until the signal aborts. */
export async function endCalls(stage: RedisStage, signal: AbortSignal): Promise<void> {
  const { client, keys, queue } = stage;
  const open = await queue.campaigns.openIds();
  const endOne = async (campaign: string) => {
    const callId = await client.lindex(`${keys.queue(campaign)}wait`, -1);
    if (callId === null) return;
    await settle(stage, { campaign, callId, outcome: 'accepted' });
    await queue.waitingJobs.drop(campaign, [callId]);
  };
  while (!signal.aborted) {
    await Promise.all(open.map(endOne));
    await sleep(1000, undefined, { signal }).catch(() => {});
  }
}
