import type { CallInDoubt } from '@libby-dialer/http-api';
import { PERSON_COLUMN } from '../campaigns/calls/call-columns.tsx';
import { formatPhone } from '../kit/fields/phone-number.ts';
import type { Column } from '../kit/tables/data-table.tsx';
import { useNow } from '../kit/words/clock.ts';
import { PersonText } from '../kit/words/person-text.tsx';
import { clockOf, placeOf, sayClock } from '../kit/words/times.ts';
import { When } from '../kit/words/when.tsx';
import { evidenceInFull, evidenceText } from './doubt-words.ts';
import { AS_WORDS } from './resolved-words.ts';

/** What is known of each; what would be the same or empty in all rows is left out. */
export function doubtColumns(
  calls: readonly CallInDoubt[],
  campaign: string | undefined,
): readonly Column<CallInDoubt>[] {
  const isDecided = calls.some(({ decided, redialAt }) => decided ?? redialAt);
  return COLUMNS.filter(
    ({ key }) => (key !== 'decided' || isDecided) && (key !== 'campaign' || campaign === undefined),
  );
}

const COLUMNS: readonly Column<CallInDoubt>[] = [
  PERSON_COLUMN,
  {
    key: 'known',
    heading: 'What is known',
    value: evidenceText,
    cell: (call) => <span title={evidenceInFull(call)}>{evidenceText(call)}</span>,
  },
  {
    key: 'decided',
    heading: 'Decided',
    value: ({ decided }) =>
      decided === undefined ? null : `${AS_WORDS[decided.as]}: ${decided.by}`,
    cell: (call) => <Decided call={call} />,
  },
  {
    key: 'said',
    heading: 'What Libby said',
    isMinor: true,
    value: ({ providerMessage, httpStatus }) => providerMessage ?? httpStatus ?? null,
    cell: ({ providerMessage, httpStatus }) =>
      providerMessage === undefined ? (
        <span className="soft">{httpStatus ?? 'nothing'}</span>
      ) : (
        <PersonText text={[httpStatus, providerMessage].join(' ').trim()} />
      ),
  },
  {
    key: 'dialed',
    heading: 'Dialed',
    value: dialedAt,
    cell: (call) => <When at={dialedAt(call)} />,
  },
  {
    key: 'clock',
    heading: 'Their time: then → now',
    isMinor: true,
    value: ({ zones }) => zones.join(' or '),
    cell: (call) => <TheirClock call={call} />,
  },
  {
    key: 'number',
    heading: 'Number',
    isMinor: true,
    value: ({ toPhoneNumber }) => toPhoneNumber,
    cell: ({ toPhoneNumber }) => formatPhone(toPhoneNumber),
  },
  { key: 'campaign', heading: 'Campaign', isMinor: true, value: ({ campaign }) => campaign },
];

function dialedAt({ dialedAt: at, settledAt }: CallInDoubt): string {
  return at ?? settledAt;
}

/** When it was for them, and what it is now. */
function TheirClock({ call }: { readonly call: CallInDoubt }) {
  const now = useNow();
  const [zone] = call.zones;
  if (zone === undefined) return <span className="soft">unknown</span>;
  return (
    <span title={`Dialed then, and what it is now in ${call.zones.join(' or ')}`}>
      {sayClock(Date.parse(dialedAt(call)), now, zone)} → {clockOf(now, zone)}{' '}
      <span className="soft">{placeOf(zone)}</span>
    </span>
  );
}

function Decided({ call: { decided, redialAt } }: { readonly call: CallInDoubt }) {
  if (redialAt === undefined && decided === undefined) return <span className="soft">–</span>;
  return (
    <span title={decided?.note}>
      {redialAt === undefined ? (
        'was dialed once more'
      ) : (
        <>
          once more <When at={redialAt} />
        </>
      )}
      {decided !== undefined && <span className="soft"> by {decided.by}</span>}
    </span>
  );
}
