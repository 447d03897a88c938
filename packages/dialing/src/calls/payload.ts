import type { Campaign } from '../campaigns/campaign.ts';
import { type FormEntry, type FormHeading, formEntries, type QueuedCall } from './queued-call.ts';
import { fillTemplate, variableKey } from './template.ts';

/** The provider's payload: the four fields it always gets, and the optional ones only when set. */
export interface Payload {
  name: string;
  toPhoneNumber: string;
  fromPhoneNumber: string;
  introNotes?: string;
  introMessage?: string;
  introVoicemail?: string;
  customQuestions?: string[];
  customRules?: string[];
  formInfo: Record<string, string>[];
}

/**
 * What goes on the wire for a call. A campaign's texts have their placeholders filled from the
 * call's own values; a text that the record itself brought is sent as it is. `missing` names the
 * first variable without a value.
 */
export function payloadFor(
  campaign: Campaign,
  call: QueuedCall,
  headings: readonly FormHeading[],
  line: string,
): { payload: Payload } | { missing: string } {
  const entries = formEntries(call, headings);
  const filler = new Filler(call, entries);
  const payload: Payload = {
    name: call.name,
    toPhoneNumber: call.to,
    fromPhoneNumber: line,
    formInfo: entries.filter(({ isSent }) => isSent).map(({ key, value }) => ({ [key]: value })),
  };
  for (const field of ['introNotes', 'introMessage', 'introVoicemail'] as const) {
    const text = call[field] ?? filler.fill(campaign[field]);
    if (text !== undefined) payload[field] = text;
  }
  for (const field of ['customQuestions', 'customRules'] as const) {
    const texts = call[field] ?? campaign[field]?.map((text) => filler.fill(text) ?? '');
    if (texts !== undefined) payload[field] = texts;
  }
  return filler.missing === undefined ? { payload } : { missing: filler.missing };
}

/** Fills texts for one call and remembers the first variable that was missing. */
class Filler {
  missing: string | undefined;
  readonly #call: QueuedCall;
  readonly #entries: readonly FormEntry[];
  #values: Map<string, string> | undefined;

  constructor(call: QueuedCall, entries: readonly FormEntry[]) {
    this.#call = call;
    this.#entries = entries;
  }

  fill(text: string | undefined): string | undefined {
    if (text === undefined || !text.includes('{{')) return text;
    const filled = fillTemplate(text, (key) => this.#lookUp(key));
    if ('text' in filled) return filled.text;
    this.missing ??= filled.missing;
    return undefined;
  }

  #lookUp(key: string): string | undefined {
    this.#values ??= variablesOf(this.#call, this.#entries);
    return this.#values.get(key);
  }
}

/**
 * The values a placeholder may name: the call's own fields, then its form entries (a form entry
 * wins over a field).
 */
function variablesOf(call: QueuedCall, entries: readonly FormEntry[]): Map<string, string> {
  const values = new Map<string, string>([
    ['name', call.name],
    ['tophonenumber', call.to],
  ]);
  if (call.externalId !== undefined) values.set('externalid', call.externalId);
  for (const { key, value } of entries) values.set(variableKey(key), value);
  return values;
}
