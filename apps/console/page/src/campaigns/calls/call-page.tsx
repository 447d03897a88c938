import type { ApiAnswer, CallJson } from '@libby-dialer/http-api';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { formatPhone } from '../../kit/fields/phone-number.ts';
import { Details } from '../../kit/frame/details.tsx';
import { Failure } from '../../kit/frame/failure.tsx';
import { Page, Section } from '../../kit/frame/page.tsx';
import { Outcome } from '../../kit/words/outcome.tsx';
import { PersonText } from '../../kit/words/person-text.tsx';
import { REASON_WORDS } from '../../kit/words/reason-words.ts';
import { exactInstant } from '../../kit/words/times.ts';
import { When } from '../../kit/words/when.tsx';
import { asking, queryClient } from '../../live/queries.ts';
import './call-page.css';
import { CampaignLink } from '../campaign-link.tsx';
import { CallStateText } from './call-state.tsx';
import { CALLS } from './calls-query.ts';

const route = getRouteApi('/calls/$callId');
type CallInFull = ApiAnswer<'GET /calls/{callId}'>;

/** One call: what it is, and what became of it, step by step. */
export function CallPage() {
  const { callId } = route.useParams();
  const { campaign } = route.useSearch();
  const query = useQuery({
    ...asking('GET /calls/{callId}', { params: { callId }, query: { campaign } }),
    refetchInterval: ({ state }) => (state.data?.outcome === null ? 2000 : false),
  });
  const call = query.data ?? listedCall(callId);
  return (
    <Page
      title={`Call ${callId}`}
      state={call === undefined ? null : <State call={call} />}
      actions={call?.outcome === 'unknown' && <ToDesk call={call} />}
    >
      <Failure error={query.error} />
      {query.data !== undefined && (
        <Section title="What happened">
          <Timeline steps={query.data.timeline} />
        </Section>
      )}
      {call !== undefined && (
        <Section title="The call">
          <CallDetails call={call} />
        </Section>
      )}
    </Page>
  );
}

/** Where one comes from a table, it is known from there before it is fetched in full. */
function listedCall(callId: string): CallJson | undefined {
  const pages = queryClient.getQueriesData<{ pages: readonly { calls: readonly CallJson[] }[] }>({
    queryKey: [CALLS],
  });
  return pages
    .flatMap(([, data]) => data?.pages.flatMap(({ calls }) => calls) ?? [])
    .find((call) => call.callId === callId);
}

function State({ call }: { readonly call: CallJson }) {
  return call.outcome === null ? <CallStateText call={call} /> : <Outcome name={call.outcome} />;
}

/** It may have rung: there is nothing to do here. */
function ToDesk({ call: { campaign } }: { readonly call: CallJson }) {
  return (
    <Link to="/in-doubt" search={{ campaign }} className="button">
      Decide…
    </Link>
  );
}

function Timeline({ steps }: { readonly steps: CallInFull['timeline'] }) {
  return (
    <ol className="timeline">
      {steps.map(({ at, step, sentence }) => (
        <li key={`${at} ${step} ${sentence}`} className={`step-${step}`}>
          <span className="timeline-when">
            {at === null ? '' : <When at={at} />}
            <small className="soft">{at === null ? '' : exactInstant(Date.parse(at))}</small>
          </span>
          <bdi>{sentence}</bdi>
        </li>
      ))}
    </ol>
  );
}

function CallDetails({ call }: { readonly call: CallJson }) {
  const { campaign, externalId, list, row, fromPhoneNumber, reason, httpStatus } = call;
  const details: readonly (readonly [string, ReactNode])[] = [
    ['campaign', <CampaignLink key="campaign" id={campaign} />],
    ['person', <PersonText key="name" text={call.name} />],
    ['number', formatPhone(call.toPhoneNumber)],
    ['line', fromPhoneNumber === null ? null : formatPhone(fromPhoneNumber)],
    ['their id', externalId],
    ['list', list === null ? null : <PersonText key="list" text={list} />],
    ['row', row],
    ['requests begun', call.attempts],
    ['why', reason && `${REASON_WORDS[reason]} (${reason})`],
    ['status', httpStatus],
    ['what Libby said', call.providerMessage],
    ['call id', call.callId],
  ];
  return <Details details={details} />;
}
