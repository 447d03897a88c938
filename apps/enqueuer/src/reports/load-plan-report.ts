import {
  anotherListMessage,
  CALLS_UNASKED,
  callsAtOnce,
  type LoadPlan,
} from '@libby-dialer/operations';
import { countOf, formatCount } from '@libby-dialer/runtime';
import { changeQuestionText } from './change-lines.ts';
import { estimateText, verdictsTable } from './dry-run-report.ts';
import { canaryGoesFirstText } from './hold-report.ts';

/** Whom a load would call, when and how many, for the person who decides. */
export function loadPlanText(plan: LoadPlan): string {
  const { campaign, canary, counts, totals, now, pending } = plan;
  const lines = campaign.fromPhoneNumber.join(', ');
  const waiting =
    pending === 0
      ? ''
      : `${countOf(pending, 'call')} of the campaign ${pending === 1 ? 'waits' : 'wait'} already.\n`;
  const first = canary === undefined ? '' : `${canaryGoesFirstText(canary)}.\n`;
  return [
    `${whichRows(plan)}: ${countOf(counts.queued, 'call')} from ${lines}\n${verdictsTable(totals)}`,
    estimateText(totals.estimate(), now),
    `${waiting}${first}`,
  ].join('');
}

function whichRows({ counts: { rows }, isWhole, share }: LoadPlan): string {
  if (isWhole) return countOf(rows, 'row');
  const part = share === undefined ? '' : `, about ${Math.max(1, Math.round(share * 100))} % of it`;
  return `The first ${countOf(rows, 'row')} of the list${part} (--dry-run looks at all)`;
}

/**
 * What is to be answered with yes or no before the load; undefined: nothing, for it changes nothing
 * and lets few calls go.
 * @param isRealApi whether calls are taken to reach the real API
 */
export function planQuestion(plan: LoadPlan, isRealApi: boolean): string | undefined {
  const { campaign, change, isAnotherList, isWhole, counts } = plan;
  const atOnce = callsAtOnce(plan);
  const changed = change === undefined ? '' : changeQuestionText(change);
  const another = isAnotherList ? `${anotherListMessage(campaign)} ` : '';
  if (isRealApi && atOnce > CALLS_UNASKED) {
    const more = isWhole ? '' : ' or more';
    const calls = `${formatCount(atOnce)}${more} calls can go out at once, to the real API.`;
    return `${changed}${another}${calls} Queue ${formatCount(counts.queued)}${more}?`;
  }
  if (isAnotherList) return `${changed}${another}Load it?`;
  return change === undefined ? undefined : `${changed}Change it?`;
}
