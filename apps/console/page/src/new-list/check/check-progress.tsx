import type { ListJson } from '@libby-dialer/http-api';
import { useMutation } from '@tanstack/react-query';
import { Button } from '../../kit/frame/button.tsx';
import { countOf } from '../../kit/words/numbers.ts';
import { client } from '../../live/api.ts';
import { ProgressBar } from '../load/progress-bar.tsx';
import { showList } from './use-list-check.ts';

interface CheckProgressProps {
  readonly list: ListJson;
  readonly work: NonNullable<ListJson['work']>;
}

/** How far a check is. */
export function CheckProgress({ list, work }: CheckProgressProps) {
  const stop = useMutation({
    mutationFn: () => client.request('POST /lists/{list}/stop', { params: { list: list.list } }),
    onSuccess: showList,
  });
  return (
    <div className="stack">
      <ProgressBar label="Checked" part={work.bytesRead ?? 0} whole={work.bytesTotal} />
      <p role="status" className="soft">
        {countOf(work.rows, 'row')} looked at. Nothing is queued by it.
      </p>
      <Button disabled={stop.isPending} onClick={() => stop.mutate()}>
        Stop
      </Button>
    </div>
  );
}
