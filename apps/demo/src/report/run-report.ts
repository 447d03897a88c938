import { countOf, formatCount } from '@libby-dialer/runtime';
import { shown } from '../run-folder.ts';
import type { Screen } from '../screen.ts';
import type { Ending, LoadReport } from './dialing.ts';
import { outcomeTable, totalOf } from './outcome-table.ts';

type Style = Pick<Screen, 'styled'>;

export function heading(screen: Style, text: string): string {
  return screen.styled('bold', text);
}

/** What loading made of the rows. */
export function loadLines({
  rows,
  queued,
  alreadyQueued,
  alreadySettled,
  duplicates,
  rejected,
}: LoadReport): string[] {
  const known = alreadyQueued + alreadySettled;
  const parts = [
    `${countOf(queued, 'call')} queued`,
    ...(known > 0 ? [`${formatCount(known)} loaded before`] : []),
    ...(duplicates > 0 ? [`${formatCount(duplicates)} repeats`] : []),
    ...(rejected > 0 ? [`${formatCount(rejected)} not callable`] : []),
  ];
  return [`  ${countOf(rows, 'row')}: ${parts.join(', ')}`];
}

/** What became of the calls, and what is to be said of those that wait for their hours. */
export function endingLines(screen: Pick<Screen, 'styled'>, { status, opensAt }: Ending): string[] {
  const { outcomes, pending } = status;
  const settled =
    totalOf(outcomes) === 0
      ? []
      : [screen.styled('bold', 'What became of the calls'), ...outcomeTable(screen, outcomes), ''];
  if (opensAt === undefined) return settled;
  const first = Number.isFinite(opensAt)
    ? `the first may go out ${localTime(opensAt)}`
    : 'no hours suit all of their zones';
  return [
    ...settled,
    screen.styled(
      'bold',
      pending === 1
        ? '1 call waits for its hours'
        : `${formatCount(pending)} calls wait for their hours`,
    ),
    `  By the callingWindow and startsAt of the campaign ${first}.`,
    '  This run ends here; workers that are left running dial them then.',
    '',
  ];
}

/** Where the files are that a run leaves. */
export function fileLines(
  screen: Style,
  results: string,
  { rejected, rejectsFile }: LoadReport,
): string[] {
  const width = Math.max(
    shown(results).length,
    rejectsFile === null ? 0 : shown(rejectsFile).length,
  );
  return [
    heading(screen, 'Files'),
    `  ${shown(results).padEnd(width)}  each call and its outcome`,
    ...(rejectsFile === null
      ? []
      : [`  ${shown(rejectsFile).padEnd(width)}  ${countOf(rejected, 'row')} not queued, and why`]),
  ];
}

function localTime(instant: number): string {
  const format = {
    weekday: 'short',
    day: 'numeric',
    month: 'short',
    hour: '2-digit',
    minute: '2-digit',
  } as const;
  return new Intl.DateTimeFormat('en-US', {
    ...format,
    hourCycle: 'h23',
    timeZoneName: 'short',
  }).format(instant);
}
