import type { DecisionOnDoubt, ResolvedCallJson } from '@libby-dialer/http-api';
import { countOf } from '../kit/words/numbers.ts';

/** What a decision did, and of whom it did nothing: who was first there, or what forbids it. */
export function resolvedText(calls: readonly ResolvedCallJson[]): string[] {
  const accepted = calls.filter(({ status }) => status === 'accepted');
  const redials = calls.filter(({ status }) => status === 'redial');
  const dropped = accepted.filter(({ decided }) => decided !== undefined);
  return [
    accepted.length > 0 && `${countOf(accepted.length, 'call is', 'calls are')} accepted.`,
    ...grouped(dropped, ({ decided }) => decided?.by ?? '', droppedText),
    redials.length > 0 &&
      `${countOf(redials.length, 'call is', 'calls are')} to be dialed once more.`,
    ...grouped(calls.filter(isRefused), refusalKey, refusedText),
  ].filter((sentence) => sentence !== false);
}

function isRefused({ status }: ResolvedCallJson): boolean {
  return status === 'refused';
}

function droppedText(by: string, count: number): string {
  return `Of ${count} the redial is dropped that ${by} had decided on.`;
}

/** Told by who was first where somebody was, else by what forbids it. */
function refusalKey({ decided, code }: ResolvedCallJson): string {
  return decided === undefined ? `: ${code}` : `${decided.as}: ${decided.by}`;
}

function refusedText(key: string, count: number): string {
  const at = key.indexOf(': ');
  const [as, who] = [key.slice(0, at), key.slice(at + 2)];
  if (as !== '') return `${who} was first with ${count}: ${AS_WORDS[as as DecisionOnDoubt['as']]}.`;
  return `${countOf(count, 'call')} ${count === 1 ? 'stays' : 'stay'} as before: ${WHY[who] ?? who}.`;
}

export const AS_WORDS: Readonly<Record<DecisionOnDoubt['as'], string>> = {
  accepted: 'accepted',
  redial: 'dial once more',
};

const WHY: Readonly<Record<string, string>> = {
  not_in_doubt: 'no longer in doubt, an answer came in after all or it is being dialed',
  waits: 'to be dialed once more already',
  redialed: 'dialed once more already, and never will be again',
  erased: 'the person’s data were erased, so nobody can be dialed',
  canceled: 'the campaign is canceled; resume it first',
  expired: 'its time is over',
  suppressed: 'the number is on the do-not-call list',
  no_such_call: 'its campaign is archived, or there never was such a call',
};

function grouped(
  calls: readonly ResolvedCallJson[],
  keyOf: (call: ResolvedCallJson) => string,
  textOf: (key: string, count: number) => string,
): string[] {
  const counts = new Map<string, number>();
  for (const call of calls) counts.set(keyOf(call), (counts.get(keyOf(call)) ?? 0) + 1);
  return [...counts].map(([key, count]) => textOf(key, count));
}
