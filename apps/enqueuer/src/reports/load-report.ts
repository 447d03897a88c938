import type { LoadCounts } from '@libby-dialer/operations';
import { countOf, formatCount } from '@libby-dialer/runtime';
import { type Cell, formatTable } from '../terminal/table.ts';

/** What a dry run would do as people read it. */
export function dryRunTable(campaign: string, counts: LoadCounts): string {
  return tableOf(campaign, counts, 'would be queued', undefined);
}

/** The result of a load as people read it. */
export function loadTable(
  campaign: string,
  counts: LoadCounts,
  rejectsFile: string | undefined,
): string {
  return tableOf(campaign, counts, 'queued', rejectsFile);
}

function tableOf(
  campaign: string,
  counts: LoadCounts,
  queued: string,
  rejectsFile: string | undefined,
): string {
  const rows: Cell[][] = [
    [`  ${queued}`, counts.queued],
    ['  already queued', counts.alreadyQueued],
    ['  already settled', counts.alreadySettled],
    ['  duplicates', counts.duplicates],
    ['  rejected', counts.rejected, ...(rejectsFile === undefined ? [] : [`see ${rejectsFile}`])],
  ];
  return `${campaign}: ${countOf(counts.rows, 'row')}\n${formatTable(rows)}`;
}

/** How far an unfinished load got. */
export function loadedSoFar({ rows, queued, rejected }: LoadCounts): string {
  return `${countOf(rows, 'row')} (${formatCount(queued)} queued, ${formatCount(rejected)} rejected)`;
}
