import type { ResultRecord } from '@libby-dialer/dialing';
import type { ReportedCall } from '@libby-dialer/libby-simulator';

/** What `enqueuer load --dry-run --json` tells of rows, neighbours with the same fate together. */
export interface DryRunReport {
  readonly fates: readonly {
    readonly line: number;
    readonly fate: string;
    readonly code?: string;
    readonly reason?: string;
  }[];
}

type Fate = DryRunReport['fates'][number];

/** One row and what became of it. */
interface Story {
  readonly line: number;
  readonly text: string;
}

/** A row of each kind of trouble, told in the order of the list, whose rows take one line each. */
export function exampleStories(
  { fates }: DryRunReport,
  records: readonly ResultRecord[],
  requests: readonly Pick<ReportedCall, 'toPhoneNumber' | 'answer'>[],
): string[] {
  const stories = [
    ofRow(fates, ({ code }) => code === 'invalid_phone', 'not queued'),
    ofRow(fates, ({ code }) => code === 'missing_variable', 'not queued'),
    ofRow(
      fates,
      ({ fate }) => fate === 'duplicate',
      'The same number as in an earlier row, written otherwise: one call, not two.',
    ),
    ofCall(records, ({ reason }) => reason === 'do_not_call', 'On the do-not-call list, so never dialed.'),
    ofCall(records, ({ reason }) => reason === 'deadline', 'Not to be called after a day in January.'),
    ofCall(records, ({ reason }) => reason === 'agent_not_found', 'Its own from-number has no agent (404).'),
    ofCall(
      records,
      ({ reason }) => reason === 'no_response',
      'Sent, then silence. It may have rung: a person decides.',
    ),
    ofCall(records, answered(requests, 403), 'The token was refused (403): fetched a new one, sent again.'),
    ofCall(records, answered(requests, 429), 'Told to slow down (429): all paused, then went on.'),
  ];
  return stories
    .filter((story) => story !== undefined)
    .toSorted((a, b) => a.line - b.line)
    .map(({ line, text }) => `  line ${String(line).padEnd(4)} ${text}`);
}

function ofRow(fates: readonly Fate[], fits: (fate: Fate) => boolean, text: string): Story | undefined {
  const fate = fates.find(fits);
  if (fate === undefined) return undefined;
  return { line: fate.line, text: fate.reason === undefined ? text : `Not queued. ${fate.reason}` };
}

function ofCall(
  records: readonly ResultRecord[],
  fits: (record: ResultRecord) => boolean,
  text: string,
): Story | undefined {
  const record = records.find((candidate) => candidate.row !== undefined && fits(candidate));
  // The headings are the first line.
  return record?.row === undefined ? undefined : { line: record.row + 1, text: `${record.outcome.padEnd(11)} ${text}` };
}

/** Whether the call met this answer on its way to being accepted. */
function answered(requests: readonly Pick<ReportedCall, 'toPhoneNumber' | 'answer'>[], status: number) {
  const numbers = new Set(requests.filter(({ answer }) => answer === status).map(({ toPhoneNumber }) => toPhoneNumber));
  return ({ toPhoneNumber, outcome }: ResultRecord) => outcome === 'accepted' && numbers.has(toPhoneNumber);
}
