import type { ReactNode } from 'react';
import { CampaignLink } from '../campaigns/campaign-link.tsx';
import { Details } from '../kit/frame/details.tsx';
import { Notice } from '../kit/frame/notice.tsx';
import { formatCount } from '../kit/words/numbers.ts';
import { OutcomeBar, OutcomeLegend } from '../kit/words/outcome.tsx';
import { When } from '../kit/words/when.tsx';
import { type Night, nightWords, type ScheduleRunJson } from './night.ts';
import { NightMark } from './night-mark.tsx';

/** What became of the rows of a list, in the order they are told. */
const COUNT_WORDS: Readonly<Record<string, string>> = {
  rows: 'rows',
  queued: 'queued',
  alreadyQueued: 'queued before',
  alreadySettled: 'called before',
  duplicates: 'twice in the list',
  rejected: 'rejected',
};

/** One night: how it went, how many rows it loaded, and what became of the calls. */
export function NightDetails({ night }: { readonly night: Night }) {
  const { run } = night;
  const details: readonly (readonly [string, ReactNode])[] = [
    ['due', <When key="due" at={night.dueAt} />],
    ['began', run?.startedAt ? <When key="began" at={run.startedAt} /> : null],
    ['ended', run?.finishedAt ? <When key="ended" at={run.finishedAt} /> : null],
    ['campaign', <CampaignName key="campaign" night={night} />],
    ...Object.entries(run?.counts ?? {})
      .filter(([name, count]) => count > 0 || name === 'rows')
      .map(([name, count]): [string, ReactNode] => [COUNT_WORDS[name] ?? name, formatCount(count)]),
    ['rejects file', run?.rejectsFile ?? null],
  ];
  return (
    <div className="night-details">
      <p className="outcome">
        <NightMark state={night.state} /> {nightWords(night)}
      </p>
      {run !== undefined && run.message !== null && (
        <Notice kind="alarm">
          {run.message} <small>{run.reason}</small>
        </Notice>
      )}
      <Details details={details} />
      {run !== undefined && <Calls run={run} />}
    </div>
  );
}

function CampaignName({ night: { campaign, run } }: { readonly night: Night }) {
  if (!run?.calls) return <span className="soft">{campaign}</span>;
  return <CampaignLink id={campaign} />;
}

function Calls({ run: { calls, archived } }: { readonly run: ScheduleRunJson }) {
  if (archived) return <p className="soft">Its campaign is archived.</p>;
  if (calls === null) return null;
  const { outcomes, pending, inFlight } = calls;
  return (
    <>
      <OutcomeBar outcomes={outcomes} waiting={pending + inFlight} />
      <OutcomeLegend outcomes={outcomes} waiting={pending + inFlight} />
    </>
  );
}
