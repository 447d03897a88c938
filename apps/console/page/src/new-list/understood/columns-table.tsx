import type { CampaignFile, EditCampaign } from '../../campaigns/campaign-file.ts';
import { type Column, DataTable } from '../../kit/tables/data-table.tsx';
import { PersonText } from '../../kit/words/person-text.tsx';
import {
  fieldWords,
  MEANINGS,
  type Meaning,
  meaningOf,
  meaningWords,
  otherUses,
  type UnderstoodColumn,
  withMeaning,
} from './columns.ts';

interface ColumnsTableProps {
  readonly columns: readonly UnderstoodColumn[];
  /** Nothing was taken for anything, for it is not known whom to call. */
  readonly isUnclear: boolean;
  /** What the campaign says of columns. */
  readonly named: NonNullable<CampaignFile['columns']>;
  readonly edit: EditCampaign;
}

/** Each column with samples, and a choice of what it holds. */
export function ColumnsTable(props: ColumnsTableProps) {
  return (
    <DataTable
      name="Columns"
      isForm
      columns={tableOf(props)}
      rows={props.columns}
      keyOf={({ column, heading }) => `${column ?? ''} ${heading}`}
      empty={<p className="soft">It has no columns.</p>}
    />
  );
}

function tableOf(props: ColumnsTableProps): readonly Column<UnderstoodColumn>[] {
  const { columns, isUnclear, named, edit } = props;
  return [
    {
      key: 'heading',
      heading: 'Column',
      value: ({ heading }) => heading,
      cell: ({ heading }) => <PersonText text={heading === '' ? 'no heading' : heading} />,
    },
    {
      key: 'meaning',
      heading: 'What it holds',
      value: (column) => wordsOf(column),
      cell: (column) => (
        <MeaningChoice
          column={column}
          isUnclear={isUnclear}
          onChange={(meaning) => edit('columns', withMeaning(named, columns, column, meaning))}
        />
      ),
    },
    {
      key: 'samples',
      heading: 'For example',
      value: ({ samples }) => samples.join(' · '),
      cell: ({ samples }) => <Samples samples={samples} />,
    },
  ];
}

function wordsOf(column: UnderstoodColumn): string {
  const meaning = meaningOf(column);
  return meaning === undefined ? 'left out' : meaningWords(meaning, column);
}

function Samples({ samples }: Pick<UnderstoodColumn, 'samples'>) {
  return (
    <span className="samples">
      {samples.map((sample) => (
        <PersonText key={sample} text={sample} />
      ))}
    </span>
  );
}

interface MeaningChoiceProps {
  readonly column: UnderstoodColumn;
  readonly isUnclear: boolean;
  readonly onChange: (meaning: Meaning) => void;
}

function MeaningChoice({ column, isUnclear, onChange }: MeaningChoiceProps) {
  // The fields of records have their names.
  if (column.column === null) return wordsOf(column);
  const meaning = meaningOf(column);
  const notes = [
    ...otherUses(column),
    ...(column.offer === null ? [] : [`may be ${fieldWords(column.offer)}`]),
  ];
  return (
    <>
      <select
        className="field column-meaning"
        aria-label={`${column.heading} holds`}
        value={meaning ?? ''}
        onChange={({ target }) => onChange(target.value as Meaning)}
      >
        {meaning === undefined && (
          <option value="">{isUnclear ? 'not known yet' : 'left out'}</option>
        )}
        {MEANINGS.map((each) => (
          <option key={each} value={each}>
            {meaningWords(each, column)}
          </option>
        ))}
      </select>
      {notes.length > 0 && <small>{notes.join('; ')}</small>}
    </>
  );
}
