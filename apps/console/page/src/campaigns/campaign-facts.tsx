import type { CampaignStatusJson } from '@libby-dialer/http-api';
import { Link } from '@tanstack/react-router';
import { Facts } from '../kit/frame/facts.tsx';
import { countOf, formatCount, formatPace, formatRate, formatShare } from '../kit/words/numbers.ts';
import { When } from '../kit/words/when.tsx';
import { allCalls, callsPerSecond, settledCalls } from './campaign-words.ts';

const LIMITS = {
  callsPerSecond: 'by its pace',
  maxInFlight: 'by its calls in flight',
  lines: 'by its lines',
  measured: 'at its recent pace',
} as const;

export function CampaignFacts({ campaign }: { readonly campaign: CampaignStatusJson }) {
  const { allowedCallsPerSecond: allowed, inFlight, workers, outcomes } = campaign;
  const all = allCalls(campaign);
  const settled = settledCalls(campaign);
  return (
    <Facts
      facts={[
        {
          name: 'through',
          value: formatShare(settled, all),
          note: `${formatCount(settled)} of ${formatCount(all)}`,
        },
        {
          name: 'calls a second',
          value: formatRate(callsPerSecond(campaign)),
          note: allowed === null ? 'no pace is set' : `allowed ${formatPace(allowed)}`,
        },
        {
          name: 'in flight',
          value: formatCount(inFlight),
          note: workers === null ? 'workers unknown' : countOf(workers, 'worker'),
        },
        { name: 'done', ...endOf(campaign) },
        {
          name: 'in doubt',
          value: formatCount(outcomes.unknown),
          note:
            outcomes.unknown === 0 ? (
              'nothing to decide'
            ) : (
              <Link to="/in-doubt" search={{ campaign: campaign.id }}>
                a person decides
              </Link>
            ),
        },
      ]}
    />
  );
}

function endOf({ pending, inFlight, eta, etaBy, opensAt, wouldExpire }: CampaignStatusJson) {
  if (pending + inFlight === 0) return { value: '–', note: 'nothing waits' };
  if (opensAt !== null)
    return {
      value: eta === null ? '–' : <When at={eta} />,
      note: (
        <>
          opens <When at={opensAt} />
        </>
      ),
    };
  if (eta === null) return { value: '–', note: 'not foreseeable now' };
  if (wouldExpire !== null && wouldExpire > 0)
    return {
      value: <When at={eta} />,
      note: `about ${countOf(Math.round(wouldExpire), 'call')} would expire`,
    };
  return { value: <When at={eta} />, note: etaBy === null ? '' : LIMITS[etaBy] };
}
