import { instantOrNull } from '@libby-dialer/dialing';
import type { DryRunTotals, Estimate } from './dry-run-totals.ts';
import type { LoadCounts } from './list-loader.ts';

/** The result of a load as programs read it. */
export function loadJson(
  campaign: string,
  counts: LoadCounts,
  rejectsFile: string | undefined,
): LoadCounts & { campaign: string; rejectsFile: string | null } {
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

/** What a dry run found, for programs. */
export function totalsJson(totals: DryRunTotals) {
  const { verdicts, reasons, zones, rules, unchecked, first, last, wouldExpire } = totals;
  return {
    wouldExpire,
    verdicts,
    reasons: Object.fromEntries(reasons),
    zones: Object.fromEntries(zones),
    rules: Object.fromEntries(rules),
    unchecked: Object.fromEntries(unchecked),
    firstAt: instantOrNull(first?.at),
    lastAt: instantOrNull(last?.at),
    estimate: estimateJson(totals.estimate()),
  };
}

function estimateJson(estimate: Estimate | undefined) {
  if (estimate === undefined) return null;
  const { limit, endsAt, latestAt, unplaced } = estimate;
  const rate = { callsPerSecond: limit?.callsPerSecond ?? null, limitedBy: limit?.by ?? null };
  return { ...rate, endsAt: instantOrNull(endsAt), latestAt: instantOrNull(latestAt), unplaced };
}
