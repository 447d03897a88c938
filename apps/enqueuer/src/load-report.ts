import type { FateRun, RowFate } from './dry-run.ts';
import { countOf, formatCount } from './format.ts';
import type { LoadCounts } from './list-loader.ts';
import { type Cell, formatTable } from './table.ts';

/** The result of a load as programs read it. */
export function loadJson(campaign: string, counts: LoadCounts, rejectsFile: string | undefined): object {
  const { rows, queued, alreadyQueued, alreadySettled, duplicates, rejected } = counts;
  return {
    campaign,
    rows,
    queued,
    alreadyQueued,
    alreadySettled,
    duplicates,
    rejected,
    rejectsFile: rejectsFile ?? null,
  };
}

/** The result of a load as people read it. */
export function loadTable(campaign: string, counts: LoadCounts, rejectsFile: string | undefined): string {
  const rows: Cell[][] = [
    ['  queued', counts.queued],
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

const FATES: Record<RowFate, string> = {
  queued: 'would be queued',
  would_expire: 'would be queued, but expires before it may be called',
  already_queued: 'is queued already',
  already_settled: 'is settled already',
  duplicate: 'repeats an earlier row',
  rejected: 'rejected',
};

/** One line for the rows of a run: `lines 2-41: would be queued`. */
export function fateLine({ line, toLine, fate, code, reason }: FateRun): string {
  const place = line === toLine ? `line ${line}` : `lines ${line}-${toLine}`;
  return `${place}: ${FATES[fate]}${code === undefined ? '' : ` (${code}): ${reason}`}\n`;
}
