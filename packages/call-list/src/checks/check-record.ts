import {
  type CallRecord,
  type Campaign,
  type CountryCode,
  callingCodeOf,
  dedupeKey,
  type FormHeading,
  headingText,
  type PhoneVerdict,
  parsePhoneNumber,
  placeholdersOf,
  type QueuedCall,
  TEXT_FIELDS,
  variableKey,
  zonesFor,
} from '@libby-dialer/dialing';
import { listHeadId } from '../columns/headings.ts';
import { type ListIdentity, type ListRow, placeOf, type RowProblem } from '../list-row.ts';
import { type ChosenPhone, choosePhone, type PassedOver, type PhoneCell } from './choose-phone.ts';
import { DoNotCallEntries } from './do-not-call-words.ts';
import { RowConditions } from './row-conditions.ts';

/** A call that may be queued, and what it is the same by. */
interface CheckedCall {
  call: QueuedCall;
  dedupeKey: string;
  /** Of a row of several phones: those before the one that is dialed, and why they are not. */
  passedOver?: readonly PassedOver[];
}
export type RowVerdict = CheckedCall | RowProblem;

export function isProblem(verdict: RowVerdict): verdict is RowProblem {
  return 'code' in verdict;
}

/** A placeholder of a campaign's text. */
export interface Variable {
  /** The text that asks for it: a record with a text of its own needs none. */
  field: (typeof TEXT_FIELDS)[number];
  /** As the campaign writes it. */
  name: string;
  key: string;
}

/**
 * The placeholders whose values `payloadFor` takes from the call itself, whatever the list's
 * columns are.
 */
export const OWN_VARIABLES: ReadonlySet<string> = new Set(['name', 'tophonenumber', 'externalid']);

/** Every variable that a campaign's texts ask for, once for each text that does. */
export function variablesOf(campaign: Campaign): Variable[] {
  return TEXT_FIELDS.flatMap((field) => {
    const names = [campaign[field] ?? []].flat().flatMap(placeholdersOf);
    const byKey = new Map(names.map((name) => [variableKey(name), name]));
    return [...byKey].map(([key, name]) => ({ field, name, key }));
  });
}

export interface RecordCheckerOptions {
  /** The list's hash; needed where the campaign dedupes by row. */
  dedupeHash?: string | undefined;
  /** Left out, its calls come from no list. */
  identity?: ListIdentity | undefined;
  /** The form headings of a CSV list. */
  formHeadings?: readonly FormHeading[] | undefined;
}

/**
 * What each of a row's columns says of its number's country; undefined: something that is no
 * country we know.
 */
export type RowsCountry = readonly (CountryCode | undefined)[];

/** What the columns of a row say beside its record. */
export interface RowFacts {
  /** Counts before the campaign's `defaultCountry`. */
  readonly country?: RowsCountry | undefined;
  /** Where the campaign names several columns of phones; the record then has none. */
  readonly phones?: readonly PhoneCell[] | undefined;
}

const LEAVE_OUT_COUNTRY =
  'Mend one of them, or have the column left out by "columns: { country: null }" in the campaign file.';

/** Of a row of one phone its heading says nothing. */
type DialedPhone = Omit<ChosenPhone, 'heading'> & { readonly heading: string | undefined };

/** Decides whether a record can be called for a campaign, and makes it a queued call. */
export class RecordChecker {
  readonly #campaign: Campaign;
  readonly #dedupeHash: string;
  readonly #headId: string | undefined;
  /** With the positions of each in the form of a CSV list. */
  readonly #variables: readonly (Variable & { positions: readonly number[] })[];
  readonly #needsZone: boolean;
  readonly #conditions: RowConditions;
  readonly #doNotCall: DoNotCallEntries;
  readonly #vouches: ((e164: string) => boolean) | undefined;

  constructor(campaign: Campaign, options: RecordCheckerOptions = {}) {
    const { identity, formHeadings, dedupeHash } = options;
    const keys = formHeadings?.map((heading) => variableKey(headingText(heading))) ?? [];
    this.#campaign = campaign;
    this.#dedupeHash = dedupeHash ?? '';
    const isOfList = identity !== undefined || formHeadings !== undefined;
    this.#headId = isOfList ? listHeadId(identity ?? {}, formHeadings ?? []) : undefined;
    this.#variables = variablesOf(campaign).map((variable) => ({
      ...variable,
      positions: [...keys.keys()].filter((position) => keys[position] === variable.key),
    }));
    this.#conditions = new RowConditions(campaign);
    this.#doNotCall = new DoNotCallEntries(campaign);
    this.#vouches = vouchesFor(campaign.vouchedPrefixes);
    this.#needsZone =
      campaign.callingWindow !== 'anytime' && campaign.callingWindow.timezone === 'recipient';
  }

  /**
   * A record of a JSON list, or one that was pushed.
   * @param row where it stands, if in a list
   */
  checkRecord(record: CallRecord, row?: ListRow): RowVerdict {
    const form = record.formInfo?.filter(([, value]) => value !== '');
    return (
      this.#conditions.recordProblem(record) ??
      this.#doNotCall.recordProblem(record) ??
      this.check(record, form, row)
    );
  }

  /**
   * @param form the cells under the form headings of a CSV list, or the pairs of a JSON record
   * @param row where the record stands, if in a list
   */
  check(
    record: CallRecord,
    form: QueuedCall['form'],
    row?: ListRow,
    facts: RowFacts = {},
  ): RowVerdict {
    const phone = this.#phoneOf(record, facts);
    if ('code' in phone) return phone;
    const name = nameIn(record) || this.#campaign.defaultName;
    if (name === undefined) {
      return {
        code: 'missing_name',
        reason: 'There is no name, and the campaign has no defaultName.',
      };
    }
    const call: QueuedCall = { to: phone.number, name };
    if (row !== undefined) setPlace(call, row);
    if (this.#headId !== undefined) call.headings = this.#headId;
    if (form !== undefined && form.length > 0) call.form = form;
    if (phone.heading !== undefined) call.phoneColumn = phone.heading;
    if (phone.others.length > 0) call.otherNumbers = [...phone.others];
    const problem =
      this.#copyFields(record, call) ??
      this.#timesProblem(call) ??
      this.#variableProblem(call) ??
      this.#zoneProblem(call);
    if (problem !== undefined) return problem;
    const verdict = this.#keyed(call, row?.row);
    return phone.passedOver.length === 0 || isProblem(verdict)
      ? verdict
      : { ...verdict, passedOver: phone.passedOver };
  }

  #phoneOf(record: CallRecord, { country, phones }: RowFacts): DialedPhone | RowProblem {
    if (phones !== undefined) {
      const { timezone } = record;
      return choosePhone(
        phones,
        (text) => this.#readAmongOthers(text, country),
        (to) => this.#zoneProblem({ to, timezone }),
      );
    }
    const text = record.toPhoneNumber?.trim() ?? '';
    if (text === '') return { code: 'missing_phone', reason: 'There is no phone number.' };
    const phone = this.#readPhone(text, country);
    if (!phone.ok) return { code: phone.code, reason: phone.reason };
    return { number: phone.number, heading: undefined, others: [], passedOver: [] };
  }

  #readPhone(text: string, rowsCountry: RowsCountry | undefined): PhoneVerdict {
    const vouches = this.#vouches;
    if (rowsCountry === undefined)
      return parsePhoneNumber(text, { country: this.#campaign.defaultCountry, vouches });
    const [country] = rowsCountry;
    if (new Set(rowsCountry.map((each) => each && callingCodeOf(each))).size > 1) {
      return {
        ok: false,
        code: 'ambiguous_number',
        reason: `The columns that name the country contradict each other. ${LEAVE_OUT_COUNTRY}`,
      };
    }
    const verdict = parsePhoneNumber(text, { country, isRowsCountry: true, vouches });
    if (verdict.ok) return verdict;
    if (verdict.code === 'not_e164') {
      return {
        ...verdict,
        reason: 'The number has no country code, and what the row names as its country is none.',
      };
    }
    const isContradicted = verdict.code === 'ambiguous_number' && verdict.readings === undefined;
    return isContradicted
      ? { ...verdict, reason: `${verdict.reason} ${LEAVE_OUT_COUNTRY}` }
      : verdict;
  }

  /** What the row's country rules out may be a number all the same, on the do-not-call list. */
  #readAmongOthers(text: string, rowsCountry: RowsCountry | undefined): PhoneVerdict {
    const verdict = this.#readPhone(text, rowsCountry);
    if (verdict.ok || verdict.readings !== undefined || rowsCountry === undefined) return verdict;
    const elsewhere = this.#readPhone(text, undefined);
    return elsewhere.ok ? { ...verdict, readings: [elsewhere.number] } : verdict;
  }

  #copyFields(record: CallRecord, call: QueuedCall): RowProblem | undefined {
    if (record.fromPhoneNumber !== undefined) {
      const line = parsePhoneNumber(record.fromPhoneNumber.trim(), {
        country: this.#campaign.defaultCountry,
      });
      if (!line.ok) return invalidField('fromPhoneNumber', line.reason);
      call.from = line.number;
    }
    if (record.externalId !== undefined) call.externalId = record.externalId;
    if (record.timezone !== undefined) call.timezone = record.timezone;
    if (record.startsAt !== undefined) call.startsAt = Date.parse(record.startsAt);
    if (record.expiresAt !== undefined) call.expiresAt = Date.parse(record.expiresAt);
    if (record.introNotes !== undefined) call.introNotes = record.introNotes;
    if (record.introMessage !== undefined) call.introMessage = record.introMessage;
    if (record.introVoicemail !== undefined) call.introVoicemail = record.introVoicemail;
    if (record.customQuestions !== undefined) call.customQuestions = record.customQuestions;
    if (record.customRules !== undefined) call.customRules = record.customRules;
    return undefined;
  }

  #timesProblem(call: QueuedCall): RowProblem | undefined {
    if (call.startsAt === undefined && call.expiresAt === undefined) return undefined;
    const startsAt = call.startsAt ?? this.#campaign.startsAt;
    const expiresAt = call.expiresAt ?? this.#campaign.expiresAt;
    if (startsAt === undefined || expiresAt === undefined || startsAt < expiresAt) return undefined;
    return invalidField('expiresAt', 'must be later than startsAt');
  }

  #variableProblem(call: QueuedCall): RowProblem | undefined {
    for (const variable of this.#variables) {
      if (call[variable.field] !== undefined || hasValue(call, variable)) continue;
      const reason = `There is no value for {{${variable.name}}}, which the campaign's ${variable.field} asks for.`;
      return { code: 'missing_variable', reason };
    }
    return undefined;
  }

  #zoneProblem(call: Pick<QueuedCall, 'to' | 'timezone'>): RowProblem | undefined {
    if (!this.#needsZone || zonesFor(this.#campaign, call).zones.length > 0) return undefined;
    const reason =
      'The number belongs to no time zone: give the record or the campaign a timezone.';
    return { code: 'no_timezone', reason };
  }

  /** @param row in the list at hand, whatever list it comes from */
  #keyed(call: QueuedCall, row: number | undefined): RowVerdict {
    const { dedupeBy } = this.#campaign;
    const { to: toPhoneNumber, externalId } = call;
    const key = dedupeKey(dedupeBy, { toPhoneNumber, externalId, row }, this.#dedupeHash);
    if (key !== undefined) return { call, dedupeKey: key };
    const field = dedupeBy === 'row' ? 'row' : 'externalId';
    return invalidField(
      field,
      `is missing: the campaign tells its calls apart by it (dedupeBy: ${dedupeBy})`,
    );
  }
}

/** As little as tells it: most lines are where a spreadsheet has its rows. */
function setPlace(call: QueuedCall, given: ListRow): void {
  const { row, line, sheetRow } = given.origin ?? placeOf(given);
  call.row = row;
  if (sheetRow !== undefined) call.sheetRow = sheetRow;
  if (line !== sheetRow) call.line = line;
  if (given.origin === undefined) return;
  call.list = given.origin.list;
  if (given.origin.listHash !== undefined) call.listHash = given.origin.listHash;
}

/** Nobody is called by a word that stands for no name. Null and Nan are names. */
const NO_NAMES: ReadonlySet<string> = new Set([
  'NULL',
  'null',
  'NaN',
  'nan',
  '#N/A',
  'N/A',
  'n/a',
  'undefined',
  '-',
]);

function nameIn({ name = '' }: CallRecord): string {
  const trimmed = name.trim();
  return NO_NAMES.has(trimmed) ? '' : trimmed;
}

/** Whether the campaign's author knows numbers with this beginning to exist. */
function vouchesFor(
  prefixes: readonly string[] | undefined,
): ((e164: string) => boolean) | undefined {
  return prefixes && ((e164) => prefixes.some((prefix) => e164.startsWith(prefix)));
}

function hasValue(
  call: QueuedCall,
  variable: { key: string; positions: readonly number[] },
): boolean {
  for (const position of variable.positions) if (call.form?.[position] !== '') return true;
  if (variable.key === 'externalid')
    return call.externalId !== undefined || hasPair(call, variable.key);
  return OWN_VARIABLES.has(variable.key) || hasPair(call, variable.key);
}

function hasPair(call: QueuedCall, key: string): boolean {
  return (
    call.form?.some(
      (entry) => typeof entry !== 'string' && entry[1] !== '' && variableKey(entry[0]) === key,
    ) ?? false
  );
}

export function invalidField(field: string, reason: string): RowProblem {
  return { code: 'invalid_field', reason: `${field}: ${reason}` };
}
