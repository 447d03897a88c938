import { useNavigate } from '@tanstack/react-router';
import { EmptyState } from '../kit/frame/empty-state.tsx';
import { type Column, DataTable } from '../kit/tables/data-table.tsx';
import { formatCount } from '../kit/words/numbers.ts';
import { OUTCOME_NAMES, OutcomeBar } from '../kit/words/outcome.tsx';
import { type Night, nightText, nightWords } from './night.ts';
import { NightMark } from './night-mark.tsx';

const COLUMNS: readonly Column<Night>[] = [
  {
    key: 'night',
    heading: 'Night',
    value: ({ local }) => local,
    cell: ({ local }) => nightText(local),
  },
  {
    key: 'state',
    heading: 'State',
    value: nightWords,
    cell: (night) => (
      <span className="outcome">
        <NightMark state={night.state} /> {nightWords(night)}
      </span>
    ),
  },
  { ...counted('rows', 'Rows'), isSpare: true },
  { ...counted('queued', 'Queued'), isMinor: true },
  { ...counted('rejected', 'Rejected'), isSpare: true },
  {
    key: 'outcomes',
    heading: 'By outcome',
    value: ({ run }) =>
      run?.calls
        ? OUTCOME_NAMES.map((name) => `${name} ${run.calls?.outcomes[name] ?? 0}`).join(', ')
        : null,
    cell: ({ run }) =>
      run?.calls ? (
        <div className="campaign-progress">
          <OutcomeBar
            outcomes={run.calls.outcomes}
            waiting={run.calls.pending + run.calls.inFlight}
          />
        </div>
      ) : null,
  },
  {
    key: 'campaign',
    heading: 'Campaign',
    isMinor: true,
    value: ({ campaign }) => campaign,
  },
  {
    key: 'message',
    heading: 'What failed',
    isMinor: true,
    isSentence: true,
    value: ({ run }) => run?.message ?? null,
  },
];

function counted(name: string, heading: string): Column<Night> {
  const value = ({ run }: Night) => run?.counts?.[name] ?? null;
  return {
    key: name,
    heading,
    isNumber: true,
    value,
    cell: (night) => {
      const count = value(night);
      return count === null ? '–' : formatCount(count);
    },
  };
}

/** Each night in a row, the latest first. */
export function NightsTable({
  name,
  nights,
}: {
  readonly name: string;
  readonly nights: readonly Night[];
}) {
  const navigate = useNavigate();
  return (
    <DataTable
      name={`${name} nights`}
      columns={COLUMNS}
      rows={nights}
      keyOf={({ local }) => local}
      onOpen={({ local }) =>
        void navigate({
          to: '/schedules/$name',
          params: { name },
          search: (before) => ({ ...before, run: local }),
        })
      }
      empty={<EmptyState title="It has not run yet." />}
    />
  );
}
