import type { ListJson } from '@libby-dialer/http-api';
import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { DropArea } from '../kit/fields/drop-area.tsx';
import { Button } from '../kit/frame/button.tsx';
import { Failure } from '../kit/frame/failure.tsx';
import { Notice } from '../kit/frame/notice.tsx';
import { Page, Section } from '../kit/frame/page.tsx';
import { PersonText } from '../kit/words/person-text.tsx';
import { When } from '../kit/words/when.tsx';
import { asking } from '../live/queries.ts';
import { workText } from './upload/list-words.ts';
import { ListsTable } from './upload/lists-table.tsx';
import { UploadView } from './upload/upload-view.tsx';

const REFRESH_MS = 5000;

/** Where a list is brought, and those that were. */
export function NewListPage() {
  const [asked, setAsked] = useState<File>();
  const [file, setFile] = useState<File>();
  const query = useQuery({ ...asking('GET /lists', {}), refetchInterval: REFRESH_MS });
  const { data, error } = query;
  const lists = data?.lists ?? [];
  const take = async (given: File) => {
    // What is shown may be seconds old, or not there yet.
    const { data: newest } = await query.refetch();
    if (sameIn(newest?.lists ?? [], given)) setAsked(given);
    else setFile(given);
  };
  const same = asked && sameIn(lists, asked);
  return (
    <Page title="New list">
      {file === undefined ? (
        <DropArea note="Nobody is called before you say so." onFile={(given) => void take(given)} />
      ) : (
        <UploadView key={file.name} file={file} onEnd={() => setFile(undefined)} />
      )}
      {same !== undefined && asked !== undefined && (
        <SameList
          list={same}
          onAnyway={() => {
            setFile(asked);
            setAsked(undefined);
          }}
          onClose={() => setAsked(undefined)}
        />
      )}
      <Failure error={error} />
      <Section title="Recent uploads" note="kept for a day; what was loaded from them stays">
        <ListsTable lists={lists} isKnown={data !== undefined} />
      </Section>
    </Page>
  );
}

function sameIn(lists: readonly ListJson[], { name, size }: File): ListJson | undefined {
  return lists.find((list) => list.name === name && list.bytes === size);
}

interface SameListProps {
  readonly list: ListJson;
  readonly onAnyway: () => void;
  readonly onClose: () => void;
}

/** Two people, or one twice, with one list. */
function SameList({ list, onAnyway, onClose }: SameListProps) {
  const navigate = useNavigate();
  const open = () => void navigate({ to: '/new-list/$list', params: { list: list.list } });
  return (
    <Notice
      kind="note"
      title="This list seems to be here already:"
      actions={
        <>
          <Button kind="main" onClick={open}>
            Go on with that one
          </Button>
          <Button onClick={onAnyway}>Upload it all the same</Button>
          <Button onClick={onClose}>Back</Button>
        </>
      }
    >
      <PersonText text={list.name} /> of the same size was uploaded by {list.by}{' '}
      <When at={list.uploadedAt} /> ({workText(list)}). Loading a list twice into one campaign calls
      nobody twice.
    </Notice>
  );
}
