import type { ListJson } from '@libby-dialer/http-api';
import { getRouteApi, Link } from '@tanstack/react-router';
import { useState } from 'react';
import { Failure } from '../../kit/frame/failure.tsx';
import { Notice } from '../../kit/frame/notice.tsx';
import { Page } from '../../kit/frame/page.tsx';
import { When } from '../../kit/words/when.tsx';
import '../new-list.css';
import { LoadView } from '../load/load-view.tsx';
import { Steps } from '../steps.tsx';
import { useList } from '../use-list.ts';
import { sayBytes, workText } from './list-words.ts';
import { OtherLists } from './other-lists.tsx';

const route = getRouteApi('/new-list/$list');

const REFRESH_MS = 5000;

/** One list, from what was understood of it to its calls being queued. */
export function ListPage() {
  const { list: id } = route.useParams();
  const { data: list, error } = useList(id, REFRESH_MS);
  return (
    <Page
      title={list?.name ?? 'New list'}
      state={list && <ListState list={list} />}
      actions={<Link to="/new-list">Another list</Link>}
    >
      <Failure error={error} />
      {list !== undefined && <ListInWork key={list.list} list={list} />}
    </Page>
  );
}

function ListState({ list }: { readonly list: ListJson }) {
  return (
    <span>
      {sayBytes(list.bytes)}, uploaded by {list.by} <When at={list.uploadedAt} />
    </span>
  );
}

/** Its steps, or how far its load is. */
function ListInWork({ list }: { readonly list: ListJson }) {
  // Of which load somebody went back to the steps.
  const [leftLoad, setLeftLoad] = useState<string>();
  const { work } = list;
  const isLoad = work?.kind === 'load' && work.startedAt !== leftLoad;
  if (isLoad && (work.state === 'running' || work.state === 'done'))
    return <LoadView list={list} load={work} onBack={() => setLeftLoad(work.startedAt)} />;
  return (
    <>
      <OtherLists list={list} />
      {isLoad && <BrokenLoad list={list} />}
      <Steps list={list} />
    </>
  );
}

/** Of what was loaded nothing is lost, and nothing comes twice. */
function BrokenLoad({ list }: { readonly list: ListJson }) {
  const problem = list.work?.problem;
  return (
    <Notice
      kind={list.work?.state === 'failed' ? 'alarm' : 'note'}
      title={`${capital(workText(list))}:`}
    >
      {list.work?.state === 'failed' && problem?.detail} Load it again, and it goes on where it
      ended: what is queued already is not queued twice.
    </Notice>
  );
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
