import type { ListJson } from '@libby-dialer/http-api';
import { type CampaignFile, withEdit } from '../campaigns/campaign-file.ts';
import { Failure } from '../kit/frame/failure.tsx';
import { Notice } from '../kit/frame/notice.tsx';
import { Section } from '../kit/frame/page.tsx';
import { CampaignForm } from './campaign/campaign-form.tsx';
import { PaceForm } from './campaign/pace-form.tsx';
import { useStoredCampaign } from './campaign/use-stored-campaign.ts';
import { CheckView } from './check/check-view.tsx';
import { checkBody, meantCampaign, useDraft } from './draft.ts';
import { LoadButton } from './load/load-button.tsx';
import { SampleCalls } from './understood/sample-calls.tsx';
import { UnderstoodView } from './understood/understood-view.tsx';
import { useUnderstood } from './understood/use-understood.ts';

/** What somebody goes through before a list is let go. */
export function Steps({ list }: { readonly list: ListJson }) {
  const [draft, change] = useDraft(list.list, list.work?.campaign ?? '');
  const { stored, isKnown, error } = useStoredCampaign(draft.campaign);
  const campaign = isKnown ? meantCampaign(draft, stored) : undefined;
  const understood = useUnderstood(list.list, draft, campaign);
  const edit = <Key extends keyof CampaignFile>(key: Key, value: CampaignFile[Key] | undefined) =>
    change({ edits: withEdit(draft.edits, stored, key, value) });
  const file = { ...stored, ...draft.edits };
  const body = campaign === undefined ? undefined : checkBody(draft, campaign);
  const isReady = understood.data !== undefined && understood.data.problem === null;
  return (
    <>
      <Section title="What was understood">
        <UnderstoodView
          understood={understood}
          draft={draft}
          file={file}
          change={change}
          edit={edit}
        />
      </Section>
      <Section
        title="Campaign"
        note={<CampaignNote id={draft.campaign} isNew={isKnown && stored === undefined} />}
      >
        <Failure error={error} />
        <CampaignForm
          draft={draft}
          stored={stored}
          isKnown={isKnown}
          file={file}
          change={change}
          edit={edit}
        />
      </Section>
      <Section title="Who is called, and when">
        <CheckView list={list} body={isReady ? body : undefined} draft={draft} change={change} />
      </Section>
      <Section title="As they would be spoken" note="the first calls of the list">
        <SampleCalls calls={understood.data?.calls ?? []} />
      </Section>
      <Section title="How it goes out">
        <div className="stack">
          <PaceForm draft={draft} file={file} change={change} edit={edit} />
          {body === undefined || !isReady ? (
            <Notice kind="note">{WHAT_IS_MISSING}</Notice>
          ) : (
            <LoadButton list={list} body={body} file={file} change={change} />
          )}
        </div>
      </Section>
    </>
  );
}

const WHAT_IS_MISSING =
  'It can be loaded once the list is understood and a campaign with a line is named above.';

function CampaignNote({ id, isNew }: { readonly id: string; readonly isNew: boolean }) {
  if (id === '') return 'whose lines and texts are used';
  return isNew ? `${id} is a new one` : null;
}
