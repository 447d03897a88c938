import type { ApiAnswer } from '@libby-dialer/http-api';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { CampaignLink } from '../campaigns/campaign-link.tsx';
import { Failure } from '../kit/frame/failure.tsx';
import { asking } from '../live/queries.ts';

type Entry = ApiAnswer<'GET /inbox/entries/{entry}'>;

const REFRESH_MS = 5000;
const SHAPE = /^\d{1,20}-\d{1,20}$/;

/** What became of an entry of the inbox, and of its call so far. */
export function EntryFate({ entry }: { readonly entry: string }) {
  const isId = SHAPE.test(entry);
  const { data, error } = useQuery({
    ...asking('GET /inbox/entries/{entry}', { params: { entry } }),
    enabled: isId,
    refetchInterval: REFRESH_MS,
  });
  if (!isId) return <p className="soft">An id is two numbers with a dash between.</p>;
  return (
    <div className="entry-fate" role="status">
      <Failure error={error} />
      {data !== undefined && <Fate entry={data} />}
    </div>
  );
}

function Fate({ entry: { fate, code, campaign, callId, call } }: { readonly entry: Entry }) {
  return (
    <p>
      {[fate, code, call?.outcome ?? call?.state].filter(Boolean).join(' · ')}
      {campaign !== undefined && (
        <>
          {' · '}
          <CampaignLink id={campaign} />
        </>
      )}
      {callId !== undefined && (
        <>
          {' · '}
          <Link
            to="/calls/$callId"
            params={{ callId }}
            search={campaign === undefined ? {} : { campaign }}
          >
            its call
          </Link>
        </>
      )}
    </p>
  );
}
