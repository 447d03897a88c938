import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { Button } from '../kit/frame/button.tsx';
import { EmptyState } from '../kit/frame/empty-state.tsx';
import { Failure } from '../kit/frame/failure.tsx';
import { Page } from '../kit/frame/page.tsx';
import { type Column, DataTable } from '../kit/tables/data-table.tsx';
import { When } from '../kit/words/when.tsx';
import { asking } from '../live/queries.ts';
import { type AccessJson, ROLE_WORDS } from './access-words.ts';
import { AddDialog } from './add-dialog.tsx';
import { useCaller } from './caller.ts';
import { RemoveDialog } from './remove-dialog.tsx';

const COLUMNS: readonly Column<AccessJson>[] = [
  { key: 'name', heading: 'Name', value: ({ name }) => name },
  {
    key: 'role',
    heading: 'Role',
    value: ({ role }) => role,
    cell: ({ role }) => <span title={ROLE_WORDS[role]}>{role}</span>,
  },
  {
    key: 'campaigns',
    heading: 'Campaigns',
    isMinor: true,
    value: ({ campaigns }) => campaigns?.join(', ') ?? 'all',
  },
  {
    key: 'by',
    heading: 'Known by',
    isMinor: true,
    value: ({ sso }) => (sso ? 'a proxy' : 'a token'),
  },
  {
    key: 'since',
    heading: 'Since',
    isMinor: true,
    value: ({ addedAt }) => addedAt,
    cell: ({ addedAt }) => <When at={addedAt} />,
  },
];

/** Who may use this page and the API. */
export function AccessPage() {
  const { data: caller } = useCaller();
  const query = useQuery(asking('GET /access', {}));
  const [isAdding, setAdding] = useState(false);
  const [removed, setRemoved] = useState<AccessJson>();
  const all = query.data?.access ?? [];
  return (
    <Page
      title="Access"
      actions={
        <Button kind="main" onClick={() => setAdding(true)}>
          Let somebody in…
        </Button>
      }
    >
      <Failure error={query.error} />
      <DataTable
        name="access"
        columns={[...COLUMNS, removeColumn(setRemoved)]}
        rows={all}
        keyOf={({ name }) => name}
        empty={query.data === undefined ? null : <NobodyNamed />}
      />
      {isAdding && caller && (
        <AddDialog isFirst={caller.by === 'machine'} onClose={() => setAdding(false)} />
      )}
      {removed !== undefined && (
        <RemoveDialog
          access={removed}
          all={all}
          caller={caller?.name}
          onClose={() => setRemoved(undefined)}
        />
      )}
    </Page>
  );
}

function removeColumn(onRemove: (access: AccessJson) => void): Column<AccessJson> {
  return {
    key: 'remove',
    heading: 'Remove',
    value: () => null,
    cell: (access) => (
      <Button aria-label={`Remove ${access.name}…`} onClick={() => onRemove(access)}>
        Remove…
      </Button>
    ),
  };
}

function NobodyNamed() {
  return (
    <EmptyState title="Nobody is let in by name yet.">
      Every account of the console’s machine may do everything, and nobody can use it from
      elsewhere. From the first name on, it asks everybody who they are.
    </EmptyState>
  );
}
