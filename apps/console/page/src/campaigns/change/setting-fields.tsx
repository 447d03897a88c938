import { LongField, NumberField, TextField, TickField } from '../../kit/fields/fields.tsx';
import { InstantField } from '../../kit/fields/instant-field.tsx';
import { ZoneField } from '../../kit/fields/zone-field.tsx';
import type { CampaignFile, EditCampaign } from '../campaign-file.ts';
import { SETTING_WORDS } from './setting-words.ts';

interface SettingFieldsProps {
  /** As far as it is known. */
  readonly file: Partial<CampaignFile>;
  readonly edit: EditCampaign;
}

/** How fast, and how many at once. */
export function SpeedFields({ file: { pacing, lines }, edit }: SettingFieldsProps) {
  return (
    <>
      <NumberField
        label={SETTING_WORDS['pacing.callsPerSecond']}
        placeholder="as fast as it goes"
        isWhole={false}
        value={pacing?.callsPerSecond}
        onChange={(callsPerSecond) => edit('pacing', filled({ ...pacing, callsPerSecond }))}
      />
      <NumberField
        label={SETTING_WORDS['lines.maxConcurrentCalls']}
        placeholder="no limit"
        value={lines?.maxConcurrentCalls}
        onChange={(calls) =>
          edit('lines', calls === undefined ? undefined : { ...lines, maxConcurrentCalls: calls })
        }
      />
    </>
  );
}

/** The agent's lines. */
export function FromField({ file: { fromPhoneNumber }, edit }: SettingFieldsProps) {
  return (
    <TextField
      label={SETTING_WORDS.fromPhoneNumber}
      hint="That of the agent, with + and country code. Several lines: separated by commas."
      placeholder="+15055550100"
      inputMode="tel"
      value={[fromPhoneNumber ?? []].flat().join(', ')}
      onChange={(text) => {
        const [first = '', ...others] = text.split(',').map((line) => line.trim());
        edit('fromPhoneNumber', text === '' ? undefined : [first, ...others]);
      }}
    />
  );
}

/** What is changed less often: of lines, and from when until when it dials at all. */
export function FurtherFields({ file, edit }: SettingFieldsProps) {
  const { pacing, lines, startsAt, expiresAt, timezone } = file;
  return (
    <>
      <FromField file={file} edit={edit} />
      <NumberField
        label={SETTING_WORDS['pacing.maxInFlight']}
        hint="How many may wait for Libby’s answer at once."
        placeholder="no limit"
        value={pacing?.maxInFlight}
        onChange={(maxInFlight) => edit('pacing', filled({ ...pacing, maxInFlight }))}
      />
      {lines !== undefined && (
        <NumberField
          label={SETTING_WORDS['lines.assumedCallSeconds']}
          value={lines.assumedCallSeconds}
          onChange={(seconds) => edit('lines', { ...lines, assumedCallSeconds: seconds })}
        />
      )}
      <ZoneField
        label={SETTING_WORDS.timezone}
        placeholder="not called"
        zone={timezone ?? ''}
        onChange={(zone) => edit('timezone', zone === '' ? undefined : zone)}
      />
      <InstantField
        label={SETTING_WORDS.startsAt}
        at={startsAt}
        onChange={(at) => edit('startsAt', at)}
      />
      <InstantField
        label={SETTING_WORDS.expiresAt}
        at={expiresAt}
        onChange={(at) => edit('expiresAt', at)}
      />
    </>
  );
}

/** Undefined once nothing is left in it. */
function filled<Part extends object>(part: Part): Part | undefined {
  return Object.values(part).every((value) => value === undefined) ? undefined : part;
}

type Hours = Exclude<CampaignFile['callingWindow'], 'anytime' | undefined>;
type Days = NonNullable<Hours['days']>;

const USUAL_HOURS: Hours = { from: '08:00', to: '21:00' };
const WEEK: Days = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'];

/** When people may be called. */
export function HoursFields({ file: { callingWindow = USUAL_HOURS }, edit }: SettingFieldsProps) {
  const isAnytime = callingWindow === 'anytime';
  const hours = isAnytime ? USUAL_HOURS : callingWindow;
  const set = (part: Partial<Hours>) => edit('callingWindow', { ...hours, ...part });
  return (
    <>
      <div className="is-wide">
        <TickField
          isTicked={isAnytime}
          onChange={(ticked) => edit('callingWindow', ticked ? 'anytime' : USUAL_HOURS)}
        >
          At any hour
        </TickField>
      </div>
      <TextField
        label="From"
        isDisabled={isAnytime}
        value={hours.from}
        onChange={(from) => set({ from })}
      />
      <TextField
        label="Until"
        isDisabled={isAnytime}
        value={hours.to}
        onChange={(to) => set({ to })}
      />
      <ZoneField
        label="Time zone"
        placeholder="the person called"
        isDisabled={isAnytime}
        zone={hours.timezone === 'recipient' ? '' : (hours.timezone ?? '')}
        onChange={(zone) => set({ timezone: zone === '' ? 'recipient' : zone })}
      />
      {!isAnytime && <DaysField days={hours.days ?? WEEK} onChange={(days) => set({ days })} />}
    </>
  );
}

interface DaysFieldProps {
  readonly days: Days;
  readonly onChange: (days: Days) => void;
}

function DaysField({ days, onChange }: DaysFieldProps) {
  const tick = (day: Days[number], isTicked: boolean) =>
    // None is for the console to refuse, in its own words.
    onChange(WEEK.filter((each) => (each === day ? isTicked : days.includes(each))));
  return (
    <fieldset className="form-days is-wide">
      <legend>Days</legend>
      {WEEK.map((day) => (
        <TickField
          key={day}
          isTicked={days.includes(day)}
          onChange={(isTicked) => tick(day, isTicked)}
        >
          {day}
        </TickField>
      ))}
    </fieldset>
  );
}

const TEXTS = [
  ['introMessage', '{{name}} and other columns are filled in.'],
  ['introNotes', 'From which the agent makes what it says first.'],
  ['introVoicemail', 'Left where nobody answers.'],
] as const;

const LISTS = ['customQuestions', 'customRules'] as const;

/** What the agent says. */
export function TextsFields({ file, edit }: SettingFieldsProps) {
  return (
    <>
      {TEXTS.map(([key, hint]) => (
        <LongField
          key={key}
          label={SETTING_WORDS[key]}
          hint={hint}
          value={file[key] ?? ''}
          onChange={(text) => edit(key, text === '' ? undefined : text)}
        />
      ))}
      {LISTS.map((key) => (
        <LongField
          key={key}
          label={SETTING_WORDS[key]}
          hint="One per line. They replace the agent’s own."
          value={(file[key] ?? []).join('\n')}
          onChange={(text) => edit(key, text === '' ? undefined : text.split('\n'))}
        />
      ))}
    </>
  );
}
