import type { AuditEntry } from '@libby-dialer/dial-queue';
import { isoInstant } from '@libby-dialer/dialing';
import { type Cell, formatTable } from '../terminal/table.ts';

const HEADING = ['AT', 'BY', 'WHAT'];
/** How much of a value is shown; JSON has all that is kept. */
const SHOWN_LENGTH = 60;

/** A row for each decision: what was asked for, and behind the arrow what it did. */
export function auditTable(entries: readonly AuditEntry[], width: number): string {
  return formatTable([HEADING, ...entries.map(rowOf)], width);
}

function rowOf(entry: AuditEntry): Cell[] {
  const { action, campaign, details } = entry;
  const asked = [action, campaign, factsText(details)].filter((text) => text).join(' ');
  return [atText(entry), entry.by, `${asked} → ${endText(entry)} (${originOf(entry)})`];
}

function atText({ at }: AuditEntry): string {
  return `${isoInstant(at).slice(0, 19)}Z`;
}

function originOf({ via, from }: AuditEntry): string {
  return [via, from].filter((text) => text !== '').join(', ') || 'not kept';
}

function endText({ end }: AuditEntry): string {
  if (end === undefined) return 'no end is known';
  const facts = factsText(end.effect);
  if (end.failure !== undefined) return `${end.failure}${facts === '' ? '' : ` ${facts}`}`;
  return facts === '' ? 'done' : facts;
}

function factsText(facts: object): string {
  return Object.entries(facts)
    .filter(([, value]) => !(Array.isArray(value) && value.length === 0))
    .map(([name, value]) => `${name}=${valueText(value)}`)
    .join(' ');
}

function valueText(value: unknown): string {
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return text.length <= SHOWN_LENGTH ? text : `${text.slice(0, SHOWN_LENGTH)}…`;
}
