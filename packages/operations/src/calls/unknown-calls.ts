import type { DoubtfulCall, RedialResolution } from '@libby-dialer/dial-queue';
import { conversationMs, isoInstant } from '@libby-dialer/dialing';
import { DialerError } from '@libby-dialer/runtime';
import { decide } from '../audit/decide.ts';
import type { Context } from '../context.ts';
import { areSuppressed } from '../people/do-not-call.ts';

/** The calls that may have rung, of one campaign or of all. Throws `NoSuchCampaignError`. */
export async function listUnknownCalls(
  context: Context,
  campaign: string | undefined,
): Promise<DoubtfulCall[]> {
  const ids =
    campaign === undefined ? await idsOf(context) : [(await context.campaign(campaign)).id];
  const calls: DoubtfulCall[] = [];
  for (const id of ids)
    for await (const call of context.queue.unknownCalls.list(id)) calls.push(call);
  return calls;
}

/** `accepted`: the provider has taken it. `redial`: dial it once more, and it may ring twice. */
export type UnknownCallDecision = 'accepted' | 'redial';

export type ResolvedCall =
  | { readonly kind: 'accepted'; readonly campaign: string }
  /** Epoch ms of Redis's clock, both. */
  | {
      readonly kind: 'redial';
      readonly campaign: string;
      readonly redialAt: number;
      readonly now: number;
    };

/**
 * Decides what is to become of a call that may have rung. Throws `DialerError` (`no_such_call`,
 * `suppressed`, or the kind of what the queue answers: `not_in_doubt`, `waits`, `redialed` …).
 */
export async function resolveUnknownCall(
  context: Context,
  callId: string,
  as: UnknownCallDecision,
): Promise<ResolvedCall> {
  const campaign = await context.queue.unknownCalls.campaignOf(callId, await idsOf(context));
  if (campaign === undefined) {
    throw new DialerError('no_such_call', `No call ${callId} has been dialed.`, {
      kind: 'not_found',
    });
  }
  if (as === 'redial') await refuseIfSuppressed(context, campaign, callId);
  const decision = { action: 'in_doubt.resolve', campaign, details: { callId, as } } as const;
  return await decide(context, decision, async (did) => {
    if (as === 'accepted') return await accept(context, campaign, callId);
    const resolved = await redial(context, campaign, callId);
    did({ redialAt: isoInstant(resolved.redialAt) });
    return resolved;
  });
}

async function accept(context: Context, campaign: string, callId: string): Promise<ResolvedCall> {
  const at = await context.now();
  const resolution = await context.queue.unknownCalls.accept(campaign, callId, at);
  if (resolution.kind !== 'resolved') throw refusal(campaign, callId, resolution);
  return { kind: 'accepted', campaign };
}

async function redial(
  context: Context,
  campaign: string,
  callId: string,
): Promise<Extract<ResolvedCall, { kind: 'redial' }>> {
  const now = await context.now();
  const afterMs = conversationMs(await context.campaign(campaign));
  const resolution = await context.queue.unknownCalls.redial(campaign, callId, afterMs);
  if (resolution.kind !== 'resolved') throw refusal(campaign, callId, resolution);
  return { kind: 'redial', campaign, redialAt: resolution.redialAt, now };
}

/** The gate would only leave it in doubt. */
async function refuseIfSuppressed(
  context: Context,
  campaign: string,
  callId: string,
): Promise<void> {
  const number = await context.queue.unknownCalls.numberOf(campaign, callId);
  if (number === undefined) return;
  const [isListed] = await areSuppressed(context, [number]);
  if (!isListed) return;
  const message = `Call ${callId} is to a number on the do-not-call list.`;
  throw new DialerError('suppressed', message, { kind: 'conflict' });
}

function refusal(
  campaign: string,
  callId: string,
  resolution: Exclude<RedialResolution, { kind: 'resolved' }>,
): DialerError {
  const { kind } = resolution;
  return new DialerError(kind, `Call ${callId} of ${campaign} ${whyNot(resolution)}.`, {
    kind: 'conflict',
    about: { campaign },
  });
}

function whyNot(resolution: Exclude<RedialResolution, { kind: 'resolved' }>): string {
  switch (resolution.kind) {
    case 'not_in_doubt': {
      const isUnderWay = resolution.state === 'claimed' || resolution.state === 'open';
      return `is not in doubt: ${isUnderWay ? 'it has no outcome yet' : `its outcome is ${resolution.state}`}`;
    }
    case 'waits':
      return `is to be dialed once more already, from ${isoInstant(resolution.redialAt)} on`;
    case 'redialed':
      return 'was dialed once more already, and never will be again';
    case 'erased':
      return 'cannot be dialed once more: its data were erased';
    case 'canceled':
      return 'cannot be dialed once more: its campaign is canceled; resume it first';
    case 'expired':
      return 'cannot be dialed once more: its time is over';
  }
}

async function idsOf({ queue: { campaigns } }: Context): Promise<string[]> {
  return (await campaigns.list()).map(({ id }) => id);
}
