import { setTimeout as delay } from 'node:timers/promises';
import {
  callSource,
  isoInstant,
  type Outcome,
  type Reason,
  type ResultRecord,
} from '@libby-dialer/dialing';
import { CallNames } from '../calls/call-names.ts';
import { CampaignStore } from '../campaigns/campaign-store.ts';
import { Forwarders } from '../forwarding/forwarders.ts';
import type { LedgerEntry } from '../gate/ledger-entry.ts';
import { DEAD_AFTER_MS } from '../inbox/inbox-consumer.ts';
import { InboxEraser } from '../inbox/inbox-eraser.ts';
import type { Keys } from '../redis/keys.ts';
import type { RedisConnection } from '../redis/redis-connection.ts';
import { Script } from '../redis/script.ts';
import { list, optional, text } from '../redis/script-inputs.ts';
import { PERSON } from '../results/open-record.ts';
import { ERASED, erasedHead } from './erased-record.ts';
import { Identity, isCallId } from './identity.ts';
import { type PersonalData, PersonalDataFinder } from './personal-data.ts';
import { emptySlowLog, type SlowLogState } from './slow-log.ts';

/** The prefix of the announcement of an erasure; the person's keyed hash follows. */
export const ERASED_PERSON = 'erased:';
/** Each look finds only what has come in since the one before. */
const MOST_LOOKS = 5;
/**
 * A daemon queues within milliseconds what it has taken from the inbox; what a dead one had taken
 * is known after a while.
 */
const INBOX_POLL_MS = 200;
const INBOX_WITHIN_MS = DEAD_AFTER_MS + 10_000;

/** What was removed, by kind. */
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
  /**
   * Entries of the inbox that were taken from daemons which nobody has heard of: if one goes on, it
   * may queue the call after all.
   */
  readonly abandonedEntries: number;
  /** Campaigns into which lists are being loaded: rows that are not queued yet are not known. */
  readonly beingLoaded: readonly string[];
  readonly slowLog: SlowLogState;
}

/** What is kept of a person, before anything is removed. */
export interface Survey {
  readonly campaigns: readonly string[];
  readonly calls: number;
  /** Of these, the ones that have no outcome yet. */
  readonly open: number;
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

/** Data of the number came in as fast as they were removed. */
export class ErasureIncompleteError extends Error {
  readonly code = 'erasure_incomplete';
}

export interface EraseOptions {
  /** Epoch ms of Redis's clock. */
  readonly at: number;
  readonly signal?: AbortSignal;
}

/** How a call that has no outcome yet ends. */
interface Ending {
  readonly outcome: Outcome;
  readonly reason: Reason;
  readonly attempts: number;
}

/**
 * Removes one person's data from queues, kept payloads, results and the record of when they were
 * called. What stays names nobody: call ids, so that no repeat rings; counters; and one result for
 * each call, with `erased` for number and name and without externalId, as a further revision. The
 * do-not-call list is left alone.
 */
export class Eraser {
  static readonly #script = new Script({
    lua: new URL('./erase-call.lua', import.meta.url),
    shared: ['ledger', 'redial', 'write-result', 'remove-job'],
    keys: [
      'ledger',
      'state',
      'claims',
      'kept',
      'revised',
      'results',
      'reopened',
      'expiries',
      'setAside',
    ],
    args: {
      campaign: text,
      callId: text,
      before: optional(text),
      after: text,
      outcome: optional(text),
      result: optional(text),
      queue: text,
      resultIds: list(text),
    },
    answer: (word: 'erased' | 'archived' | 'changed') => word,
  });
  static readonly #copy = new Script({
    lua: new URL('./erase-copy.lua', import.meta.url),
    shared: ['remove-job'],
    keys: ['setAside'],
    args: { jobId: text, queue: text },
  });
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

  /** Takes nothing out. Throws CallInFlightError. @param at epoch ms of Redis's clock */
  async survey(toPhoneNumber: string, at: number, signal?: AbortSignal): Promise<Survey> {
    const found = await this.#finder.find(toPhoneNumber, signal);
    let open = 0;
    for (const data of found)
      if (endingOf((await this.#read(data, at)).entry, data) !== undefined) open += 1;
    return {
      campaigns: [...new Set(found.map(({ campaign }) => campaign))],
      calls: found.length,
      open,
    };
  }

  /**
   * Safe to repeat after a crash. Throws CallInFlightError, as a rule before anything is done, and
   * ErasureIncompleteError.
   */
  async erase(toPhoneNumber: string, options: EraseOptions): Promise<Erasure> {
    const { at, signal } = options;
    const total = { calls: new Set<string>(), ended: 0, jobs: 0, keptPayloads: 0, results: 0 };
    // Also calls that were dialed to another number of the same row.
    const dialed = new Set([toPhoneNumber]);
    const beside = { inboxEntries: 0, deadLetters: 0, abandonedEntries: 0 };
    for (let look = 0; look < MOST_LOOKS; look += 1) {
      const inbox = await this.#clearInbox(toPhoneNumber, signal);
      const found = await this.#finder.find(toPhoneNumber, signal);
      for (const data of found) await this.#read(data, at);
      for (const data of found) {
        signal?.throwIfAborted();
        if (await this.#eraseCall(data, at)) total.ended += 1;
        total.calls.add(`${data.campaign}:${data.callId}`);
        const to = data.call?.to ?? data.latest?.toPhoneNumber;
        if (to !== undefined) dialed.add(to);
        total.jobs += data.hasJob || data.isSetAside ? 1 : 0;
        total.keptPayloads += data.isKept ? 1 : 0;
        total.results += data.resultIds.length;
      }
      const deadLetters = await new Forwarders(this.#redis, this.#keys).erase(
        (record) =>
          record.toPhoneNumber === toPhoneNumber ||
          total.calls.has(`${record.campaign}:${record.callId}`),
      );
      beside.inboxEntries += inbox.erased;
      beside.abandonedEntries += inbox.abandoned;
      beside.deadLetters += deadLetters;
      if (found.length + inbox.erased + deadLetters > 0) continue;
      await this.#forget(toPhoneNumber, dialed);
      const slowLog = await emptySlowLog(this.#redis, this.#keys);
      const counts = { ...total, calls: total.calls.size, ...beside };
      return { ...counts, beingLoaded: await this.#beingLoaded(at), slowLog };
    }
    throw new ErasureIncompleteError('data of the number keep coming in');
  }

  async #forget(toPhoneNumber: string, dialed: Iterable<string>): Promise<void> {
    const identity = await Identity.load(this.#redis, this.#keys);
    // A frequency cap begins anew for the person.
    await this.#redis.del(this.#keys.person(identity.person(toPhoneNumber)));
    // Workers remember the outcomes of their latest calls, to write them again if Redis has lost
    // them.
    for (const number of dialed) {
      const { member } = identity.person(number);
      await this.#redis.publish(this.#keys.announcements, `${ERASED_PERSON}${member}`);
    }
  }

  async #beingLoaded(at: number): Promise<string[]> {
    const campaigns = await this.#redis.hkeys(this.#keys.campaigns);
    const marks = await Promise.all(
      campaigns.map((campaign) =>
        this.#redis.hget(this.#keys.campaign(campaign).state, 'loadingUntil'),
      ),
    );
    return campaigns.filter((_, index) => at < Number(marks[index] ?? 0));
  }

  /** Done first: what a daemon takes from the inbox is in the queue afterwards. */
  async #clearInbox(
    toPhoneNumber: string,
    signal?: AbortSignal,
  ): Promise<{ erased: number; abandoned: number }> {
    const total = { erased: 0, abandoned: 0 };
    for (let waitedMs = 0; waitedMs < INBOX_WITHIN_MS; waitedMs += INBOX_POLL_MS) {
      const { entries, rejects, abandoned, inHand } = await this.#inbox.erase(
        toPhoneNumber,
        signal,
      );
      total.erased += entries + rejects;
      total.abandoned += abandoned;
      if (inHand === 0) return total;
      await delay(INBOX_POLL_MS, undefined, signal === undefined ? {} : { signal });
    }
    throw new ErasureIncompleteError(
      'a daemon has an entry of the number in hand and cannot queue it',
    );
  }

  /** The entry as it stands. */
  async #read(
    { campaign, callId }: PersonalData,
    at: number,
  ): Promise<{ before: string | undefined; entry: LedgerEntry | undefined }> {
    const { ledger } = this.#keys.campaign(campaign);
    const before = (await this.#redis.hget(ledger, callId)) ?? undefined;
    const entry = before === undefined ? undefined : (JSON.parse(before) as LedgerEntry);
    if (entry?.state === 'claimed' && at <= (entry.deadline ?? 0))
      throw new CallInFlightError(entry.deadline ?? 0);
    return { before, entry };
  }

  /** Resolves to whether that ended the call. */
  async #eraseCall(data: PersonalData, at: number): Promise<boolean> {
    const { campaign, callId, resultIds } = data;
    const keys = this.#keys.campaign(campaign);
    // A copy that somebody made of a job is no call, so it has no entry to keep.
    if (!isCallId(callId) && resultIds.length === 0) return await this.#eraseCopy(data);
    // Done first: once its data are gone, nobody would find it again.
    await this.#forgetNames(data);
    for (;;) {
      const { before, entry } = await this.#read(data, at);
      const ending = endingOf(entry, data);
      const record = ending === undefined ? data.latest : recordOf(data, entry, ending, at);
      const answer = await Eraser.#script.run(this.#redis, keys, {
        campaign,
        callId,
        before,
        after: JSON.stringify(entryAfter(entry, ending, record, at)),
        outcome: ending?.outcome,
        result: record === undefined ? undefined : erasedHead(record),
        queue: this.#keys.queue(campaign),
        resultIds,
      });
      if (answer !== 'changed') return answer === 'erased' && ending !== undefined;
    }
  }

  async #forgetNames({ campaign, callId, call, latest }: PersonalData): Promise<void> {
    const names = new CallNames(this.#redis, this.#keys);
    // The other phones of a row are gone with its payload.
    if (call === undefined && latest?.phoneColumn !== undefined)
      return await names.forgetCall(campaign, callId);
    const { toPhoneNumber: to, externalId } = latest ?? {};
    const known = call ?? { ...(to && { to }), ...(externalId && { externalId }) };
    const identity = await Identity.load(this.#redis, this.#keys);
    await names.forget(identity, campaign, callId, known);
  }

  async #eraseCopy({ campaign, callId }: PersonalData): Promise<false> {
    const job = { jobId: callId, queue: this.#keys.queue(campaign) };
    await Eraser.#copy.run(this.#redis, this.#keys.campaign(campaign), job);
    return false;
  }
}

/**
 * Undefined if it has an outcome. A claim past its deadline is in doubt, and so is a redial that
 * never went out.
 */
function endingOf(entry: LedgerEntry | undefined, { latest }: PersonalData): Ending | undefined {
  const attempts = entry?.attempts ?? 0;
  if (entry?.state === 'claimed')
    return { outcome: 'unknown', reason: 'worker_lost', attempts: attempts + 1 };
  const isSettled = entry === undefined ? latest !== undefined : entry.state !== 'open';
  if (isSettled) return undefined;
  const outcome = entry?.redials === undefined ? 'canceled' : 'unknown';
  return { outcome, reason: 'resolved_by_person', attempts };
}

function recordOf(
  data: PersonalData,
  entry: LedgerEntry | undefined,
  ending: Ending,
  at: number,
): ResultRecord {
  const { campaign, callId, call, latest } = data;
  // A list may be named after a person.
  const { list: _list, ...place } = callSource(call ?? {});
  const dialedAt = ending.reason === 'worker_lost' ? entry?.claimedAt : undefined;
  return {
    callId,
    campaign,
    ...place,
    toPhoneNumber: ERASED,
    fromPhoneNumber: entry?.line ?? latest?.fromPhoneNumber ?? call?.from ?? '',
    name: ERASED,
    outcome: ending.outcome,
    reason: ending.reason,
    attempts: ending.attempts,
    queuedAt: latest?.queuedAt ?? isoInstant(data.queuedAt),
    ...(dialedAt === undefined ? {} : { dialedAt: isoInstant(dialedAt) }),
    settledAt: isoInstant(at),
    worker: PERSON,
    revision: 0,
  };
}

/**
 * A late report of its owner would bring the data back, so a call in doubt has no owner any more.
 */
function entryAfter(
  entry: LedgerEntry | undefined,
  ending: Ending | undefined,
  record: ResultRecord | undefined,
  at: number,
): object {
  const revision = (entry?.revision ?? record?.revision ?? 0) + (record === undefined ? 0 : 1);
  if (ending !== undefined) {
    const { failures, redials } = entry ?? {};
    const deadline = ending.outcome === 'unknown' ? (entry?.deadline ?? at) : undefined;
    return {
      state: ending.outcome,
      owner: ERASED,
      attempts: ending.attempts,
      failures,
      redials,
      deadline,
      revision,
    };
  }
  if (entry === undefined)
    return { state: record?.outcome, owner: ERASED, attempts: record?.attempts ?? 0, revision };
  const { redialAt: _, decided, ...rest } = entry;
  const owner = entry.state === 'unknown' ? ERASED : entry.owner;
  return { ...rest, owner, revision, decided: decided && { ...decided, note: undefined } };
}
