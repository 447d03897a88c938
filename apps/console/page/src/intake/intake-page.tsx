import type { ApiAnswer } from '@libby-dialer/http-api';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { Allowed } from '../access/allowed.tsx';
import { SearchField } from '../kit/fields/search-field.tsx';
import { Facts } from '../kit/frame/facts.tsx';
import { Failure } from '../kit/frame/failure.tsx';
import { Notice } from '../kit/frame/notice.tsx';
import { Page, Section } from '../kit/frame/page.tsx';
import { countOf, formatCount } from '../kit/words/numbers.ts';
import { sayDuration } from '../kit/words/times.ts';
import { asking } from '../live/queries.ts';
import { EntryFate } from './entry-fate.tsx';
import './intake.css';
import { RejectsTable } from './rejects-table.tsx';
import { WebhooksTable } from './webhooks-table.tsx';

const route = getRouteApi('/intake');
type Inbox = ApiAnswer<'GET /inbox'>;

const REFRESH_MS = 5000;
/** A daemon looks for entries every few seconds. */
const SEEN_WITHIN_MS = 60_000;

/** How calls come in from other services, and how results go out to them. */
export function IntakePage() {
  const query = useQuery({ ...asking('GET /inbox', {}), refetchInterval: REFRESH_MS });
  const inbox = query.data;
  return (
    <Page title="Intake">
      <Failure error={query.error} />
      {inbox !== undefined && <Inbox inbox={inbox} />}
      <Section title="One entry" note="by the id that pushing it gave">
        <FindEntry />
      </Section>
      <Allowed to="operator">
        <Section title="Rejected" note="what could not be called, the latest first">
          <RejectsTable total={inbox?.rejected} />
        </Section>
      </Allowed>
      <Section title="Webhooks" note="results for other services">
        <WebhooksTable />
      </Section>
    </Page>
  );
}

function Inbox({ inbox }: { readonly inbox: Inbox }) {
  const { waiting, pending, oldestAgeMs, rejected, consumers } = inbox;
  const daemons = consumers.filter(({ idleMs }) => idleMs < SEEN_WITHIN_MS).length;
  return (
    <>
      {daemons === 0 && waiting + pending > 0 && (
        <Notice kind="alarm" title="No daemon reads the inbox:">
          {countOf(waiting + pending, 'entry waits', 'entries wait')} until one is started
          (./bin/enqueuer serve).
        </Notice>
      )}
      <Facts
        facts={[
          {
            name: 'waiting',
            value: formatCount(waiting),
            note:
              oldestAgeMs === undefined
                ? 'the inbox is empty'
                : `the oldest for ${sayDuration(oldestAgeMs)}`,
          },
          {
            name: 'being taken in',
            value: formatCount(pending),
            note: daemons === 0 ? 'no daemon runs' : `by ${countOf(daemons, 'daemon')}`,
          },
          {
            name: 'rejected',
            value: formatCount(rejected),
            note: rejected === 0 ? 'all could be called' : 'could not be called',
          },
        ]}
      />
    </>
  );
}

function FindEntry() {
  const { entry } = route.useSearch();
  const navigate = route.useNavigate();
  return (
    <>
      <SearchField
        label="Id, such as 1764547200000-0"
        value={entry ?? ''}
        onChange={(text) =>
          void navigate({
            search: (before) => ({ ...before, entry: text.trim() || undefined }),
            replace: true,
            resetScroll: false,
          })
        }
      />
      {entry !== undefined && <EntryFate entry={entry} />}
    </>
  );
}
