import type { ListJson } from '@libby-dialer/http-api';
import { useMutation } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { Button } from '../../kit/frame/button.tsx';
import { Facts } from '../../kit/frame/facts.tsx';
import { Failure } from '../../kit/frame/failure.tsx';
import { Notice } from '../../kit/frame/notice.tsx';
import { Section } from '../../kit/frame/page.tsx';
import { countOf, formatCount } from '../../kit/words/numbers.ts';
import { client } from '../../live/api.ts';
import { askAgain } from '../../live/queries.ts';
import { ProgressBar } from './progress-bar.tsx';

type LoadWork = Extract<NonNullable<ListJson['work']>, { kind: 'load' }>;

interface LoadViewProps {
  readonly list: ListJson;
  readonly load: LoadWork;
  readonly onBack: () => void;
}

/** How far a load is, and what came of it. */
export function LoadView({ list, load, onBack }: LoadViewProps) {
  return load.result === null ? (
    <Running list={list} load={load} />
  ) : (
    <Done list={list} load={load} result={load.result} onBack={onBack} />
  );
}

function Running({ list, load }: Pick<LoadViewProps, 'list' | 'load'>) {
  const stop = useMutation({
    mutationFn: () => client.request('POST /lists/{list}/stop', { params: { list: list.list } }),
    onSettled: askAgain,
  });
  const { by, campaign, rows, rejected, bytesRead, bytesTotal } = load;
  return (
    <Section title={`${by} loads it into ${campaign ?? ''}`}>
      <div className="load-progress">
        <ProgressBar label="Loaded" part={bytesRead ?? 0} whole={bytesTotal} />
        <p role="status">
          {countOf(rows, 'row')} read, {formatCount(rejected)} rejected. Calls that may go out do so
          meanwhile. It goes on also if this page is closed.
        </p>
        <Button disabled={stop.isPending} onClick={() => stop.mutate()}>
          Stop
        </Button>
        <Failure error={stop.error} />
      </div>
    </Section>
  );
}

interface DoneProps extends LoadViewProps {
  readonly result: NonNullable<LoadWork['result']>;
}

function Done({ list, load, result, onBack }: DoneProps) {
  const { campaign, queued, alreadyQueued, alreadySettled, duplicates, rejected, rows } = result;
  return (
    <Section title={`Loaded into ${campaign}`} note={`by ${load.by}`}>
      <div className="load-progress">
        <Facts
          facts={[
            { name: 'queued', value: formatCount(queued), note: `of ${countOf(rows, 'row')}` },
            {
              name: 'there already',
              value: formatCount(alreadyQueued + alreadySettled),
              note: `${formatCount(alreadySettled)} of them called`,
            },
            { name: 'twice in the list', value: formatCount(duplicates), note: 'called once' },
            { name: 'rejected', value: formatCount(rejected), note: 'not called' },
          ]}
        />
        {list.hasRejects && rejected > 0 && <Rejects list={list.list} rejected={rejected} />}
        {load.warnings.map((sentence) => (
          <Notice key={sentence} kind="note">
            {sentence}
          </Notice>
        ))}
        <div className="load-next">
          <Link className="button is-main" to="/campaigns/$id" params={{ id: campaign }}>
            Watch campaign {campaign}
          </Link>
          <Button onClick={onBack}>Back to the list</Button>
        </div>
      </div>
    </Section>
  );
}

function Rejects({ list, rejected }: { readonly list: string; readonly rejected: number }) {
  return (
    <Notice
      kind="note"
      title={`${countOf(rejected, 'row')} cannot be called:`}
      actions={
        <a
          className="button"
          href={client.urlOf('GET /lists/{list}/rejects', { params: { list } })}
          download
        >
          Download them
        </a>
      }
    >
      as they were, each with its reason. Mend them there, and upload that file as a list.
    </Notice>
  );
}
