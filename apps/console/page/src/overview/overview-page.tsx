import type { CampaignStatusJson, Snapshot } from '@libby-dialer/http-api';
import { Link } from '@tanstack/react-router';
import { CampaignTable } from '../campaigns/campaign-table.tsx';
import { reasonsOnOverview } from '../campaigns/idle-reasons.ts';
import { NoCampaign } from '../campaigns/no-campaign.tsx';
import { HoldNotice } from '../holds/hold-notice.tsx';
import { EmptyState } from '../kit/frame/empty-state.tsx';
import { Facts } from '../kit/frame/facts.tsx';
import { Notice } from '../kit/frame/notice.tsx';
import { Page, Section } from '../kit/frame/page.tsx';
import { countOf, formatCount, formatPace, formatRate } from '../kit/words/numbers.ts';
import { When } from '../kit/words/when.tsx';
import { useLive } from '../live/live-snapshot.ts';
import { type Totals, totalsOf } from './totals.ts';

/** One look: what is dialing, how fast, how far, when it ends, and why nothing goes out. */
export function OverviewPage() {
  const { snapshot } = useLive();
  if (snapshot === undefined) return <Page title="Overview">{null}</Page>;
  const totals = totalsOf(snapshot);
  return (
    <Page title="Overview" state={stateText(totals)}>
      <Troubles snapshot={snapshot} totals={totals} />
      <OverviewFacts totals={totals} snapshot={snapshot} />
      <Section title="Campaigns" note={<CampaignsNote snapshot={snapshot} />}>
        <CampaignTable campaigns={snapshot.campaigns} empty={<NoneUnderWay {...snapshot} />} />
      </Section>
    </Page>
  );
}

function stateText({ dialing, stopped, waitingToOpen }: Totals): string {
  const parts = [
    dialing > 0 && `${countOf(dialing, 'campaign')} dialing`,
    waitingToOpen > 0 && `${formatCount(waitingToOpen)} waiting`,
    stopped > 0 && `${formatCount(stopped)} stopped`,
  ].filter((part) => part !== false);
  return parts.length === 0 ? 'nothing is dialing' : parts.join(', ');
}

/** What keeps calls back, the gravest first: everything, then lines and campaigns. */
function Troubles({ snapshot, totals }: { snapshot: Snapshot; totals: Totals }) {
  const { redisRefuses, workers, holds, campaigns } = snapshot;
  const lacksWorkers = workers === 0 && totals.waiting > 0;
  return (
    <>
      {redisRefuses !== null && (
        <Notice kind="alarm" title="Nothing goes out:">
          {redisRefuses}
        </Notice>
      )}
      {lacksWorkers && (
        <Notice kind="alarm" title="No worker is running:">
          {countOf(totals.waiting, 'call waits', 'calls wait')} until one is started (./bin/worker).
        </Notice>
      )}
      {holds.map((hold) => (
        <HoldNotice key={hold.scope} hold={hold} />
      ))}
      {campaigns.map((campaign) => (
        <Idle key={campaign.id} campaign={campaign} />
      ))}
    </>
  );
}

function Idle({ campaign }: { readonly campaign: CampaignStatusJson }) {
  const reasons = reasonsOnOverview(campaign);
  if (reasons.length === 0) return null;
  return (
    <Notice kind="note" title={`${campaign.id}:`}>
      {reasons.map(({ sentence }) => sentence).join(' ')}
    </Notice>
  );
}

function OverviewFacts({ totals, snapshot }: { totals: Totals; snapshot: Snapshot }) {
  const { perSecond, allowed, inFlight, waiting, eta } = totals;
  const { inbox, inDoubt, workers, isCut } = snapshot;
  // Not every campaign was counted.
  const atLeast = (count: number) => `${formatCount(count)}${isCut ? '+' : ''}`;
  return (
    <Facts
      facts={[
        {
          name: 'calls a second',
          value: formatRate(perSecond),
          note: allowed === null ? 'no pace is set' : `allowed ${formatPace(allowed)}`,
        },
        { name: 'in flight', value: atLeast(inFlight), note: workersText(workers) },
        { name: 'waiting', value: atLeast(waiting), note: inboxText(inbox) },
        {
          name: 'all done',
          value: eta === null ? '–' : <When at={eta} />,
          note: eta === null ? 'not foreseeable now' : stoppedText(totals),
        },
        {
          name: 'in doubt',
          value: formatCount(inDoubt),
          note: inDoubt === 0 ? 'nothing to decide' : <Link to="/in-doubt">a person decides</Link>,
        },
      ]}
    />
  );
}

function stoppedText({ stopped }: Totals): string {
  return stopped === 0 ? 'if nothing fails' : `without the ${formatCount(stopped)} stopped`;
}

function workersText(workers: number | null): string {
  return workers === null ? 'workers unknown' : countOf(workers, 'worker');
}

function inboxText({ waiting, pending }: Snapshot['inbox']): string {
  const count = waiting + pending;
  return count === 0 ? 'the inbox is empty' : `${formatCount(count)} more in the inbox`;
}

function CampaignsNote({ snapshot }: { snapshot: Snapshot }) {
  const { campaigns, campaignsInAll, isCut } = snapshot;
  if (isCut) return <>the first {formatCount(campaigns.length)} that are not over, by name</>;
  if (campaignsInAll <= campaigns.length) return null;
  return (
    <>
      the {formatCount(campaigns.length)} that are not over or ended within a day, of{' '}
      {formatCount(campaignsInAll)}
    </>
  );
}

/** Those that ended are shown for a day; then they are under Campaigns. */
function NoneUnderWay({ campaignsInAll }: Pick<Snapshot, 'campaignsInAll'>) {
  if (campaignsInAll === 0) return <NoCampaign />;
  return (
    <EmptyState
      title="No campaign is under way."
      action={
        <Link to="/campaigns" className="button">
          Show {countOf(campaignsInAll, 'campaign')}
        </Link>
      }
    />
  );
}
