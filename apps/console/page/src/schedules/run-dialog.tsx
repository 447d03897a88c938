import type { ApiAnswer } from '@libby-dialer/http-api';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { ActionDialog } from '../kit/frame/action-dialog.tsx';
import { Failure } from '../kit/frame/failure.tsx';
import { Notice } from '../kit/frame/notice.tsx';
import { countOf, formatCount } from '../kit/words/numbers.ts';
import { When } from '../kit/words/when.tsx';
import { client } from '../live/api.ts';
import { asking } from '../live/queries.ts';
import { nightText } from './night.ts';

interface RunDialogProps {
  readonly name: string;
  /** Local time of the run. */
  readonly local: string;
  readonly onClose: () => void;
}

type RunPlan = ApiAnswer<'GET /schedules/{name}/runs/{local}'>;

/** Carries out a night here and now, once it is known what that does. */
export function RunDialog({ name, local, onClose }: RunDialogProps) {
  const params = { name, local };
  const { data: plan, error } = useQuery({
    ...asking('GET /schedules/{name}/runs/{local}', { params }),
    // The list is looked through once; what is done is decided by that.
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 0,
  });
  const [isMeant, setMeant] = useState(false);
  const calls = plan?.load?.queued ?? 0;
  return (
    <ActionDialog
      title={`Run ${nightText(local)} of ${name} now?`}
      doIt={plan?.load ? `Queue ${atLeast(plan.load)}${countOf(calls, 'call')}` : 'Run'}
      doing="Loading its list."
      isReady={Boolean(plan?.load) && (isMeant || plan?.isEarly === false)}
      onClose={onClose}
      action={async () => {
        const { campaign, counts } = await client.request('POST /schedules/{name}/runs', {
          params: { name },
          body: { date: local, early: isMeant },
        });
        return [doneText(campaign, counts)];
      }}
    >
      <Failure error={error} />
      {plan === undefined && error === null && <p className="soft">Looking through its list.</p>}
      {plan !== undefined && <Plan plan={plan} isMeant={isMeant} onMean={setMeant} />}
    </ActionDialog>
  );
}

interface PlanProps {
  readonly plan: RunPlan;
  readonly isMeant: boolean;
  readonly onMean: (isMeant: boolean) => void;
}

function Plan({ plan, isMeant, onMean }: PlanProps) {
  const { load, list, campaign, isEarly, dueAt } = plan;
  if (load === null) return <p>{campaign} has its calls already: nothing would be done again.</p>;
  return (
    <>
      <p>
        <code>{list}</code> has {atLeast(load)}
        {countOf(load.rows, 'row')}: {countOf(load.queued, 'call is', 'calls are')} queued
        {load.rejected > 0 && `, ${countOf(load.rejected, 'row is', 'rows are')} rejected`}.{' '}
        {formatCount(load.now)} could go out at once.
      </p>
      {isEarly && (
        <>
          <Notice kind="alarm" title="It uses up that night:">
            it is due <When at={dueAt} />, and is not carried out again then. Whoever comes to the
            list until then is not called.
          </Notice>
          <label className="night-meant">
            <input
              type="checkbox"
              checked={isMeant}
              onChange={({ target }) => onMean(target.checked)}
            />
            That is meant
          </label>
        </>
      )}
    </>
  );
}

function atLeast({ isWhole }: { readonly isWhole: boolean }): string {
  return isWhole ? '' : 'at least ';
}

function doneText(campaign: string, counts: Readonly<Record<string, number>> | null): string {
  if (counts === null) return `${campaign} had its calls already: nothing was done again.`;
  const { queued = 0, rejected = 0 } = counts;
  const rejects = rejected === 0 ? '' : `, ${countOf(rejected, 'row')} rejected`;
  return `${countOf(queued, 'call is', 'calls are')} queued in ${campaign}${rejects}.`;
}
