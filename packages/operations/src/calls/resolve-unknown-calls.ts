import type { DoubtDecision, RedialResolution, Resolution } from '@libby-dialer/dial-queue';
import { conversationMs, isoInstant } from '@libby-dialer/dialing';
import { withoutPerson } from '@libby-dialer/libby-client';
import { DialerError } from '@libby-dialer/runtime';
import { decide } from '../audit/decide.ts';
import type { Context } from '../context.ts';
import { areSuppressed } from '../people/do-not-call.ts';
import { countUnknownCalls } from './unknown-calls.ts';

/** What a person says of calls in doubt. */
export interface UnknownCallWord {
  /** `accepted`: the provider has taken it. `redial`: dial it once more, and it may ring twice. */
  readonly as: UnknownCallDecision;
  /** Kept with the decision, without the name and number of who is called. */
  readonly note?: string | undefined;
}

export type UnknownCallDecision = 'accepted' | 'redial';

export type ResolvedCall =
  | {
      readonly kind: 'accepted';
      readonly campaign: string;
      /** The redial that somebody had decided, and that is dropped by it. */
      readonly before?: DoubtDecision | undefined;
    }
  /** Epoch ms of Redis's clock, both. */
  | {
      readonly kind: 'redial';
      readonly campaign: string;
      readonly redialAt: number;
      readonly now: number;
    };

/** It is not so decided, and stays as it is. */
export class UnknownCallRefused extends DialerError {
  /** What somebody else has decided on it before. */
  readonly decided: DoubtDecision | undefined;

  constructor(code: string, message: string, campaign: string, decided?: DoubtDecision) {
    super(code, message, { kind: 'conflict', about: { campaign } });
    this.decided = decided;
  }
}

/**
 * Decides what is to become of a call that may have rung. Throws `DialerError` (`no_such_call`,
 * `suppressed`, or the kind of what the queue answers: `not_in_doubt`, `waits`, `redialed` …).
 */
export async function resolveUnknownCall(
  context: Context,
  callId: string,
  word: UnknownCallWord,
): Promise<ResolvedCall> {
  const end = (await resolveUnknownCalls(context, [callId], word)).get(callId);
  if (end instanceof DialerError) throw end;
  if (end === undefined) throw noSuchCall(callId);
  return end;
}

/**
 * Decides the same on several calls, each by itself: what is refused for one is done for others.
 * Gives what became of each.
 */
export async function resolveUnknownCalls(
  context: Context,
  callIds: readonly string[],
  word: UnknownCallWord,
): Promise<ReadonlyMap<string, ResolvedCall | DialerError>> {
  const ids = [...new Set(callIds)];
  const campaigns = await context.queue.unknownCalls.campaignsOf(ids, await likelyFirst(context));
  const ends = new Map<string, ResolvedCall | DialerError>();
  for (const callId of ids) {
    const campaign = campaigns.get(callId);
    const end =
      campaign === undefined
        ? noSuchCall(callId)
        : await resolve(context, { campaign, callId }, word).catch(refusalOrThrow);
    ends.set(callId, end);
  }
  return ends;
}

/** One that nobody has decided on yet is in a campaign that has some. */
async function likelyFirst(context: Context): Promise<string[]> {
  const doubtful = await countUnknownCalls(context, undefined);
  const others = (await context.queue.campaigns.ids()).filter((id) => !doubtful.has(id));
  return [...doubtful.keys(), ...others];
}

interface PlacedCall {
  readonly campaign: string;
  readonly callId: string;
}

async function resolve(
  context: Context,
  call: PlacedCall,
  { as, note: given }: UnknownCallWord,
): Promise<ResolvedCall> {
  const { campaign, callId } = call;
  const person = await context.queue.unknownCalls.personOf(campaign, callId);
  if (as === 'redial' && person !== undefined) await refuseIfSuppressed(context, call, person.to);
  const note = given === undefined ? undefined : withoutPerson(given, person?.name ?? '');
  const details = { callId, as, ...(note && { note }) };
  return await decide(context, { action: 'in_doubt.resolve', campaign, details }, async (did) => {
    if (as === 'accepted') return await accept(context, call, note);
    const resolved = await redial(context, call, note);
    did({ redialAt: isoInstant(resolved.redialAt) });
    return resolved;
  });
}

async function accept(
  context: Context,
  { campaign, callId }: PlacedCall,
  note: string | undefined,
): Promise<ResolvedCall> {
  const at = await context.now();
  const word = { by: context.actor.name, note: note || undefined };
  const resolution = await context.queue.unknownCalls.accept(campaign, callId, at, word);
  if (resolution.kind !== 'resolved') throw refusal({ campaign, callId }, resolution);
  const { before } = resolution;
  return { kind: 'accepted', campaign, ...(before !== undefined && { before }) };
}

async function redial(
  context: Context,
  { campaign, callId }: PlacedCall,
  note: string | undefined,
): Promise<Extract<ResolvedCall, { kind: 'redial' }>> {
  const now = await context.now();
  const afterMs = conversationMs(await context.campaign(campaign));
  const word = { by: context.actor.name, note: note || undefined };
  const resolution = await context.queue.unknownCalls.redial(campaign, callId, afterMs, word);
  if (resolution.kind !== 'resolved') throw refusal({ campaign, callId }, resolution);
  return { kind: 'redial', campaign, redialAt: resolution.redialAt, now };
}

/** The gate would only leave it in doubt. */
async function refuseIfSuppressed(
  context: Context,
  { campaign, callId }: PlacedCall,
  number: string,
): Promise<void> {
  const [isListed] = await areSuppressed(context, [number]);
  if (!isListed) return;
  const message = `Call ${callId} is to a number on the do-not-call list.`;
  throw new UnknownCallRefused('suppressed', message, campaign);
}

function refusalOrThrow(error: unknown): DialerError {
  if (error instanceof DialerError) return error;
  throw error;
}

function noSuchCall(callId: string): DialerError {
  const message = `No call ${callId} has been dialed.`;
  return new DialerError('no_such_call', message, { kind: 'not_found' });
}

type Refusal = Exclude<Resolution | RedialResolution, { kind: 'resolved' }>;

function refusal({ campaign, callId }: PlacedCall, refused: Refusal): DialerError {
  const { kind, decided } = refused;
  const message = `Call ${callId} of ${campaign} ${whyNot(refused)}${decidedText(decided)}.`;
  return new UnknownCallRefused(kind, message, campaign, decided);
}

function decidedText(decided: DoubtDecision | undefined): string {
  if (decided === undefined) return '';
  return `; ${decided.by} decided “${decided.as}” at ${isoInstant(decided.at)}`;
}

function whyNot(resolution: Refusal): string {
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
