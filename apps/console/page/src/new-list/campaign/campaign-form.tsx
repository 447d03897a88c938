import { useQuery } from '@tanstack/react-query';
import type { CampaignFile, EditCampaign } from '../../campaigns/campaign-file.ts';
import { FromField, TextsFields } from '../../campaigns/change/setting-fields.tsx';
import { TextField } from '../../kit/fields/fields.tsx';
import { SearchField } from '../../kit/fields/search-field.tsx';
import { asking } from '../../live/queries.ts';
import type { ChangeDraft, Draft } from '../draft.ts';
import { CAMPAIGN_ID } from './use-stored-campaign.ts';

interface CampaignFormProps {
  readonly draft: Draft;
  readonly stored: CampaignFile | undefined;
  readonly isKnown: boolean;
  readonly file: Partial<CampaignFile>;
  readonly change: ChangeDraft;
  readonly edit: EditCampaign;
}

/** Which campaign: one that is there, or a new one with its line and texts. */
export function CampaignForm({ draft, stored, isKnown, file, change, edit }: CampaignFormProps) {
  const { campaign } = draft;
  const isId = campaign === '' || CAMPAIGN_ID.test(campaign);
  const { data } = useQuery(asking('GET /campaigns', { query: { limit: 20, contains: campaign } }));
  return (
    <div className="stack">
      <SearchField
        label="Name of the campaign"
        value={campaign}
        suggestions={data?.campaigns.map(({ id }) => id) ?? []}
        onChange={(text) => change({ campaign: text.trim() })}
      />
      {!isId && <p role="alert">A name has 1 to 63 characters of a-z, 0-9 and -.</p>}
      {isKnown && (
        <details className="more" open={stored === undefined} key={campaign}>
          <summary>Line and texts</summary>
          <div className="form">
            <FromField file={file} edit={edit} />
            <PeopleFields file={file} edit={edit} />
            <TextsFields file={file} edit={edit} />
          </div>
        </details>
      )}
    </div>
  );
}

type PartProps = Pick<CampaignFormProps, 'file' | 'edit'>;

function PeopleFields({ file, edit }: PartProps) {
  return (
    <>
      <TextField
        label="Country of numbers without one"
        hint="Two letters, such as US."
        value={file.defaultCountry ?? ''}
        onChange={(text) => edit('defaultCountry', text === '' ? undefined : text.toUpperCase())}
      />
      <TextField
        label="Name of those without one"
        hint="Without it they are not called."
        value={file.defaultName ?? ''}
        onChange={(text) => edit('defaultName', text === '' ? undefined : text)}
      />
    </>
  );
}
