import type { AuditAction, AuditEntryJson } from '@libby-dialer/http-api';

/** What somebody did, behind their name. */
export const ACTION_WORDS: Readonly<Record<AuditAction, string>> = {
  'campaign.put': 'stored a campaign',
  'campaign.pause': 'paused a campaign',
  'campaign.resume': 'resumed a campaign',
  'campaign.cancel': 'canceled a campaign',
  'campaign.archive': 'archived a campaign',
  'list.load': 'loaded a list',
  'calls.retry': 'queued calls again',
  'in_doubt.resolve': 'decided on a call in doubt',
  'set_aside.resolve': 'decided on jobs set aside',
  'hold.add': 'stopped dialing',
  'hold.release': 'released a hold',
  'do_not_call.add': 'added to do-not-call',
  'do_not_call.import': 'imported do-not-call',
  'do_not_call.remove': 'removed from do-not-call',
  'person.erase': 'erased a person’s data',
  'schedule.add': 'stored a schedule',
  'schedule.remove': 'removed a schedule',
  'schedule.run': 'ran a schedule',
  'forwarder.remove': 'removed a forwarder',
  'dead_letters.retry': 'sent dead letters again',
  'access.add': 'let somebody in',
  'access.remove': 'took somebody’s access away',
};

/** A newer program may have kept what this page has no words for. */
export function actionText({ action }: Pick<AuditEntryJson, 'action'>): string {
  return ACTION_WORDS[action as AuditAction] ?? action;
}

/** Of no use to a reader: keyed hashes of people, and ids that are as long. */
const OPAQUE: ReadonlySet<string> = new Set(['person', 'people', 'callId', 'ids']);

/** What was asked for, in a line. */
export function askedText({ details }: Pick<AuditEntryJson, 'details'>): string {
  return factsOf(details)
    .filter(([name]) => !OPAQUE.has(name))
    .map(([name, value]) => `${wordsOf(name)} ${value}`)
    .join(', ');
}

/** What it did. */
export function endText({ end }: Pick<AuditEntryJson, 'end'>): string {
  if (end === null) return 'no end is known';
  const facts = factsOf(end.effect).map(([name, value]) =>
    name === 'stored' ? value : `${wordsOf(name)} ${value}`,
  );
  if (end.failure !== null) return [`not done: ${end.failure}`, ...facts].join(', ');
  return facts.length === 0 ? 'done' : facts.join(', ');
}

/** Each with its value as text; what is empty is left out. */
export function factsOf(facts: Readonly<Record<string, unknown>>): [name: string, value: string][] {
  return Object.entries(facts)
    .filter(([, value]) => value !== null && !(Array.isArray(value) && value.length === 0))
    .map(([name, value]) => [name, valueText(value)]);
}

/** `wentOut` as "went out". */
export function wordsOf(name: string): string {
  return name.replaceAll(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
}

function valueText(value: unknown): string {
  if (Array.isArray(value)) return value.map(valueText).join('; ');
  if (isChange(value)) return `${value.key} ${valueText(value.before)} → ${valueText(value.after)}`;
  return typeof value === 'string' ? value : (JSON.stringify(value) ?? 'none');
}

interface Change {
  readonly key: string;
  readonly before?: unknown;
  readonly after?: unknown;
}

function isChange(value: unknown): value is Change {
  return typeof value === 'object' && value !== null && 'key' in value;
}
