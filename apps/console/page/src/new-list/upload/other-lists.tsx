import type { ListJson } from '@libby-dialer/http-api';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { Notice } from '../../kit/frame/notice.tsx';
import { When } from '../../kit/words/when.tsx';
import { asking } from '../../live/queries.ts';
import { workText } from './list-words.ts';

const REFRESH_MS = 5000;

/** Others who have uploaded what seems to be the same list, and what they do with it. */
export function OtherLists({ list: { list: own, name, bytes } }: { readonly list: ListJson }) {
  const { data } = useQuery({ ...asking('GET /lists', {}), refetchInterval: REFRESH_MS });
  const others = (data?.lists ?? []).filter(
    (other) => other.list !== own && other.name === name && other.bytes === bytes && isLoad(other),
  );
  return others.map((other) => (
    <Notice key={other.list} kind="note" title="The same list seems to be loaded by another:">
      {other.by} uploaded it <When at={other.uploadedAt} />, and it is{' '}
      <Link to="/new-list/$list" params={{ list: other.list }}>
        {workText(other)}
      </Link>
      . Within one campaign nobody is called twice; in another campaign they are.
    </Notice>
  ));
}

function isLoad({ work }: ListJson): boolean {
  return work?.kind === 'load' && work.state !== 'failed';
}
