import type { CampaignFile, EditCampaign } from '../../campaigns/campaign-file.ts';
import { HoursFields, SpeedFields } from '../../campaigns/change/setting-fields.tsx';
import { ChoiceField, NumberField } from '../../kit/fields/fields.tsx';
import type { ChangeDraft, Draft, Pilot } from '../draft.ts';

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
          label="How many first"
          hint="The rest is held until then."
          value={pilot.calls}
          onChange={(calls) => set({ calls: calls ?? 1 })}
        />
      )}
      {pilot.kind === 'share' && (
        <NumberField
          label="Of these, accepted (%)"
          hint="With that many accepted, the rest follows by itself."
          value={pilot.percent}
          onChange={(percent) => set({ percent: Math.min(percent ?? 1, 100) })}
        />
      )}
      <NumberField
        label="Rows to load"
        hint="At most this many rows that can be called; load it again for the rest."
        placeholder="all"
        value={limit}
        onChange={(rows) => change({ limit: rows })}
      />
    </>
  );
}
