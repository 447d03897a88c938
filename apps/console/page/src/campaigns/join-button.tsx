import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { Allowed } from '../access/allowed.tsx';
import { DropArea } from '../kit/fields/drop-area.tsx';
import { Field } from '../kit/fields/field.tsx';
import { Button } from '../kit/frame/button.tsx';
import { Dialog } from '../kit/frame/dialog.tsx';
import { Failure } from '../kit/frame/failure.tsx';
import { Notice } from '../kit/frame/notice.tsx';
import { countOf } from '../kit/words/numbers.ts';
import { client } from '../live/api.ts';
import { bringIn } from '../new-list/upload/upload-list.ts';
import { useList } from '../new-list/use-list.ts';

interface OfCampaign {
  readonly campaign: string;
}

/** Gives somebody their own table back, with what became of each row beside it. */
export function JoinButton({ campaign }: OfCampaign) {
  const [isOpen, setOpen] = useState(false);
  return (
    <Allowed to="operator">
      <Button onClick={() => setOpen(true)}>Your table back…</Button>
      {isOpen && <JoinDialog campaign={campaign} onClose={() => setOpen(false)} />}
    </Allowed>
  );
}

function JoinDialog({ campaign, onClose }: OfCampaign & { readonly onClose: () => void }) {
  const [sheet, setSheet] = useState('');
  const join = useMutation({
    mutationFn: async (file: File) => {
      const list = await bringIn(file);
      await client.request('POST /lists/{list}/join', {
        params: { list },
        query: { waitSeconds: 0 },
        body: { campaign, ...(sheet !== '' && { sheet }) },
      });
      return list;
    },
  });
  return (
    <Dialog
      title="Your table back"
      isHeld={join.isPending || join.data !== undefined}
      onClose={onClose}
      actions={
        <Button kind="main" onClick={onClose}>
          Close
        </Button>
      }
    >
      <p>
        Give the file that was loaded. It comes back with all of its rows in their order, and beside
        each what became of it.
      </p>
      <Field label="Sheet, if the workbook has several">
        <input className="field" value={sheet} onChange={({ target }) => setSheet(target.value)} />
      </Field>
      <DropArea note="Nobody is called by this." onFile={(file) => join.mutate(file)} />
      {join.isPending && <p className="soft">It is being uploaded.</p>}
      <Failure error={join.error} />
      {join.data !== undefined && <Joined key={join.data} list={join.data} />}
    </Dialog>
  );
}

function Joined({ list }: { readonly list: string }) {
  const { data, error } = useList(list);
  const work = data?.work;
  return (
    <div role="status">
      <Failure error={error} />
      {work?.state === 'running' && <p className="soft">The results are put beside its rows.</p>}
      {work?.state === 'failed' && <Notice kind="alarm">{work.problem?.detail}</Notice>}
      {work?.kind === 'join' && work.result !== null && (
        <Notice
          kind="note"
          title={`${countOf(work.result.rows, 'row')}:`}
          actions={
            <a
              className="button is-main"
              href={client.urlOf('GET /lists/{list}/joined', { params: { list } })}
              download
            >
              Download it
            </a>
          }
        >
          {outcomesText(work.result.outcomes)}
        </Notice>
      )}
    </div>
  );
}

function outcomesText(outcomes: Readonly<Record<string, number>>): string {
  return Object.entries(outcomes)
    .toSorted(([, one], [, other]) => other - one)
    .map(([word, count]) => `${count} ${word.replaceAll('_', ' ')}`)
    .join(', ');
}
