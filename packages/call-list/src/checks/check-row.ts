import {
  type CallRecord,
  type Campaign,
  callRecordSchema,
  type FormHeading,
  headingText,
  RECORD_FIELDS,
  readCountryText,
  readZoneText,
  variableKey,
} from '@libby-dialer/dialing';
import { type ColumnField, type Columns, columnsFor } from '../columns/columns.ts';
import { listHeadId, resolveColumns } from '../columns/headings.ts';
import { NeededColumns } from '../columns/needed-columns.ts';
import type { ListIdentity, ListRow, RowProblem } from '../list-row.ts';
import { rejectedBefore } from '../rejects/rejected-before.ts';
import { cellText } from './cell-text.ts';
import {
  invalidField,
  OWN_VARIABLES,
  RecordChecker,
  type RowsCountry,
  type RowVerdict,
  type Variable,
  variablesOf,
} from './check-record.ts';
import type { PhoneCell } from './choose-phone.ts';
import { NOT_TO_BE_CALLED, saysNo } from './do-not-call-words.ts';
import { RowConditions } from './row-conditions.ts';

export interface RowCheckerOptions {
  /** For those who read results. */
  identity?: ListIdentity | undefined;
  /** Of a CSV list. */
  headings?: readonly string[] | undefined;
  /** The list's hash; needed where the campaign dedupes by row. */
  dedupeHash?: string | undefined;
}

export interface RowChecker {
  check(row: ListRow): RowVerdict;
  /**
   * What the list's calls have in common, to be stored once under the id by which each of them
   * names it.
   */
  head: Partial<ListIdentity> & { id: string; headings: readonly FormHeading[] };
  /** What each column of a list with headings was taken for; undefined: it has records. */
  columns: Columns | undefined;
  /** Sentences about what the campaign asks for and the list does not have. */
  warnings: readonly string[];
}

/**
 * Prepares the check of a list's rows for a campaign; all that does not differ by row is worked out
 * here. Throws `ListError` where the headings do not tell whom to call.
 */
export function createRowChecker(campaign: Campaign, options: RowCheckerOptions = {}): RowChecker {
  const { identity, headings, dedupeHash } = options;
  if (headings === undefined) {
    const records = new RecordChecker(campaign, { identity, dedupeHash });
    return {
      check: (row) => checkJson(row, records),
      head: headOf(identity, []),
      columns: undefined,
      warnings: [],
    };
  }
  const variables = variablesOf(campaign);
  const asked = variables.map(({ key }) => key).filter((key) => !OWN_VARIABLES.has(key));
  const columns = resolveColumns(headings, campaign, new Set(asked));
  const formHeadings = columns.form.map(({ heading }) => heading);
  const records = new RecordChecker(campaign, { identity, dedupeHash, formHeadings });
  const isAsked = new Set(asked);
  const askedFor = columns.form.filter(({ heading }) =>
    isAsked.has(variableKey(headingText(heading))),
  );
  const needed = [...columns.uses.values(), askedFor.map(({ position }) => position)].flat();
  const conditions = new RowConditions(campaign);
  const areSeveral = Array.isArray(campaign.columns?.toPhoneNumber);
  const cells = new CellReader(columns, {
    needed: new NeededColumns(headings, needed),
    conditions,
    areSeveral,
  });
  return {
    check: (row) => cells.check(row, records),
    head: headOf(identity, formHeadings),
    columns,
    warnings: missingColumns(variables, formHeadings.map(headingText)),
  };
}

function headOf(
  identity: Partial<ListIdentity> = {},
  headings: readonly FormHeading[],
): RowChecker['head'] {
  return { id: listHeadId(identity, headings), ...identity, headings };
}

function missingColumns(variables: readonly Variable[], headings: readonly string[]): string[] {
  const known = new Set([...OWN_VARIABLES, ...headings.map(variableKey)]);
  const missing = new Map(
    variables.filter(({ key }) => !known.has(key)).map(({ key, name }) => [key, name]),
  );
  return [...missing.values()].map(
    (name) => `No column has the heading "${name}", which the campaign asks for.`,
  );
}

function checkJson(row: ListRow, records: RecordChecker): RowVerdict {
  if (row.problem !== undefined) return row.problem;
  const { record } = row;
  if (record === undefined) throw new Error('a row of a JSON list has a record or a problem');
  return records.checkRecord(record, row);
}

const OTHER_FIELDS = RECORD_FIELDS.filter(
  (field) => field !== 'toPhoneNumber' && field !== 'name' && field !== 'formInfo',
);

interface CellRules {
  readonly needed: NeededColumns;
  readonly conditions: RowConditions;
  /** The campaign names several columns of phones. */
  readonly areSeveral: boolean;
}

function onOneLine(heading = ''): string {
  return heading.replaceAll(/\s+/g, ' ');
}

/**
 * Turns the cells of a CSV row into a record, by position: a schema for every row would take longer
 * than reading it.
 */
class CellReader {
  readonly #phone: number;
  /** Where the campaign names several columns of phones. */
  readonly #phones: readonly { readonly heading: string; readonly position: number }[] | undefined;
  readonly #name: readonly number[];
  readonly #form: readonly number[];
  readonly #countries: readonly number[];
  readonly #doNotCall: readonly number[];
  readonly #extensions: readonly number[];
  readonly #unnamed: readonly number[];
  readonly #rejectedFor: number | undefined;
  /** The fields that few lists have. */
  readonly #others: readonly [ColumnField, number][];
  readonly #needed: NeededColumns;
  readonly #conditions: RowConditions;
  readonly #conditionsAt: readonly number[];

  constructor(columns: Columns, { needed, conditions, areSeveral }: CellRules) {
    const phones = columnsFor(columns, 'toPhoneNumber');
    this.#needed = needed;
    this.#conditions = conditions;
    this.#conditionsAt = [...columnsFor(columns, 'skipWhere'), ...columnsFor(columns, 'onlyWhere')];
    this.#phone = phones[0] ?? -1;
    this.#phones = areSeveral
      ? phones.map((position) => ({ heading: onOneLine(columns.headings[position]), position }))
      : undefined;
    this.#name = columnsFor(columns, 'name');
    this.#form = columns.form.map(({ position }) => position);
    this.#countries = columnsFor(columns, 'country');
    this.#doNotCall = columnsFor(columns, 'doNotCall');
    this.#extensions = columnsFor(columns, 'extension');
    this.#unnamed = columns.unnamed;
    this.#rejectedFor = columns.rejectedFor;
    this.#others = OTHER_FIELDS.flatMap((field) =>
      columnsFor(columns, field).map((position): [ColumnField, number] => [field, position]),
    );
  }

  check(row: ListRow, records: RecordChecker): RowVerdict {
    if (row.problem !== undefined) return row.problem;
    const { cells } = row;
    if (cells === undefined) throw new Error('a row of a CSV list has cells or a problem');
    const problem =
      this.#needed.problem(cells) ??
      this.#rejectedBefore(cells) ??
      this.#conditions.cellsProblem(cells, this.#conditionsAt) ??
      this.#cellWithoutHeading(cells) ??
      this.#notToBeCalled(cells);
    if (problem !== undefined) return problem;
    const name = this.#nameIn(cells);
    const phones = this.#phonesIn(cells);
    const record: CallRecord =
      phones === undefined ? { toPhoneNumber: trimmed(cells, this.#phone), name } : { name };
    if (name.length > LONG_NAME) {
      const unread = readCell(record, 'name', name);
      if (unread !== undefined) return unread;
    }
    for (const [field, position] of this.#others) {
      const unread = readCell(record, field, trimmed(cells, position));
      if (unread !== undefined) return unread;
    }
    const form: string[] = [];
    for (const position of this.#form) form.push(trimmed(cells, position));
    return records.check(record, form, row, { country: this.#countryIn(cells), phones });
  }

  #phonesIn(cells: readonly string[]): PhoneCell[] | undefined {
    return this.#phones?.map(({ heading, position }) => ({
      heading,
      text: trimmed(cells, position),
    }));
  }

  #countryIn(cells: readonly string[]): RowsCountry | undefined {
    const texts = this.#countries
      .map((position) => trimmed(cells, position))
      .filter((text) => text !== '');
    return texts.length === 0 ? undefined : texts.map(readCountryText);
  }

  #nameIn(cells: readonly string[]): string {
    let name = '';
    for (const position of this.#name) name += ` ${trimmed(cells, position)}`;
    return name.trim();
  }

  #rejectedBefore(cells: readonly string[]): RowProblem | undefined {
    return this.#rejectedFor === undefined
      ? undefined
      : rejectedBefore(trimmed(cells, this.#rejectedFor));
  }

  #notToBeCalled(cells: readonly string[]): RowProblem | undefined {
    if (this.#doNotCall.some((position) => saysNo(cells[position] ?? ''))) return NOT_TO_BE_CALLED;
    if (!this.#extensions.some((position) => /[1-9]/.test(trimmed(cells, position))))
      return undefined;
    const reason =
      'The number has an extension in a column of its own, which cannot be dialed; give the direct number.';
    return { code: 'invalid_phone', reason };
  }

  #cellWithoutHeading(cells: readonly string[]): RowProblem | undefined {
    const position = this.#unnamed.find((position) => trimmed(cells, position) !== '');
    if (position === undefined) return undefined;
    return invalidField(`cell ${position + 1}`, 'has a value, but its column has no heading');
  }
}

/** Shorter names need no look at the schema's limit. */
const LONG_NAME = 1000;

function trimmed(cells: readonly string[], position: number): string {
  return cellText(cells[position] ?? '');
}

/** An empty cell sets nothing. */
function readCell(
  record: CallRecord,
  field: ColumnField | 'name',
  cell: string,
): RowProblem | undefined {
  if (cell === '') return undefined;
  const several = field === 'customQuestions' || field === 'customRules';
  const text = field === 'timezone' ? (readZoneText(cell) ?? cell) : cell;
  const value = several ? cell.split('|').flatMap((each) => each.trim() || []) : text;
  const parsed = callRecordSchema.shape[field].safeParse(value);
  if (!parsed.success)
    return invalidField(field, parsed.error.issues[0]?.message ?? 'cannot be read');
  Object.assign(record, { [field]: parsed.data });
  return undefined;
}
