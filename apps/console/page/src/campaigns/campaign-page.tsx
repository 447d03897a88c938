import { useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { HoldNotices } from '../holds/hold-notices.tsx';
import { Failure } from '../kit/frame/failure.tsx';
import { Notice } from '../kit/frame/notice.tsx';
import { Page, Section } from '../kit/frame/page.tsx';
import { OutcomeBar, OutcomeLegend } from '../kit/words/outcome.tsx';
import { useLive } from '../live/live-snapshot.ts';
import { asking } from '../live/queries.ts';
import { CallsTable } from './calls/calls-table.tsx';
import { CampaignActions } from './campaign-actions.tsx';
import { CampaignBacklog } from './campaign-backlog.tsx';
import { CampaignFacts } from './campaign-facts.tsx';
import './campaign-page.css';
import { CampaignRate } from './campaign-rate.tsx';
import { CampaignStateMark } from './campaign-state.tsx';
import { waitingCalls } from './campaign-words.ts';
import { reasonsOnOwnPage } from './idle-reasons.ts';
import { JoinButton } from './join-button.tsx';

const route = getRouteApi('/campaigns/$id');

/** Of one that is not in the snapshot: it is over for long, or there are too many. */
const REFRESH_MS = 3000;

export function CampaignPage() {
  const { id } = route.useParams();
  const { snapshot } = useLive();
  const live = snapshot?.campaigns.find((each) => each.id === id);
  const query = useQuery({
    ...asking('GET /campaigns/{id}', { params: { id } }),
    refetchInterval: live === undefined ? REFRESH_MS : false,
  });
  const campaign = live ?? query.data;
  if (campaign === undefined) {
    return (
      <Page title={id}>
        <Failure error={query.error} />
      </Page>
    );
  }
  const waiting = waitingCalls(campaign);
  return (
    <Page
      title={id}
      state={<CampaignStateMark state={campaign.state} />}
      actions={<CampaignActions campaign={campaign} />}
    >
      <HoldNotices holds={campaign.holds} />
      {reasonsOnOwnPage(campaign).map(({ code, sentence }) => (
        <Notice key={code} kind="note">
          {sentence}
        </Notice>
      ))}
      <CampaignFacts campaign={campaign} />
      <div className="campaign-bar">
        <OutcomeBar outcomes={campaign.outcomes} waiting={waiting} />
        <OutcomeLegend outcomes={campaign.outcomes} waiting={waiting} />
      </div>
      <div className="campaign-charts">
        <CampaignRate campaign={campaign} />
        <CampaignBacklog campaign={campaign} />
      </div>
      <Section title="Calls" note={<JoinButton campaign={id} />}>
        <CallsTable campaign={campaign} />
      </Section>
    </Page>
  );
}
