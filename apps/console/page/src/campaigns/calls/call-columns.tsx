import type { CallJson } from '@libby-dialer/http-api';
import { Link } from '@tanstack/react-router';
import { formatPhone } from '../../kit/fields/phone-number.ts';
import type { Column } from '../../kit/tables/data-table.tsx';
import { formatCount } from '../../kit/words/numbers.ts';
import { Outcome } from '../../kit/words/outcome.tsx';
import { PersonText } from '../../kit/words/person-text.tsx';
import { REASON_WORDS } from '../../kit/words/reason-words.ts';
import { When } from '../../kit/words/when.tsx';
import { CampaignLink } from '../campaign-link.tsx';
import { CallStateText } from './call-state.tsx';

/** Who is called; leads to the call's page. */
export const PERSON_COLUMN: Column<Pick<CallJson, 'name' | 'callId' | 'campaign'>> = {
  key: 'name',
  heading: 'Person',
  value: ({ name }) => name,
  cell: ({ name, callId, campaign }) => (
    <Link to="/calls/$callId" params={{ callId }} search={{ campaign }} className="clip">
      <PersonText text={name === '' ? 'no name' : name} />
    </Link>
  ),
};

export const CAMPAIGN_COLUMN: Column<Pick<CallJson, 'campaign'>> = {
  key: 'campaign',
  heading: 'Campaign',
  value: ({ campaign }) => campaign,
  cell: ({ campaign }) => <CampaignLink id={campaign} />,
};

/** What is told of a call, in whatever table it stands. */
export const CALL_COLUMNS: readonly Column<CallJson>[] = [
  {
    key: 'row',
    heading: 'Row',
    isNumber: true,
    isMinor: true,
    value: ({ row }) => row,
    cell: ({ row }) => (row === null ? '–' : formatCount(row)),
  },
  PERSON_COLUMN,
  {
    key: 'outcome',
    heading: 'Outcome',
    value: ({ outcome, state }) => outcome ?? state,
    cell: (call) =>
      call.outcome === null ? <CallStateText call={call} /> : <Outcome name={call.outcome} />,
  },
  {
    key: 'number',
    heading: 'Number',
    isSpare: true,
    value: ({ toPhoneNumber }) => toPhoneNumber,
    cell: ({ toPhoneNumber }) => formatPhone(toPhoneNumber),
  },
  {
    key: 'reason',
    heading: 'Why',
    isMinor: true,
    value: ({ reason }) => reason && REASON_WORDS[reason],
    cell: ({ reason }) => reason && <span title={reason}>{REASON_WORDS[reason]}</span>,
  },
  {
    key: 'when',
    heading: 'When',
    value: instantOf,
    cell: (call) => {
      const at = instantOf(call);
      return at === null ? '–' : <When at={at} />;
    },
  },
  {
    key: 'said',
    heading: 'What Libby said',
    isMinor: true,
    value: ({ providerMessage }) => providerMessage,
    cell: ({ providerMessage, httpStatus }) =>
      providerMessage === null ? (
        <span className="soft">{httpStatus ?? ''}</span>
      ) : (
        <PersonText text={providerMessage} />
      ),
  },
];

function instantOf({ settledAt, dialedAt, earliestAt, queuedAt }: CallJson): string | null {
  return settledAt ?? dialedAt ?? earliestAt ?? queuedAt;
}
