import type { CampaignStatusJson } from '@libby-dialer/http-api';
import { useQuery } from '@tanstack/react-query';
import { BacklogChart } from '../kit/charts/backlog-chart.tsx';
import { Section } from '../kit/frame/page.tsx';
import { asking } from '../live/queries.ts';

/** The mix of those who wait changes slowly. */
const REFRESH_MS = 30_000;

export function CampaignBacklog({ campaign }: { readonly campaign: CampaignStatusJson }) {
  const { data } = useQuery({
    ...asking('GET /campaigns/{id}/backlog', { params: { id: campaign.id } }),
    refetchInterval: REFRESH_MS,
  });
  return (
    <Section title="Waiting, by zone" note="next 48 hours, open hours shaded">
      {campaign.pending === 0 || data?.zones.length === 0 ? (
        <p className="soft">Nobody waits.</p>
      ) : (
        data && <BacklogChart at={data.at} zones={data.zones} />
      )}
    </Section>
  );
}
