import type { UnderstoodListJson } from '@libby-dialer/http-api';
import { formatPhone } from '../../kit/fields/phone-number.ts';
import { PersonText } from '../../kit/words/person-text.tsx';
import { placeOf } from '../../kit/words/times.ts';

type SampleCall = UnderstoodListJson['calls'][number];

/** What is sent to Libby for a call, as far as it is shown. */
interface Payload {
  readonly name: string;
  readonly toPhoneNumber: string;
  readonly fromPhoneNumber: string;
  readonly introMessage?: string;
  readonly introNotes?: string;
  readonly introVoicemail?: string;
  readonly customQuestions?: readonly string[];
  readonly customRules?: readonly string[];
  readonly formInfo: readonly Readonly<Record<string, string>>[];
}

/** The first calls of a list, with the campaign's texts filled in for each. */
export function SampleCalls({ calls }: { readonly calls: readonly SampleCall[] }) {
  if (calls.length === 0)
    return <p className="soft">Shown once a campaign is named and a row can be called.</p>;
  return (
    <div className="calls">
      {calls.map((call) => (
        <Spoken key={call.row} call={call} />
      ))}
    </div>
  );
}

function Spoken({ call }: { readonly call: SampleCall }) {
  const payload = call.payload as Payload;
  return (
    <article className="call-card">
      <b>
        <PersonText text={payload.name} />
      </b>
      <p className="soft">
        {formatPhone(payload.toPhoneNumber)}, from {formatPhone(payload.fromPhoneNumber)}
        <br />
        {clockText(call)}
      </p>
      <dl>
        {textsOf(payload).map(([label, text]) => (
          <div key={label}>
            <dt>{label}</dt>
            <dd dir="auto">{shortened(text)}</dd>
          </div>
        ))}
      </dl>
    </article>
  );
}

/** More of one is not read here. */
const LONG = 600;

function shortened(text: string): string {
  return text.length > LONG ? `${text.slice(0, LONG)}…` : text;
}

function textsOf(payload: Payload): [label: string, text: string][] {
  const { introMessage, introNotes, introVoicemail, customQuestions, customRules } = payload;
  const form = payload.formInfo
    .flatMap((entry) => Object.entries(entry))
    .map(([key, value]) => `${key}: ${value}`);
  const texts: [string, string | undefined][] = [
    ['Says first, word for word', introMessage],
    ['Makes its opening of', introNotes],
    ['Leaves as voicemail', introVoicemail],
    ['Asks', customQuestions?.join('\n')],
    ['Keeps to', customRules?.join('\n')],
    ['Knows of this person', form.length === 0 ? undefined : form.join('\n')],
  ];
  return texts.filter((each): each is [string, string] => each[1] !== undefined);
}

const SOURCES: Readonly<Record<string, string>> = {
  campaign_window: 'as the campaign’s hours say',
  record: 'as its row says',
  number: 'by its number',
  campaign: 'as the campaign says',
};

function clockText({ zones, zoneSource }: SampleCall): string {
  if (zones.length === 0) return 'Its time zone is not known: not called.';
  return `By the clock of ${zones.map(placeOf).join(' and ')}, ${SOURCES[zoneSource] ?? zoneSource}`;
}
