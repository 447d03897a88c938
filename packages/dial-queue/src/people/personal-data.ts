import type { QueuedCall, ResultRecord } from '@libby-dialer/dialing';
import { CallNames, callsNamed } from '../calls/call-names.ts';
import { readCall, readData } from '../jobs/call-job.ts';
import { SetAsideJobs } from '../jobs/set-aside-jobs.ts';
import type { Keys } from '../redis/keys.ts';
import { hashSteps, streamEntries } from '../redis/paging.ts';
import type { RedisConnection } from '../redis/redis-connection.ts';
import { Script } from '../redis/script.ts';
import { number, text } from '../redis/script-inputs.ts';
import { Identity } from './identity.ts';

const ITEMS_PER_STEP = 1000;

/** Where a person's data lie in what Redis keeps of one call. */
export interface PersonalData {
  readonly campaign: string;
  readonly callId: string;
  /**
   * The payload, in the queue or kept beside it; undefined if only results are left, or a job that
   * cannot be read.
   */
  call: QueuedCall | undefined;
  hasJob: boolean;
  isSetAside: boolean;
  isKept: boolean;
  /** Epoch ms; 0 where it is not known. */
  queuedAt: number;
  /** Stream ids of its results, the latest last, and that record. */
  readonly resultIds: string[];
  latest: ResultRecord | undefined;
}

/**
 * Finds the calls to a number, and those whose row names it beside the dialed one. An id tells
 * only those that are the same by the number, so everything is read that holds one: jobs, kept
 * payloads, results. Of a row whose payload is gone, the index of its campaign tells the other
 * numbers. Slow, in bounded steps.
 */
export class PersonalDataFinder {
  static readonly #findJobs = new Script({
    lua: new URL('./find-jobs.lua', import.meta.url),
    // Any of ours: in a cluster it says where.
    keys: ['campaigns'],
    args: { cursor: text, pattern: text, text, count: number },
    answer: ([next = '0', ...jobs]: string[]) => ({ next, jobs }),
  });
  readonly #redis: RedisConnection;
  readonly #keys: Keys;

  constructor(redis: RedisConnection, keys: Keys) {
    this.#redis = redis;
    this.#keys = keys;
  }

  async find(toPhoneNumber: string, signal?: AbortSignal): Promise<PersonalData[]> {
    const found = new Map<string, PersonalData>();
    const of = (campaign: string, callId: string) => {
      const key = `${campaign}:${callId}`;
      const data = found.get(key) ?? nothingOf(campaign, callId);
      found.set(key, data);
      return data;
    };
    // A payload may move between the two while they are read: once looked at on both sides, none is
    // missed.
    for await (const { campaign, callId, call } of this.#kept(toPhoneNumber)) {
      Object.assign(of(campaign, callId), { call, isKept: true });
    }
    for await (const { campaign, callId, call, queuedAt } of this.#jobs(toPhoneNumber)) {
      Object.assign(of(campaign, callId), { call, hasJob: true, queuedAt });
      signal?.throwIfAborted();
    }
    for await (const { campaign, callId, call, queuedAt } of this.#setAside(toPhoneNumber)) {
      Object.assign(of(campaign, callId), { call, isSetAside: true, queuedAt });
      signal?.throwIfAborted();
    }
    for await (const { campaign, callId, call } of this.#kept(toPhoneNumber)) {
      Object.assign(of(campaign, callId), { call, isKept: true });
      signal?.throwIfAborted();
    }
    const beside = await this.#rowsBeside(toPhoneNumber);
    for await (const [id, record] of this.#results(signal)) {
      const call = `${record.campaign}:${record.callId}`;
      const isKnown = found.has(call) || beside.has(call);
      if (record.toPhoneNumber !== toPhoneNumber && !isKnown) continue;
      const data = of(record.campaign, record.callId);
      data.resultIds.push(id);
      data.latest = record;
    }
    return [...found.values()];
  }

  async *#jobs(toPhoneNumber: string) {
    const { queues } = this.#keys;
    const pattern = `${queues.replaceAll(/[*?[\]\\^]/g, String.raw`\$&`)}:*`;
    let cursor = '0';
    do {
      const step = { cursor, pattern, text: toPhoneNumber, count: ITEMS_PER_STEP };
      const { next, jobs } = await PersonalDataFinder.#findJobs.run(this.#redis, this.#keys, step);
      cursor = next;
      for (let index = 0; index < jobs.length; index += 3) {
        const [key = '', data = '', timestamp] = jobs.slice(index, index + 3);
        const [campaign = '', callId = ''] = key.slice(queues.length + 1).split(':');
        const call = readCall(readData(data));
        if (isOf(toPhoneNumber, call))
          yield { campaign, callId, call, queuedAt: Number(timestamp) || 0 };
      }
    } while (cursor !== '0');
  }

  async *#setAside(toPhoneNumber: string) {
    const setAside = new SetAsideJobs(this.#redis, this.#keys);
    for (const campaign of await this.#campaigns()) {
      for await (const { callId, data, queuedAt } of setAside.list(campaign)) {
        const call = readCall(data);
        if (!JSON.stringify(data).includes(toPhoneNumber)) continue;
        if (isOf(toPhoneNumber, call)) yield { campaign, callId, call, queuedAt };
      }
    }
  }

  async #campaigns(): Promise<string[]> {
    const stored = await this.#redis.hkeys(this.#keys.campaigns);
    // Of an archive that was broken off something may be left.
    const halfRemoved = await this.#redis.smembers(this.#keys.campaignsToRemove);
    return [...stored, ...halfRemoved];
  }

  async *#kept(toPhoneNumber: string) {
    for (const campaign of await this.#campaigns()) {
      const { kept } = this.#keys.campaign(campaign);
      for await (const calls of hashSteps(this.#redis, kept, ITEMS_PER_STEP)) {
        for (const [callId, payload] of calls) {
          const call = JSON.parse(payload) as QueuedCall;
          if (isOf(toPhoneNumber, call)) yield { campaign, callId, call };
        }
      }
    }
  }

  /** Calls whose rows name the number beside the dialed one, also those that have ended. */
  async #rowsBeside(toPhoneNumber: string): Promise<ReadonlySet<string>> {
    const calls = new Set<string>();
    const identity = await Identity.peek(this.#redis, this.#keys);
    if (identity === undefined) return calls;
    const names = new CallNames(this.#redis, this.#keys);
    const name = identity.callName('phone', toPhoneNumber);
    for (const campaign of await this.#campaigns()) {
      const fields = await this.#redis.hgetall(names.bucketOf(campaign, name));
      for (const { callId, isOther } of callsNamed(name, fields))
        if (isOther) calls.add(`${campaign}:${callId}`);
    }
    return calls;
  }

  async *#results(signal?: AbortSignal): AsyncGenerator<[id: string, ResultRecord]> {
    const { results } = this.#keys;
    for await (const [id, fields] of streamEntries(this.#redis, results, ITEMS_PER_STEP, {
      signal,
    })) {
      const record = JSON.parse(fields[fields.indexOf('result') + 1] ?? '{}') as ResultRecord;
      yield [id, record];
    }
  }
}

/** Of a job that cannot be read, and holds the number, nobody can say that it is another's. */
function isOf(toPhoneNumber: string, call: QueuedCall | undefined): boolean {
  return (
    call === undefined ||
    call.to === toPhoneNumber ||
    call.otherNumbers?.includes(toPhoneNumber) === true
  );
}

function nothingOf(campaign: string, callId: string): PersonalData {
  return {
    campaign,
    callId,
    call: undefined,
    hasJob: false,
    isSetAside: false,
    isKept: false,
    queuedAt: 0,
    resultIds: [],
    latest: undefined,
  };
}
