import { JsonRows, type ListRow } from '@libby-dialer/call-list';
import {
  CampaignArchivedError,
  CampaignCanceledError,
  CampaignUnsupportedError,
  type IdentifiedCall,
  type Identity,
  type LoadVerdict,
} from '@libby-dialer/dial-queue';
import { DialerError, sleep } from '@libby-dialer/runtime';
import { type Context, NoSuchCampaignError } from '../context.ts';
import { canceledError } from '../load/load-refusals.ts';
import { CampaignFeed } from './campaign-feed.ts';
import { FedCampaigns } from './fed-campaigns.ts';
import type { RecordIntake } from './record-intake.ts';

/** Beyond this, callers are told to come back rather than kept waiting. */
const MOST_WAITING = 20_000;
const OPEN_AGAIN_AFTER_MS = 1000;

export interface PushRequest {
  readonly campaign: string;
  /** One record as JSON, or an array of them. */
  readonly records: string;
  /** How many there may be. */
  readonly most: number;
  /** The same key and place is the same call, where the campaign dedupes by row. */
  readonly idempotencyKey?: string | undefined;
}

/** What became of one record. `duplicate`: it repeats an earlier one of the same request. */
export type PushedCall =
  | { readonly status: LoadVerdict | 'duplicate'; readonly callId: string }
  | { readonly status: 'rejected'; readonly code: string; readonly reason: string };

type CheckedCall = IdentifiedCall | Refused;
type Refused = Omit<Extract<PushedCall, { status: 'rejected' }>, 'status'>;

/**
 * Takes calls that other programs push into their campaigns' queues, each by the checks and ids
 * that lists and the inbox have.
 */
export class CallPush implements AsyncDisposable {
  readonly #context: Context;
  readonly #campaigns: FedCampaigns;
  readonly #feeds = new Map<string, CampaignFeed>();
  readonly #stopping = new AbortController();
  #waiting = 0;

  constructor(context: Context) {
    this.#context = context;
    this.#campaigns = new FedCampaigns(context.queue);
  }

  /**
   * What became of each record, in their order; what is said to be queued is. Throws `DialerError`
   * (`no_such_campaign`, `campaign_canceled`, `campaign_archived`, `campaign_unsupported`,
   * `idempotency_key_needed`, `bad_json`, `too_many_calls`, `busy`): then nothing is. Where Redis
   * fails, some may be queued all the same: a repeat does no harm.
   */
  async push(request: PushRequest): Promise<PushedCall[]> {
    const { campaign, idempotencyKey } = request;
    const intake = await this.#intakeOf(campaign);
    if (intake.isKeyedByRow && idempotencyKey === undefined) throw keyNeeded(campaign);
    const rows = rowsOf(request);
    if (this.#waiting + rows.length > MOST_WAITING) throw busy();
    this.#waiting += rows.length;
    try {
      const identity = await this.#context.queue.identity();
      const checked = rows.map((row, index) =>
        checkedCall(intake, identity, { campaign, row, ownKey: `push:${idempotencyKey}:${index}` }),
      );
      return intake.isKeyedByRow
        ? await this.#queueKeyed(campaign, checked)
        : await this.#queue(campaign, checked);
    } finally {
      this.#waiting -= rows.length;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stopping.abort();
    await this.#campaigns[Symbol.asyncDispose]();
  }

  async #intakeOf(id: string): Promise<RecordIntake> {
    const intake = (await this.#campaigns.checks(new Set([id]))).get(id);
    if (intake === undefined) throw new NoSuchCampaignError(id);
    if (intake instanceof CampaignUnsupportedError) throw intake;
    return intake;
  }

  /** If only the key tells a repeat, another call under that key must not pass for the first. */
  async #queueKeyed(campaign: string, checked: readonly CheckedCall[]): Promise<PushedCall[]> {
    const calls = checked.filter((each) => 'call' in each);
    const areOwn = await this.#campaigns.loader(campaign).takeIds(calls);
    const others = new Set<CheckedCall>(calls.filter((_, index) => areOwn[index] === false));
    const own = checked.map((each) => (others.has(each) ? KEY_REUSED : each));
    return await this.#refuseOthers(campaign, own, await this.#queue(campaign, own));
  }

  async #queue(campaign: string, checked: readonly CheckedCall[]): Promise<PushedCall[]> {
    const first = new Map<string, IdentifiedCall>();
    for (const each of checked)
      if ('call' in each && !first.has(each.callId)) first.set(each.callId, each);
    const unlike = [...first.values()];
    const verdicts = await this.#feed(campaign, unlike);
    const verdictOf = new Map(unlike.map((call, index) => [call, verdicts[index]]));
    return checked.map((each) => {
      if ('code' in each) return { status: 'rejected', ...each };
      return { status: verdictOf.get(each) ?? 'duplicate', callId: each.callId };
    });
  }

  /** For a call queued by an earlier version, only the index of numbers tells whom it is to. */
  async #refuseOthers(
    campaign: string,
    checked: readonly CheckedCall[],
    pushed: readonly PushedCall[],
  ): Promise<PushedCall[]> {
    const repeats = checked.filter(
      (each, index) => 'call' in each && pushed[index]?.status !== 'queued',
    ) as IdentifiedCall[];
    if (repeats.length === 0) return [...pushed];
    const areSame = await this.#campaigns.loader(campaign).areToTheSame(repeats);
    const others = new Set(repeats.filter((_, index) => areSame[index] === false));
    return pushed.map((each, index) =>
      others.has(checked[index] as IdentifiedCall) ? { status: 'rejected', ...KEY_REUSED } : each,
    );
  }

  async #feed(id: string, calls: readonly IdentifiedCall[]): Promise<readonly LoadVerdict[]> {
    if (calls.length === 0) return [];
    try {
      const verdicts = await this.#feedOf(id).add(calls);
      await this.#tidy();
      return verdicts;
    } catch (error) {
      if (error instanceof CampaignArchivedError) throw error;
      throw error instanceof CampaignCanceledError ? canceledError(id, error) : error;
    }
  }

  #feedOf(id: string): CampaignFeed {
    const feed =
      this.#feeds.get(id) ??
      new CampaignFeed(
        () => this.#campaigns.loader(id),
        () => void this.#openAgain(id),
      );
    this.#feeds.set(id, feed);
    return feed;
  }

  async #tidy(): Promise<void> {
    for (const [id, feed] of this.#feeds) if (feed.isIdle) this.#feeds.delete(id);
    if (this.#feeds.size === 0) await this.#campaigns.trim();
  }

  /** A broken batch may have queued calls, and workers must learn of them. */
  async #openAgain(id: string): Promise<void> {
    const { signal } = this.#stopping;
    while (!signal.aborted) {
      await sleep(OPEN_AGAIN_AFTER_MS, signal).catch(() => {});
      const isOpen = await this.#campaigns
        .loader(id)
        .open()
        .then(
          () => true,
          () => false,
        );
      if (isOpen) return;
    }
  }
}

function rowsOf({ records, most }: PushRequest): ListRow[] {
  const isArray = isArrayText(records);
  const rows = new JsonRows();
  const read = [...rows.push(records), ...rows.end()];
  const count = isArray ? read.length : 1;
  if (count <= most) return read;
  const message = `There are ${count} calls; push at most ${most} at once.`;
  throw new DialerError('too_many_calls', message, { kind: 'invalid' });
}

/** Throws if it is not JSON: an incomplete request must not be taken in part. */
function isArrayText(text: string): boolean {
  try {
    return Array.isArray(JSON.parse(text));
  } catch (cause) {
    const message = 'The body must be a record as JSON, or an array of records.';
    throw new DialerError('bad_json', message, { kind: 'invalid', cause });
  }
}

interface RecordOf {
  readonly campaign: string;
  readonly row: ListRow;
  readonly ownKey: string;
}

function checkedCall(
  intake: RecordIntake,
  identity: Identity,
  { campaign, row, ownKey }: RecordOf,
): CheckedCall {
  const checked = intake.check(row, ownKey);
  if ('code' in checked) return { code: checked.code, reason: checked.reason };
  return { callId: identity.callId(campaign, checked.dedupeKey), call: checked.call };
}

const KEY_REUSED: Refused = {
  code: 'idempotency_key_reused',
  reason:
    'Another call was pushed under this idempotency key and place: push this one under a new key.',
};

function keyNeeded(campaign: string): DialerError {
  const message = `Campaign ${campaign} takes each record for a call of its own (dedupeBy: row): give an idempotency key, by which a repeat is told.`;
  return new DialerError('idempotency_key_needed', message, { kind: 'invalid' });
}

function busy(): DialerError {
  const message = 'More calls are being pushed than can be queued; push these again in a moment.';
  return new DialerError('busy', message, { kind: 'unavailable' });
}
