import { type CallRecord, type Campaign, RECORD_FIELDS, variableKey } from '@libby-dialer/dialing';
import type { RowProblem } from '../list-row.ts';
import { cellText } from './cell-text.ts';

/** What a campaign asks of the texts in one column. */
interface Condition {
  readonly heading: string;
  readonly kind: 'skipWhere' | 'onlyWhere';
  readonly values: ReadonlySet<string>;
}

/** Which rows a campaign leaves out by what stands in their columns. */
export class RowConditions {
  readonly #conditions: readonly Condition[];

  constructor({ skipWhere = {}, onlyWhere = {} }: Pick<Campaign, 'skipWhere' | 'onlyWhere'>) {
    this.#conditions = [
      ...conditionsOf('skipWhere', skipWhere),
      ...conditionsOf('onlyWhere', onlyWhere),
    ];
  }

  /** @param positions the columns of `skipWhere`, then those of `onlyWhere`, as they stand there */
  cellsProblem(cells: readonly string[], positions: readonly number[]): RowProblem | undefined {
    for (const [index, condition] of this.#conditions.entries()) {
      if (skips(condition, cells[positions[index] ?? -1] ?? '')) return skipped(condition);
    }
    return undefined;
  }

  /**
   * A record that has nothing under a heading of `skipWhere` does not say no: the name may have
   * changed.
   */
  recordProblem(record: CallRecord): RowProblem | undefined {
    for (const condition of this.#conditions) {
      const text = textIn(record, condition.heading);
      if (text === undefined && condition.kind === 'skipWhere') return missing(condition);
      if (skips(condition, text ?? '')) return skipped(condition);
    }
    return undefined;
  }
}

function conditionsOf(
  kind: Condition['kind'],
  columns: Readonly<Record<string, readonly string[]>>,
): Condition[] {
  return Object.entries(columns).map(([heading, values]) => ({
    heading,
    kind,
    values: new Set(values.map(comparable)),
  }));
}

/** As two texts are compared: `Yes`, ` YES` and `yes` are one. */
function comparable(text: string): string {
  return cellText(text.normalize('NFKC')).toLowerCase();
}

function skips({ kind, values }: Condition, text: string): boolean {
  return values.has(comparable(text)) === (kind === 'skipWhere');
}

const FIELDS = new Map(RECORD_FIELDS.map((field) => [variableKey(field), field]));

/** Undefined: the record has no such entry. What it may leave out is empty where it is. */
function textIn(record: CallRecord, heading: string): string | undefined {
  const key = variableKey(heading);
  const field = FIELDS.get(key);
  if (field !== undefined && field !== 'formInfo') return [record[field] ?? ''].flat().join('|');
  return record.formInfo?.find(([name]) => variableKey(name) === key)?.[1];
}

function skipped({ heading, kind }: Condition): RowProblem {
  const reason =
    kind === 'skipWhere'
      ? `The campaign skips rows with this under "${heading}".`
      : `The campaign takes only rows with something else under "${heading}".`;
  return { code: 'skipped', reason };
}

function missing({ heading }: Condition): RowProblem {
  const reason = `formInfo: has no "${heading}", by which the campaign's skipWhere tells whom to skip; give it, if only empty`;
  return { code: 'invalid_field', reason };
}
