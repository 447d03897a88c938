import type { ListJson } from '@libby-dialer/http-api';
import { Link } from '@tanstack/react-router';
import { type Column, DataTable } from '../../kit/tables/data-table.tsx';
import { PersonText } from '../../kit/words/person-text.tsx';
import { When } from '../../kit/words/when.tsx';
import { sayBytes, workText } from './list-words.ts';

const COLUMNS: readonly Column<ListJson>[] = [
  {
    key: 'name',
    heading: 'List',
    value: ({ name }) => name,
    cell: ({ name, list }) => (
      <Link to="/new-list/$list" params={{ list }} className="clip">
        <PersonText text={name} />
      </Link>
    ),
  },
  { key: 'work', heading: 'What was done with it', value: workText },
  { key: 'by', heading: 'By', isMinor: true, value: ({ by }) => by },
  {
    key: 'uploaded',
    heading: 'Uploaded',
    isMinor: true,
    value: ({ uploadedAt }) => uploadedAt,
    cell: ({ uploadedAt }) => <When at={uploadedAt} />,
  },
  {
    key: 'bytes',
    heading: 'Size',
    isNumber: true,
    isMinor: true,
    value: ({ bytes }) => bytes,
    cell: ({ bytes }) => sayBytes(bytes),
  },
];

export function ListsTable({
  lists,
  isKnown,
}: {
  readonly lists: readonly ListJson[];
  readonly isKnown: boolean;
}) {
  return (
    <DataTable
      name="Uploaded lists"
      columns={COLUMNS}
      rows={lists}
      keyOf={({ list }) => list}
      empty={isKnown ? <p className="soft">Nothing was uploaded in the last 24 hours.</p> : null}
    />
  );
}
