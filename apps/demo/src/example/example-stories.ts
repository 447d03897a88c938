import type { ResultRecord } from '@libby-dialer/dialing';
import type { ReportedCall } from '@libby-dialer/libby-simulator';

/** What `enqueuer load --dry-run --json` tells of rows, neighbours with the same fate together. */
export interface DryRunReport {
  readonly fates: readonly {
    readonly sheetRow: number;
    readonly fate: string;
    readonly code?: string;
    readonly reason?: string;
  }[];
}

type Fate = DryRunReport['fates'][number];

/** One row and what became of it. */
interface Story {
  readonly row: number;
  readonly fate: string;
  readonly text: string;
}

/** A row of each kind of trouble, in the order of the list. */
export function exampleStories(
  { fates }: DryRunReport,
  records: readonly ResultRecord[],
  requests: readonly Pick<ReportedCall, 'toPhoneNumber' | 'answer'>[],
): string[] {
  const stories = [
    ofRow(fates, 'not queued', ({ code }) => code === 'invalid_phone'),
    ofRow(
      fates,
      'not queued',
      ({ code }) => code === 'missing_variable',
      'Without the event type its text would have a gap.',
    ),
    ofRow(
      fates,
      'duplicate',
      ({ fate }) => fate === 'duplicate',
      'The number of an earlier row: one call, not two.',
    ),
    ofCall(
      records,
      ({ reason }) => reason === 'do_not_call',
      'On the do-not-call list: not dialed.',
    ),
    ofCall(
      records,
      ({ reason }) => reason === 'deadline',
      'Not to be called after a day in January.',
    ),
    ofCall(
      records,
      ({ reason }) => reason === 'agent_not_found',
      'The from-number of this row has no agent (404).',
    ),
    ofCall(
      records,
      ({ reason }) => reason === 'no_response',
      'Sent, then silence. It may have rung: a person decides.',
    ),
    ofCall(
      records,
      answered(requests, 403),
      'Its token was refused (403): sent again with a new one.',
    ),
    ofCall(records, answered(requests, 429), 'Told to slow down (429): all paused, then went on.'),
  ];
  return stories
    .filter((story) => story !== undefined)
    .toSorted((a, b) => a.row - b.row)
    .map(({ row, fate, text }) => `  row ${String(row).padEnd(4)} ${fate.padEnd(10)}  ${text}`);
}

/** @param text in place of the reason that the enqueuer gives */
function ofRow(
  fates: readonly Fate[],
  word: string,
  fits: (fate: Fate) => boolean,
  text?: string,
): Story | undefined {
  const found = fates.find(fits);
  return found && { row: found.sheetRow, fate: word, text: text ?? found.reason ?? '' };
}

function ofCall(
  records: readonly ResultRecord[],
  fits: (record: ResultRecord) => boolean,
  text: string,
): Story | undefined {
  const record = records.find((candidate) => candidate.sheetRow !== undefined && fits(candidate));
  return record?.sheetRow === undefined
    ? undefined
    : { row: record.sheetRow, fate: record.outcome, text };
}

/** Whether the call met this answer on its way to being accepted. */
function answered(
  requests: readonly Pick<ReportedCall, 'toPhoneNumber' | 'answer'>[],
  status: number,
) {
  const numbers = new Set(
    requests.filter(({ answer }) => answer === status).map(({ toPhoneNumber }) => toPhoneNumber),
  );
  return ({ toPhoneNumber, outcome }: ResultRecord) =>
    outcome === 'accepted' && numbers.has(toPhoneNumber);
}
