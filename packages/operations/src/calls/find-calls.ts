import {
  type CallQuestion,
  type CallRecord,
  type CampaignStatus,
  type FoundCall,
  readCall,
} from '@libby-dialer/dial-queue';
import { CallTimes, type ResultRecord } from '@libby-dialer/dialing';
import { DialerError } from '@libby-dialer/runtime';
import type { Context } from '../context.ts';
import { areSuppressed } from '../people/do-not-call.ts';
import { type CallJson, openCallJson, settledCallJson, unreadCallJson } from './call-json.ts';
import { type CallStep, callTimeline } from './call-timeline.ts';
import { callWaits } from './call-waits.ts';

/** How many are read for one question. */
const MOST_FOUND = 500;

/** A call, where it stands, and how it came there. */
export type CallInFull = CallJson & {
  readonly timeline: readonly CallStep[];
  /** The latest. */
  readonly result: ResultRecord | null;
};

export type FoundCallInFull = CallInFull & Pick<FoundCall, 'isOtherNumber'>;

export interface FoundCallsInFull {
  /** The newest first. */
  readonly calls: readonly FoundCallInFull[];
  /** There are more: the newest may be missing. */
  readonly isCut: boolean;
  /** Campaigns of an older version, of which some may be missing. */
  readonly unnamed: readonly string[];
}

/**
 * Every call of a number (in E.164 form), externalId or call id, in all campaigns that are not
 * archived, also those that wait; of a number also those whose row has it beside the dialed one.
 */
export async function findCalls(
  context: Context,
  question: CallQuestion,
): Promise<FoundCallsInFull> {
  const { calls, ...rest } = await context.queue.callRecords.find(question, MOST_FOUND);
  const inFull = await new CallReader(context).readAll(calls);
  const found = inFull.map((call, index) => ({
    ...call,
    isOtherNumber: calls[index]?.isOtherNumber === true,
  }));
  return { calls: found.toSorted(byQueuedAt), ...rest };
}

/**
 * One call. Throws `DialerError` (`no_such_call`).
 * @param campaign where it is, if that is known
 */
export async function findCall(
  context: Context,
  callId: string,
  campaign?: string,
): Promise<CallInFull> {
  const { callRecords } = context.queue;
  const record = campaign && (await callRecords.read(campaign, callId));
  const calls = record
    ? [record]
    : (await callRecords.find({ kind: 'callId', text: callId }, 1)).calls;
  const [call] = await new CallReader(context).readAll(calls);
  if (call !== undefined) return call;
  const message = `There is no call ${callId}.`;
  throw new DialerError('no_such_call', message, { kind: 'not_found' });
}

function byQueuedAt(one: CallInFull, other: CallInFull): number {
  return (other.queuedAt ?? '').localeCompare(one.queuedAt ?? '');
}

/** What several calls need to know is read once. */
class CallReader {
  readonly #context: Context;
  readonly #statuses = new Map<string, Promise<CampaignStatus | undefined>>();
  readonly #times = new Map<string, Promise<CallTimes>>();
  #workers: Promise<number | undefined> | undefined;

  constructor(context: Context) {
    this.#context = context;
  }

  async readAll(records: readonly CallRecord[]): Promise<CallInFull[]> {
    const now = await this.#context.now();
    return await Promise.all(records.map(async (record) => await this.#read(record, now)));
  }

  async #read(record: CallRecord, now: number): Promise<CallInFull> {
    const { campaigns, forwarders } = this.#context.queue;
    const { results, job, campaign } = record;
    const last = results.at(-1);
    const source = await campaigns.sourceOf(campaign, readCall(job?.data));
    const deliveries = last === undefined ? [] : await forwarders.deliveriesOf(last.id);
    const waits = isWaiting(record) ? await this.#waits(record, now) : [];
    return {
      ...jsonOf(record, source),
      timeline: callTimeline({ record, source, waits, deliveries }),
      result: last?.record ?? null,
    };
  }

  async #waits({ campaign, job, isSetAside, notBefore }: CallRecord, now: number) {
    const status = await this.#status(campaign);
    if (status === undefined) return [];
    const call = readCall(job?.data);
    const numbers = call ? [call.to, ...(call.otherNumbers ?? [])] : [];
    const isSuppressed = (await areSuppressed(this.#context, numbers)).includes(true);
    const time = call && (await this.#callTimes(campaign)).of(call);
    this.#workers ??= this.#context.queue.idleReasons.workers();
    const workers = await this.#workers;
    return callWaits({ status, time, isSuppressed, isSetAside, notBefore, now, workers });
  }

  async #status(campaign: string): Promise<CampaignStatus | undefined> {
    const known = this.#statuses.get(campaign) ?? this.#context.queue.status.read(campaign);
    this.#statuses.set(campaign, known);
    return await known;
  }

  async #callTimes(id: string): Promise<CallTimes> {
    const read = async () => new CallTimes(await this.#context.campaign(id));
    const known = this.#times.get(id) ?? read();
    this.#times.set(id, known);
    return await known;
  }
}

function isWaiting({ entry }: CallRecord): boolean {
  return entry === undefined || entry.state === 'open';
}

function jsonOf(
  { campaign, callId, job, notBefore, entry, results }: CallRecord,
  source: Parameters<typeof openCallJson>[2],
): CallJson {
  if (entry === undefined || entry.state === 'open' || entry.state === 'claimed') {
    const known = job ?? { callId, name: '', data: undefined, queuedAt: 0 };
    return openCallJson(campaign, { job: known, notBefore, entry }, source);
  }
  const last = results.at(-1)?.record;
  return last === undefined
    ? unreadCallJson(campaign, callId, { ...entry, state: entry.state })
    : settledCallJson(last);
}
