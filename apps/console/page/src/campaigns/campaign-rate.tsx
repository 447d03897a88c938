import type { CampaignStatusJson } from '@libby-dialer/http-api';
import { useQuery } from '@tanstack/react-query';
import { lazy, Suspense } from 'react';
import { Section } from '../kit/frame/page.tsx';
import { asking } from '../live/queries.ts';

const RateChart = lazy(async () => ({
  default: (await import('../kit/charts/rate-chart.tsx')).RateChart,
}));

/** As often as there is a further point. */
const REFRESH_MS = 10_000;

export function CampaignRate({ campaign }: { readonly campaign: CampaignStatusJson }) {
  const { id, allowedCallsPerSecond } = campaign;
  const { data } = useQuery({
    ...asking('GET /campaigns/{id}/rates', { params: { id } }),
    refetchInterval: REFRESH_MS,
  });
  return (
    <Section title="Calls a second" note="placed, last 30 min, against the allowed pace">
      <Suspense fallback={<div className="rate-chart" />}>
        <RateChart points={data?.points ?? []} allowed={allowedCallsPerSecond} />
      </Suspense>
    </Section>
  );
}
