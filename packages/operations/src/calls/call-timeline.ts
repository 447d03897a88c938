import type { CallRecord, Delivery, StoredResult } from '@libby-dialer/dial-queue';
import {
  type CallSource,
  isoInstant,
  type Permission,
  RETRYABLE_OUTCOMES,
  type ResultRecord,
} from '@libby-dialer/dialing';
import { countOf } from '@libby-dialer/runtime';

/** What happened to a call, or what it waits for. */
export interface CallStep {
  /** ISO 8601; null where it is not recorded when. Of what is still to come: not before then. */
  readonly at: string | null;
  /** Stable, such as `queued`, `dialed`, `settled`. */
  readonly step: string;
  /** Names no person. */
  readonly sentence: string;
}

export interface CallHistory {
  readonly record: CallRecord;
  readonly source: CallSource;
  /** What it waits for now. */
  readonly waits: readonly CallStep[];
  /** Of its latest result. */
  readonly deliveries: readonly Delivery[];
}

/** The oldest first. */
export function callTimeline({ record, source, waits, deliveries }: CallHistory): CallStep[] {
  return [
    ...beginning(record, source),
    ...past(record),
    ...deliveries.map(delivered),
    ...decided(record),
    ...present(record),
    ...waits,
  ];
}

function beginning({ job, results, campaign }: CallRecord, source: CallSource): CallStep[] {
  const queuedAt = job?.queuedAt ? isoInstant(job.queuedAt) : null;
  const at = results[0]?.record.queuedAt ?? queuedAt;
  return [
    { at, step: 'loaded', sentence: originText(results[0]?.record ?? source) },
    { at, step: 'queued', sentence: `Queued in ${campaign}.` },
  ];
}

function originText({ list, row, sheetRow, line }: CallSource): string {
  const place = sheetRow ?? row;
  const where = place === undefined ? '' : `, row ${place}`;
  const inFile = line === undefined || line === sheetRow ? '' : ` (line ${line})`;
  if (list !== undefined) return `Loaded from ${list}${where}${inFile}.`;
  return place === undefined ? 'Pushed by a service.' : `Loaded from a list${where}${inFile}.`;
}

function past({ entry, results }: CallRecord): CallStep[] {
  const steps = results.flatMap(({ record }, index) => [
    ...againStep(results[index - 1], record),
    ...resultSteps(record),
  ]);
  const revision = entry?.revision ?? 0;
  const missing = Math.max(0, revision - results.length);
  if (missing > 0) steps.unshift(missingStep(missing));
  const last = results.at(-1);
  if (entry?.state === 'open' && last !== undefined) steps.push(queuedAgain());
  const isSettled = entry !== undefined && entry.state !== 'open' && entry.state !== 'claimed';
  if (isSettled && last === undefined)
    steps.push({ at: null, step: 'settled', sentence: `Settled as ${entry.state}.` });
  return steps;
}

function missingStep(count: number): CallStep {
  const sentence = `${countOf(count, 'result')} of it ${count === 1 ? 'is' : 'are'} not found here.`;
  return { at: null, step: 'not_found', sentence };
}

/** What provably did not ring can only have another result because a person queued it again. */
function againStep(before: StoredResult | undefined, { reason }: ResultRecord): CallStep[] {
  if (before === undefined || reason === 'resolved_by_person') return [];
  const outcomes: readonly string[] = RETRYABLE_OUTCOMES;
  return outcomes.includes(before.record.outcome) ? [queuedAgain()] : [];
}

function queuedAgain(): CallStep {
  return { at: null, step: 'queued_again', sentence: 'Queued again by a person.' };
}

function resultSteps(record: ResultRecord): CallStep[] {
  const { dialedAt, settledAt, fromPhoneNumber, worker, outcome, reason, revision } = record;
  const steps: CallStep[] = [];
  // A decision about an outcome repeats what was dialed before it.
  if (dialedAt !== undefined && reason !== 'resolved_by_person') {
    if (record.permission !== undefined)
      steps.push({ at: dialedAt, step: 'claimed', sentence: permissionText(record.permission) });
    const sentence = `Dialed from ${fromPhoneNumber} by ${worker}.`;
    steps.push({ at: dialedAt, step: 'dialed', sentence });
    steps.push(...answerStep(record));
  }
  const verb = revision > 1 ? 'Its outcome became' : 'Settled as';
  const why = reason === outcome ? '' : ` (${reason})`;
  return [...steps, { at: settledAt, step: 'settled', sentence: `${verb} ${outcome}${why}.` }];
}

function answerStep({ httpStatus, providerMessage, settledAt }: ResultRecord): CallStep[] {
  if (httpStatus === undefined) return [];
  const said = providerMessage === undefined ? '.' : `: ${providerMessage}`;
  return [{ at: settledAt, step: 'answered', sentence: `Libby answered ${httpStatus}${said}` }];
}

/** Why it was allowed. */
function permissionText({ opensAt, zones = [], regions = [], caps = [], doNotCall }: Permission) {
  const hours = opensAt === undefined ? 'at any time' : `in hours by ${zones.join(' and ')}`;
  const rules = regions.length === 0 ? '' : `, by the rules of ${regions.join(', ')} as well`;
  const listed = `not on the do-not-call list (version ${doNotCall})`;
  const placed = caps.map(
    ({ calls, hours: within, placed: before }) => `, ${before} of ${calls} calls in ${within} h`,
  );
  return `Let out ${hours}${rules}; ${listed}${placed.join('')}.`;
}

function delivered({ forwarder, state, reason, at: endedAt }: Delivery): CallStep {
  const at = endedAt ?? null;
  switch (state) {
    case 'passed':
      return { at, step: 'delivered', sentence: `The forwarder ${forwarder} is past it.` };
    case 'given_up':
      return { at, step: 'given_up', sentence: `${forwarder} gave its delivery up: ${reason}.` };
    case 'in_hand':
      return { at, step: 'delivering', sentence: `${forwarder} is delivering its result.` };
    case 'unread':
      return { at, step: 'to_deliver', sentence: `${forwarder} has not come to its result yet.` };
  }
}

/** What a person decided while it was in doubt. */
function decided({ entry }: CallRecord): CallStep[] {
  if (entry?.decided === undefined) return [];
  const { as, by, at, note } = entry.decided;
  const said = note === undefined ? '.' : `: ${note}`;
  return [
    { at: isoInstant(at), step: 'decided', sentence: `In doubt, ${by} decided ${as}${said}` },
  ];
}

function present({ entry }: CallRecord): CallStep[] {
  if (entry?.state === 'claimed') {
    const { claimedAt, line = '' } = entry;
    const sentence = `Claimed on ${line}: it is being dialed, and the phone may be ringing.`;
    return [
      { at: claimedAt === undefined ? null : isoInstant(claimedAt), step: 'claimed', sentence },
    ];
  }
  if (entry?.redialAt === undefined) return [];
  const sentence = 'In doubt, and to be dialed once more.';
  return [{ at: isoInstant(entry.redialAt), step: 'redial', sentence }];
}
