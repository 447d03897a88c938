import type { FoundCallInFull, FoundCallsInFull } from '@libby-dialer/operations';
import { countOf } from '@libby-dialer/runtime';
import { formatTable } from '../terminal/table.ts';

/** Where a step has no instant of its own. */
const NO_INSTANT = '–';

/** Each call with what happened to it, and what the search cannot answer for. */
export function foundCallsReport(
  { calls, isCut, unnamed }: FoundCallsInFull,
  width: number,
): string {
  const blocks = calls.map((call) => `${callReport(call, width)}\n`);
  const count = calls.length === 0 ? 'No call is found' : `${countOf(calls.length, 'call')} found`;
  const notes = [
    `${count} in campaigns that are not archived.`,
    ...(isCut ? ['There are more, and the newest may be among them.'] : []),
    ...(unnamed.length > 0
      ? [`First loaded by an older version, so that calls may be missing: ${unnamed.join(', ')}.`]
      : []),
  ];
  return `${blocks.join('')}${notes.map((note) => `${note}\n`).join('')}`;
}

function callReport(call: FoundCallInFull, width: number): string {
  const { callId, campaign, outcome, state, name, toPhoneNumber, externalId } = call;
  const who = [name, toPhoneNumber, externalId].filter((text) => text).join(', ');
  const steps = call.timeline.map(({ at, sentence }) => [instantText(at), sentence]);
  const head = [
    `${callId} in ${campaign}: ${outcome ?? state}`,
    ...(who === '' ? [] : [who]),
    ...(call.isOtherNumber ? [otherNumberLine(call)] : []),
  ];
  return `${head.join('\n')}\n${formatTable(steps, width)}`;
}

function otherNumberLine({ toPhoneNumber, phoneColumn }: FoundCallInFull): string {
  const dialed = [toPhoneNumber, phoneColumn && `(${phoneColumn})`].filter((text) => text);
  const only = dialed.length === 0 ? '' : `; only ${dialed.join(' ')} is dialed`;
  return `Its row has the number as another one${only}.`;
}

/** To the second. */
function instantText(at: string | null): string {
  return at === null ? NO_INSTANT : `${at.slice(0, 19)}Z`;
}
