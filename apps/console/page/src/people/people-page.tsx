import type { FoundCallJson } from '@libby-dialer/http-api';
import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { CALL_COLUMNS, CAMPAIGN_COLUMN } from '../campaigns/calls/call-columns.tsx';
import { EmptyState } from '../kit/frame/empty-state.tsx';
import { Failure } from '../kit/frame/failure.tsx';
import { Notice } from '../kit/frame/notice.tsx';
import { Page, Section } from '../kit/frame/page.tsx';
import { type Column, DataTable } from '../kit/tables/data-table.tsx';
import { FindForm } from './find-form.tsx';
import './people.css';
import { PersonSection } from './person-section.tsx';
import {
  type Found,
  finding,
  keepQuestion,
  latestQuestion,
  numberMeant,
  type Question,
} from './question.ts';

const COLUMNS: readonly Column<FoundCallJson>[] = [CAMPAIGN_COLUMN, ...CALL_COLUMNS];
/** Of a number: a row may have it, and another one be dialed. */
const NUMBER_COLUMNS: readonly Column<FoundCallJson>[] = [
  ...COLUMNS,
  {
    key: 'asked',
    heading: 'The number asked for',
    value: ({ isOtherNumber }) => (isOtherNumber ? 'another of the row, not dialed' : 'dialed one'),
  },
];

/** Somebody complains, or asks: everything about a number. */
export function PeoplePage() {
  const [question, setQuestion] = useState(latestQuestion);
  const ask = (asked: Question) => {
    keepQuestion(asked);
    setQuestion(asked);
  };
  return (
    <Page title="People">
      <FindForm asked={question} onAsk={ask} />
      {question === undefined ? (
        <EmptyState title="Who are you looking for?">
          Every call of a number, in all campaigns, with what became of it; whether it may be
          called; and how to erase it.
        </EmptyState>
      ) : (
        <Answer question={question} />
      )}
    </Page>
  );
}

function Answer({ question }: { readonly question: Question }) {
  const query = useQuery(finding(question));
  const given = numberMeant(question, query.data);
  return (
    <>
      <Failure error={query.error} />
      {given !== undefined && query.error === null && (
        <PersonSection given={given} calls={query.data?.calls ?? []} />
      )}
      {query.data !== undefined && (
        <FoundCalls
          found={query.data}
          columns={question.number === undefined ? COLUMNS : NUMBER_COLUMNS}
        />
      )}
    </>
  );
}

interface FoundCallsProps {
  readonly found: Found;
  readonly columns: readonly Column<FoundCallJson>[];
}

function FoundCalls({ found: { calls, isCut, unnamed }, columns }: FoundCallsProps) {
  const navigate = useNavigate();
  return (
    <Section title="Calls" note="of campaigns that are not archived">
      {isCut && <Notice kind="note">There are more than are shown.</Notice>}
      {unnamed.length > 0 && (
        <Notice kind="note" title="Some may be missing.">
          An older version loaded {unnamed.join(', ')}.
        </Notice>
      )}
      <DataTable
        name="calls"
        columns={columns}
        rows={calls}
        keyOf={({ campaign, callId }) => `${campaign} ${callId}`}
        onOpen={({ callId, campaign }) =>
          void navigate({ to: '/calls/$callId', params: { callId }, search: { campaign } })
        }
        empty={<EmptyState title="No call is found." />}
      />
    </Section>
  );
}
