import type { CanaryOpening, Hold, HoldCause } from '@libby-dialer/dial-queue';
import {
  type Canary,
  type CanaryProgress,
  type HoldReason,
  isCanaryOutOfReach,
} from '@libby-dialer/dialing';
import { countOf, formatDuration } from '@libby-dialer/runtime';
import { type Cell, formatTable } from '../terminal/table.ts';

/**
 * What was last seen of the trouble, such as `404 from https://phone.example/outbound: Not Found`.
 */
export function causeText({ code, url, status, message }: HoldCause): string {
  const where = url === undefined ? '' : ` from ${url}`;
  return `${status ?? code}${where}${message === undefined ? '' : `: ${message}`}`;
}

/** What follows a load that asked for a canary. @param opening undefined: nothing was new */
export function canaryOpenedText(
  campaign: string,
  canary: Canary,
  opening: CanaryOpening | undefined,
): string {
  if (opening === undefined) return 'Nothing new is queued: no canary is asked for.\n';
  if (opening === 'lifted')
    return 'Its canary has passed already: enough of its calls are accepted, and the rest follows.\n';
  const before = opening === 'stands' ? 'Its canary stands already and goes on: ' : '';
  const release = `"enqueuer hold release campaign:${campaign} --by <you>" lets it follow`;
  return `${before}${canaryGoesFirstText(canary)}; ${release}.\n`;
}

/** `5 calls of the campaign go first, the rest is held until 4 of them are accepted`. */
export function canaryGoesFirstText({ calls, needed }: Canary): string {
  const first = `${countOf(calls, 'call')} of the campaign ${calls === 1 ? 'goes' : 'go'} first, the rest is held`;
  if (needed === undefined) return first;
  return `${first} until ${needed} of them ${needed === 1 ? 'is' : 'are'} accepted`;
}

/** How far a canary is, such as `3 of 5 dialed, 2 accepted, 1 in flight`. */
export function canaryText(progress: CanaryProgress): string {
  const { calls, needed, dialed, accepted, inFlight } = progress;
  const parts = [`${dialed} of ${calls} dialed`, `${accepted} accepted`];
  if (inFlight > 0) parts.push(`${inFlight} in flight`);
  const missed = isCanaryOutOfReach(progress)
    ? `: too few for the ${needed} it asks for, a person decides`
    : '';
  return `${parts.join(', ')}${missed}`;
}

/** @param now of Redis's clock, as the times of holds are */
export function holdTable(holds: readonly Hold[], now: number, width?: number): string {
  const rows = holds
    .toSorted((a, b) => a.scope.localeCompare(b.scope))
    .map(({ scope, reason, since, until, canary }): Cell[] => [
      scope,
      reason,
      `for ${formatDuration(now - since)}`,
      nextTry(until, now, canary),
    ]);
  const table = formatTable([['HELD', 'REASON', 'SINCE', 'NEXT TRY'], ...rows], width);
  const causes = holds.flatMap(({ scope, cause, canary }) => [
    ...(cause === undefined ? [] : [`${scope}: ${causeText(cause)}\n`]),
    ...(canary === undefined ? [] : [`${scope}: ${canaryText(canary)}\n`]),
  ]);
  const reasons = new Set(holds.map(({ reason }) => reason));
  return `${table}${causes.join('')}\n${[...reasons].map((reason) => MEANINGS[reason]).join('')}`;
}

/**
 * Whoever reads it may never have heard of it, and has to decide something that cannot be taken
 * back.
 */
const EVIDENCE_LOST = `Redis has lost calls that it had recorded as dialed (a restored backup, or a replica that was behind).
Workers that still run have written theirs again. What others dialed since then is queued again: it would ring twice.
So have pauses, cancels, retries, loads and do-not-call entries of that time to be given once more. See "enqueuer status", and
cancel what must not ring again. Then: enqueuer hold release all --by <you>
`;

/** What is wrong, and what is to be done. */
const MEANINGS: Record<HoldReason, string> = {
  forbidden:
    'forbidden: the API refuses a token that was just granted; check scope and credentials\n',
  token_unavailable:
    'token_unavailable: no token can be had; "enqueuer doctor" tries and says why\n',
  endpoint: 'endpoint: the answers are not the API’s; check LIBBY_API_URL\n',
  rate_limited: 'rate_limited: the API asks to slow down; it is tried again by itself\n',
  agent_not_found: 'agent_not_found: the line has no agent; check the campaign’s fromPhoneNumber\n',
  doubts:
    'doubts: too many calls got no usable answer; it is tried again by itself, until ten calls in a row pass\n',
  unreachable: 'unreachable: the API cannot be reached; "enqueuer doctor" says why\n',
  rejections:
    'rejections: the API rejects each call of the campaign; mend its texts or columns, then "enqueuer campaign put"\n',
  campaign_incomplete:
    'campaign_incomplete: the campaign asks for what a call does not have; mend it, then "enqueuer campaign put"\n',
  replicas_behind: 'replicas_behind: too few replicas of Redis have the latest claim; check them\n',
  canary:
    'canary: the campaign waits for its first calls; look at their results, then "enqueuer hold release campaign:<id> --by <you>", or change the campaign and as many go first again\n',
  stopped:
    'stopped: somebody has stopped it; once calls may go out again, "enqueuer hold release <held> --by <you>"\n',
  evidence_lost: EVIDENCE_LOST,
};

function nextTry(until: number | undefined, now: number, canary?: CanaryProgress): string {
  if (canary?.needed !== undefined) return `when ${canary.needed} of ${canary.calls} are accepted`;
  if (until === undefined) return 'when a person releases it';
  return until <= now ? 'with the next call' : `in ${formatDuration(until - now)}`;
}
