import type { CampaignFile, ChangeDraft, Draft, EditCampaign, Pilot } from './draft.ts';
import { ChoiceField, NumberField, TextField, TickField } from './fields.tsx';

interface PaceFormProps {
  readonly draft: Draft;
  readonly file: Partial<CampaignFile>;
  readonly change: ChangeDraft;
  readonly edit: EditCampaign;
}

const PILOTS: readonly (readonly [Pilot['kind'], string])[] = [
  ['person', 'a few, then I decide'],
  ['share', 'a few, then by itself'],
  ['none', 'all at once'],
];

/** How many go first, how fast, and in which hours. */
export function PaceForm(props: PaceFormProps) {
  return (
    <div className="form">
      <PilotFields {...props} />
      <SpeedFields {...props} />
      <HoursFields {...props} />
    </div>
  );
}

function PilotFields({ draft: { pilot, limit }, change }: PaceFormProps) {
  const set = (part: Partial<Pilot>) => change({ pilot: { ...pilot, ...part } });
  return (
    <>
      <ChoiceField
        label="What goes out"
        value={pilot.kind}
        options={PILOTS}
        onChange={(kind) => set({ kind })}
      />
      {pilot.kind !== 'none' && (
        <NumberField
          label="So many first"
          hint="The rest waits, held, until then."
          value={pilot.calls}
          onChange={(calls) => set({ calls: calls ?? 1 })}
        />
      )}
      {pilot.kind === 'share' && (
        <NumberField
          label="Accepted, of these, in per cent"
          hint="So many let the rest follow by itself."
          value={pilot.percent}
          onChange={(percent) => set({ percent: Math.min(percent ?? 1, 100) })}
        />
      )}
      <NumberField
        label="Rows to load"
        hint="Only so many that can be called; loading it again takes the rest."
        placeholder="all"
        value={limit}
        onChange={(rows) => change({ limit: rows })}
      />
    </>
  );
}

function SpeedFields({ file: { pacing, lines }, edit }: PaceFormProps) {
  return (
    <>
      <NumberField
        label="Calls a second"
        placeholder="as fast as it goes"
        isWhole={false}
        value={pacing?.callsPerSecond}
        onChange={(callsPerSecond) => edit('pacing', filled({ ...pacing, callsPerSecond }))}
      />
      <NumberField
        label="Conversations at once on a line"
        placeholder="no limit"
        value={lines?.maxConcurrentCalls}
        onChange={(calls) =>
          edit('lines', calls === undefined ? undefined : { ...lines, maxConcurrentCalls: calls })
        }
      />
    </>
  );
}

/** Undefined once nothing is left in it. */
function filled<Part extends object>(part: Part): Part | undefined {
  return Object.values(part).every((value) => value === undefined) ? undefined : part;
}

const USUAL_HOURS = { from: '08:00', to: '21:00' };

function HoursFields({ file: { callingWindow = USUAL_HOURS }, edit }: PaceFormProps) {
  const isAnytime = callingWindow === 'anytime';
  const hours = isAnytime ? USUAL_HOURS : callingWindow;
  return (
    <>
      <TickField
        isTicked={isAnytime}
        onChange={(ticked) => edit('callingWindow', ticked ? 'anytime' : USUAL_HOURS)}
      >
        At any hour
      </TickField>
      <TextField
        label="From"
        hint="By the clock of the person called, unless the campaign names another."
        isDisabled={isAnytime}
        value={hours.from}
        onChange={(from) => edit('callingWindow', { ...hours, from })}
      />
      <TextField
        label="Until"
        isDisabled={isAnytime}
        value={hours.to}
        onChange={(to) => edit('callingWindow', { ...hours, to })}
      />
    </>
  );
}
