import { setTimeout as delay } from 'node:timers/promises';
import { isoInstant, type Outcome, type Reason, type ResultRecord } from '@libby-dialer/dialing';
import { CampaignStore } from './campaign-store.ts';
import { Forwarders } from './forwarding/forwarders.ts';
import { Identity } from './identity.ts';
import { DEAD_AFTER_MS } from './inbox/inbox-consumer.ts';
import { InboxEraser } from './inbox/inbox-eraser.ts';
import type { Keys } from './keys.ts';
import { type PersonalData, PersonalDataFinder } from './personal-data.ts';
import { openQueue } from './queues.ts';
import type { RedisConnection } from './redis-connection.ts';
import { Script } from './script.ts';

/** Stands where a number, a name or an owner stood. */
const ERASED = 'erased';
const DESK = 'enqueuer';
/** Each look finds only what has come in since the one before. */
const MOST_LOOKS = 5;
/** A daemon queues what it has taken from the inbox within milliseconds, and of what a dead one has taken one knows after a while. */
const INBOX_POLL_MS = 200;
const INBOX_WITHIN_MS = DEAD_AFTER_MS + 10_000;

/** What was taken out, by kind. */
export interface Erasure {
  /** Calls of which anything was found. */
  readonly calls: number;
  /** Of these, the ones that had no outcome yet; they have one now. */
  readonly ended: number;
  readonly jobs: number;
  readonly keptPayloads: number;
  readonly results: number;
  /** Entries that waited in the inbox, and rejects of it. */
  readonly inboxEntries: number;
  /** Results that forwarders had given up. */
  readonly deadLetters: number;
}

/** A call to the number is in flight: its worker would write the data again. */
export class CallInFlightError extends Error {
  readonly code = 'in_flight';
  /** Epoch ms of Redis's clock: it is over by then. */
  readonly until: number;

  constructor(until: number) {
    super('a call to this number is in flight');
    this.until = until;
  }
}

/** Data of the number came in as fast as they were taken out. */
export class ErasureIncompleteError extends Error {
  readonly code = 'erasure_incomplete';
}

export interface EraseOptions {
  readonly by?: string | undefined;
  /** Epoch ms of Redis's clock. */
  readonly at: number;
  readonly signal?: AbortSignal;
}

interface Entry {
  readonly state: Outcome | 'open' | 'claimed';
  readonly owner: string;
  readonly line?: string;
  readonly claimedAt?: number;
  readonly deadline?: number;
  readonly attempts: number;
  readonly failures?: number;
  readonly redials?: number;
  readonly redialAt?: number;
  readonly revision: number;
}

/** How a call that has no outcome yet ends. */
interface Ending {
  readonly outcome: Outcome;
  readonly reason: Reason;
  readonly attempts: number;
}

/**
 * Takes one person's data out of queues, kept payloads, results and the record of when they were called. What stays names nobody: call ids, so that no repeat rings; counters;
 * and one result for each call, with `erased` for number and name and without externalId, as a further revision. The
 * do-not-call list is left alone.
 */
export class Eraser {
  static readonly #script = new Script('erase-call', 'ledger', 'redial', 'write-result');
  readonly #redis: RedisConnection;
  readonly #keys: Keys;
  readonly #finder: PersonalDataFinder;
  readonly #inbox: InboxEraser;

  constructor(redis: RedisConnection, keys: Keys) {
    this.#redis = redis;
    this.#keys = keys;
    this.#finder = new PersonalDataFinder(redis, keys);
    this.#inbox = new InboxEraser(redis, keys, new CampaignStore(redis, keys));
  }

  /** Safe to repeat after a crash. Throws CallInFlightError, as a rule before anything is done, and ErasureIncompleteError. */
  async erase(toPhoneNumber: string, { by, at, signal }: EraseOptions): Promise<Erasure> {
    const total = { calls: new Set<string>(), ended: 0, jobs: 0, keptPayloads: 0, results: 0, inboxEntries: 0 };
    let isKnown = false;
    for (let look = 0; look < MOST_LOOKS; look += 1) {
      total.inboxEntries += await this.#clearInbox(toPhoneNumber, signal);
      isKnown ||= total.inboxEntries > 0;
      const found = await this.#finder.find(toPhoneNumber, signal);
      if (found.length === 0) {
        await this.#forgetWhenCalled(toPhoneNumber);
        const deadLetters = await new Forwarders(this.#redis, this.#keys).erase(toPhoneNumber);
        const erasure = { ...total, deadLetters, calls: total.calls.size };
        if (isKnown || deadLetters > 0) await this.#note(erasure, by, at);
        return erasure;
      }
      isKnown = true;
      for (const data of found) await this.#read(data, at);
      for (const data of found) {
        signal?.throwIfAborted();
        if (await this.#eraseCall(data, at)) total.ended += 1;
        if (data.hasJob) await this.#eraseJob(data);
        total.calls.add(`${data.campaign}:${data.callId}`);
        total.jobs += data.hasJob ? 1 : 0;
        total.keptPayloads += data.isKept ? 1 : 0;
        total.results += data.resultIds.length;
      }
    }
    throw new ErasureIncompleteError('data of the number keep coming in');
  }

  /** First of all: what a daemon takes from the inbox is in the queue afterwards. */
  async #clearInbox(toPhoneNumber: string, signal?: AbortSignal): Promise<number> {
    let erased = 0;
    for (let waitedMs = 0; waitedMs < INBOX_WITHIN_MS; waitedMs += INBOX_POLL_MS) {
      const { entries, rejects, inHand } = await this.#inbox.erase(toPhoneNumber, signal);
      erased += entries + rejects;
      if (inHand === 0) return erased;
      await delay(INBOX_POLL_MS, undefined, signal === undefined ? {} : { signal });
    }
    throw new ErasureIncompleteError('a daemon has an entry of the number in hand and cannot queue it');
  }

  /** A frequency cap begins anew for the person. */
  async #forgetWhenCalled(toPhoneNumber: string): Promise<void> {
    const identity = await Identity.peek(this.#redis, this.#keys);
    if (identity !== undefined) await this.#redis.del(this.#keys.person(identity.person(toPhoneNumber)));
  }

  /** The entry as it stands. */
  async #read({ campaign, callId }: PersonalData, at: number): Promise<{ raw: string; entry: Entry | undefined }> {
    const raw = (await this.#redis.hget(this.#keys.campaign(campaign).ledger, callId)) ?? '';
    const entry = raw === '' ? undefined : (JSON.parse(raw) as Entry);
    if (entry?.state === 'claimed' && at <= (entry.deadline ?? 0)) throw new CallInFlightError(entry.deadline ?? 0);
    return { raw, entry };
  }

  /** Resolves to whether that ended the call. */
  async #eraseCall(data: PersonalData, at: number): Promise<boolean> {
    const { campaign, callId, resultIds } = data;
    const own = this.#keys.campaign(campaign);
    const keys = [own.ledger, own.state, own.claims, own.kept, own.revised, this.#keys.results, own.reopened];
    for (;;) {
      const { raw, entry } = await this.#read(data, at);
      const ending = endingOf(entry, data);
      const record = ending === undefined ? data.latest : recordOf(data, entry, ending, at);
      const after = entryAfter(entry, ending, record);
      const args = [campaign, callId, raw, JSON.stringify(after), ending?.outcome ?? '', headOf(record), ...resultIds];
      const answer = await Eraser.#script.run(this.#redis, [...keys, own.expiries], args);
      if (answer === 'erased') return ending !== undefined;
    }
  }

  /** One that a worker has in hand goes when its run ends; until then it names nobody. */
  async #eraseJob({ campaign, callId }: PersonalData): Promise<void> {
    const queue = openQueue(this.#redis, this.#keys, campaign);
    try {
      const job = await queue.getJob(callId);
      await job?.remove().catch(() => job.updateData({ to: ERASED, name: ERASED }).catch(() => {}));
    } finally {
      await queue.close();
    }
  }

  async #note(erasure: Erasure, by = '', at: number): Promise<void> {
    const counts = Object.entries(erasure).flat();
    await this.#redis.xadd(this.#keys.audit, '*', 'what', 'erased', 'by', by, 'at', isoInstant(at), ...counts);
  }
}

/** Undefined if it has an outcome. A claim past its deadline is in doubt, and so is a redial that never came to anything. */
function endingOf(entry: Entry | undefined, { latest }: PersonalData): Ending | undefined {
  const attempts = entry?.attempts ?? 0;
  if (entry?.state === 'claimed') return { outcome: 'unknown', reason: 'worker_lost', attempts: attempts + 1 };
  const isSettled = entry === undefined ? latest !== undefined : entry.state !== 'open';
  if (isSettled) return undefined;
  const outcome = entry?.redials === undefined ? 'canceled' : 'unknown';
  return { outcome, reason: 'resolved_by_person', attempts };
}

function recordOf(data: PersonalData, entry: Entry | undefined, ending: Ending, at: number): ResultRecord {
  const { campaign, callId, call, latest } = data;
  const dialedAt = ending.reason === 'worker_lost' ? entry?.claimedAt : undefined;
  return {
    callId,
    campaign,
    ...(call?.row === undefined ? {} : { row: call.row }),
    toPhoneNumber: ERASED,
    fromPhoneNumber: entry?.line ?? latest?.fromPhoneNumber ?? call?.from ?? '',
    name: ERASED,
    outcome: ending.outcome,
    reason: ending.reason,
    attempts: ending.attempts,
    queuedAt: latest?.queuedAt ?? isoInstant(data.queuedAt),
    ...(dialedAt === undefined ? {} : { dialedAt: isoInstant(dialedAt) }),
    settledAt: isoInstant(at),
    worker: DESK,
    revision: 0,
  };
}

/** A late word of its owner would bring the data back, so a call in doubt has none any more. */
function entryAfter(entry: Entry | undefined, ending: Ending | undefined, record: ResultRecord | undefined): object {
  const revision = (entry?.revision ?? record?.revision ?? 0) + (record === undefined ? 0 : 1);
  if (ending !== undefined) {
    const { failures, redials, deadline } = entry ?? {};
    return { state: ending.outcome, owner: ERASED, attempts: ending.attempts, failures, redials, deadline, revision };
  }
  if (entry === undefined) return { state: record?.outcome, owner: ERASED, attempts: record?.attempts ?? 0, revision };
  const { redialAt: _, ...rest } = entry;
  return { ...rest, owner: entry.state === 'unknown' ? ERASED : entry.owner, revision };
}

function headOf(record: ResultRecord | undefined): string {
  if (record === undefined) return '';
  const { externalId: _, revision: __, ...rest } = record;
  return JSON.stringify({ ...rest, toPhoneNumber: ERASED, name: ERASED }).slice(0, -1);
}
