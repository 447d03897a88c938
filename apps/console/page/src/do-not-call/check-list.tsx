import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { CountryField } from '../kit/fields/country-field.tsx';
import { DropArea } from '../kit/fields/drop-area.tsx';
import { Field } from '../kit/fields/field.tsx';
import { ActionDialog } from '../kit/frame/action-dialog.tsx';
import { Button } from '../kit/frame/button.tsx';
import { Failure } from '../kit/frame/failure.tsx';
import { Notice } from '../kit/frame/notice.tsx';
import { countOf } from '../kit/words/numbers.ts';
import { PersonText } from '../kit/words/person-text.tsx';
import { client } from '../live/api.ts';
import { ProgressBar } from '../new-list/load/progress-bar.tsx';
import { bringIn } from '../new-list/upload/upload-list.ts';
import { useList } from '../new-list/use-list.ts';
import { foundText, importedText } from './do-not-call-words.ts';

/** How long a person waits before they are told that it goes on. */
const WAIT_SECONDS = 60;

/** How the numbers of a list are read. */
interface Reading {
  readonly country?: string;
  readonly column?: string;
}

/** Takes a list, says which of its numbers are on the list, and puts all of them there if meant. */
export function CheckList() {
  const [country, setCountry] = useState('');
  const [column, setColumn] = useState('');
  const reading = { ...(country !== '' && { country }), ...(column !== '' && { column }) };
  const check = useMutation({
    mutationFn: async (file: File) => {
      const list = await bringIn(file);
      await client.request('POST /lists/{list}/do-not-call/check', {
        params: { list },
        query: { waitSeconds: 0 },
        body: reading,
      });
      return { list, reading };
    },
  });
  return (
    <div className="stack">
      <div className="form">
        <CountryField
          label="Country of numbers without a code"
          country={country}
          onChange={setCountry}
        />
        <Field label="Column of the numbers, if its heading does not tell">
          <input
            className="field"
            value={column}
            onChange={({ target }) => setColumn(target.value)}
          />
        </Field>
      </div>
      <DropArea
        note="It is only looked up: no number is put on the list before you say so."
        onFile={(file) => check.mutate(file)}
      />
      {check.isPending && <p className="soft">It is being uploaded.</p>}
      <Failure error={check.error} />
      {check.data !== undefined && <Found key={check.data.list} {...check.data} />}
    </div>
  );
}

interface FoundProps {
  readonly list: string;
  readonly reading: Reading;
}

function Found({ list, reading }: FoundProps) {
  const [isMeant, setMeant] = useState(false);
  const query = useList(list);
  const found = query.data?.work;
  return (
    <>
      <Failure error={query.error} />
      {found?.state === 'running' && (
        <>
          <ProgressBar label="Looked up" part={found.bytesRead ?? 0} whole={found.bytesTotal} />
          <p role="status" className="soft">
            {countOf(found.rows, 'row')} so far.
          </p>
        </>
      )}
      {found?.state === 'failed' && <Notice kind="alarm">{found.problem?.detail}</Notice>}
      {found?.kind === 'check_numbers' && found.result !== null && (
        <Notice
          kind="note"
          title={<PersonText text={query.data?.name ?? ''} />}
          actions={
            <>
              <a
                className="button"
                href={client.urlOf('GET /lists/{list}/do-not-call.csv', { params: { list } })}
                download
              >
                Download which
              </a>
              <Button onClick={() => setMeant(true)}>Put all of them on it…</Button>
            </>
          }
        >
          {foundText(found.result)}
        </Notice>
      )}
      {query.data !== undefined && found?.kind === 'import' && (
        <p role="status">{importedText(query.data)}</p>
      )}
      {isMeant && <ImportDialog {...{ list, reading }} onClose={() => setMeant(false)} />}
    </>
  );
}

function ImportDialog({ list, reading, onClose }: FoundProps & { readonly onClose: () => void }) {
  return (
    <ActionDialog
      title="Put all numbers of this list on the do-not-call list?"
      doIt="Put them on it"
      doing="It waits until no call to them is about to go out."
      onClose={onClose}
      action={async () => [
        importedText(
          await client.request('POST /lists/{list}/do-not-call', {
            params: { list },
            query: { waitSeconds: WAIT_SECONDS },
            body: reading,
          }),
        ),
      ]}
    >
      <p>No campaign dials them any more: what waits will end as suppressed.</p>
    </ActionDialog>
  );
}
