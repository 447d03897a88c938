import type { DoubtfulCall } from '@libby-dialer/dial-queue';
import { type Campaign, type ResultRecord, recipientZones } from '@libby-dialer/dialing';
import { DialerError } from '@libby-dialer/runtime';
import type { Context } from '../context.ts';
import { isStreamId } from '../stream-cursor.ts';

/** Results that are read for a page, at most. */
const MOST_READ = 20_000;

/** The calls that may have rung, of one campaign or of all. Throws `NoSuchCampaignError`. */
export async function listUnknownCalls(
  context: Context,
  campaign: string | undefined,
): Promise<DoubtfulCall[]> {
  const calls: DoubtfulCall[] = [];
  for (const id of (await countUnknownCalls(context, campaign)).keys())
    for await (const call of context.queue.unknownCalls.list(id)) calls.push(call);
  return calls;
}

export interface UnknownCallPageRequest {
  /** Left out: of all. */
  readonly campaign?: string | undefined;
  /** `next` of the page before; left out: the first page. */
  readonly after?: string | undefined;
  readonly limit: number;
}

/** A call in doubt, and where its recipient is. */
export interface UnknownCall extends DoubtfulCall {
  /** IANA names: in one of these. Empty: nobody knows. */
  readonly zones: readonly string[];
}

export interface UnknownCallPage {
  readonly calls: readonly UnknownCall[];
  /** Undefined: this is the last page. */
  readonly next: string | undefined;
  /** How many there are in each campaign that has any, whatever the page shows. */
  readonly counts: ReadonlyMap<string, number>;
}

/**
 * Some of the calls that may have rung, campaign by campaign, in the order in which they came to
 * be. A page may be short, so that no reader asks for too much at once. Throws `DialerError`
 * (`no_such_campaign`, `bad_cursor`).
 */
export async function unknownCallPage(
  context: Context,
  { campaign, after, limit }: UnknownCallPageRequest,
): Promise<UnknownCallPage> {
  const counts = await countUnknownCalls(context, undefined);
  const from = placeOf(after);
  const own = campaign === undefined ? [...counts.keys()] : [(await context.campaign(campaign)).id];
  const calls: UnknownCall[] = [];
  let mostRead = MOST_READ;
  for (const id of own.filter((each) => each >= from.campaign)) {
    if (calls.length === limit || mostRead <= 0) return { calls, counts, next: `${id}:` };
    const page = await context.queue.unknownCalls.page(id, {
      after: id === from.campaign ? from.after : undefined,
      limit: limit - calls.length,
      mostRead,
    });
    mostRead -= page.read;
    const found = page.calls.length === 0 ? undefined : await context.campaign(id);
    for (const call of page.calls) calls.push({ ...call, zones: zonesOf(call, found) });
    if (!page.isLast) return { calls, counts, next: `${id}:${page.upTo ?? ''}` };
  }
  return { calls, counts, next: undefined };
}

/**
 * How many calls are in doubt in each campaign that has any, or in one, by their ids in order.
 * Throws `NoSuchCampaignError`.
 */
export async function countUnknownCalls(
  context: Context,
  campaign: string | undefined,
): Promise<ReadonlyMap<string, number>> {
  const { campaigns, status } = context.queue;
  const ids =
    campaign === undefined ? await campaigns.ids() : [(await context.campaign(campaign)).id];
  return await status.countUnknown(ids.toSorted());
}

function placeOf(cursor: string | undefined): { campaign: string; after: string | undefined } {
  if (cursor === undefined) return { campaign: '', after: undefined };
  const [, campaign, after = ''] = /^([a-z0-9-]{1,63}):(.*)$/.exec(cursor) ?? [];
  if (campaign !== undefined && after === '') return { campaign, after: undefined };
  if (campaign !== undefined && isStreamId(after)) return { campaign, after };
  const message = 'The cursor is none of this list; begin again without it.';
  throw new DialerError('bad_cursor', message, { kind: 'invalid' });
}

/** As they were when the call was let out, where those are the recipient's; else by the number. */
function zonesOf(
  { permission, toPhoneNumber }: ResultRecord,
  campaign: Pick<Campaign, 'timezone'> | undefined,
): readonly string[] {
  if (permission?.zones !== undefined && permission.zoneSource !== 'campaign_window')
    return permission.zones;
  return recipientZones(campaign ?? {}, { to: toPhoneNumber }).zones;
}
