import type { ListJson } from '@libby-dialer/http-api';
import { BacklogChart } from '../../kit/charts/backlog-chart.tsx';
import { Button } from '../../kit/frame/button.tsx';
import { Facts } from '../../kit/frame/facts.tsx';
import { Failure } from '../../kit/frame/failure.tsx';
import { Notice } from '../../kit/frame/notice.tsx';
import { countOf, formatCount, formatPace } from '../../kit/words/numbers.ts';
import { When } from '../../kit/words/when.tsx';
import type { ChangeDraft, CheckBody, Draft } from '../draft.ts';
import { CheckProgress } from './check-progress.tsx';
import { useListCheck } from './use-list-check.ts';
import { VerdictsTable } from './verdicts-table.tsx';

type CheckWork = Extract<NonNullable<ListJson['work']>, { kind: 'check' }>;
export type CheckResult = NonNullable<CheckWork['result']>;

interface CheckViewProps {
  readonly list: ListJson;
  /** Undefined: it cannot be checked yet. */
  readonly body: CheckBody | undefined;
  readonly draft: Draft;
  readonly change: ChangeDraft;
}

/** The verdict on every row: now, later or never; and hour by hour, by zone. */
export function CheckView({ list, body, draft, change }: CheckViewProps) {
  const check = useListCheck(list.list);
  const work = list.work?.kind === 'check' ? list.work : undefined;
  const begin = (isWhole: boolean) => {
    if (body === undefined) return;
    change({ checked: JSON.stringify(body) });
    check.mutate({ body, isWhole });
  };
  if (work?.state === 'running') return <CheckProgress list={list} work={work} />;
  const result = work?.result ?? null;
  const isChanged = result !== null && draft.checked !== JSON.stringify(body);
  return (
    <div className="stack">
      {isChanged && (
        <p role="status">
          {draft.checked === undefined
            ? 'Somebody checked it before, perhaps with other choices than these.'
            : 'This is the last check. You have changed something since: check it again.'}
        </p>
      )}
      <Button
        kind={result === null || isChanged ? 'main' : 'plain'}
        disabled={body === undefined || check.isPending}
        onClick={() => begin(false)}
      >
        {result === null ? 'Check the list' : 'Check it again'}
      </Button>
      {body === undefined && (
        <p className="soft">It can be checked once a campaign with a line is named above.</p>
      )}
      <Failure error={check.error} />
      {work?.state === 'failed' && work.problem !== null && (
        <Notice kind="alarm">{work.problem.detail}</Notice>
      )}
      {work !== undefined && result !== null && (
        <>
          {!result.isWhole && (
            <Notice
              kind="note"
              actions={<Button onClick={() => begin(true)}>Check all of it</Button>}
            >
              Only its first {countOf(result.rows, 'row')} were looked at
              {shareText(result)}.
            </Notice>
          )}
          <Verdicts list={list.list} work={work} result={result} />
        </>
      )}
    </div>
  );
}

function shareText({ share }: CheckResult): string {
  return share === null ? '' : `, about ${Math.max(1, Math.round(share * 100))} % of it`;
}

interface VerdictsProps {
  readonly list: string;
  readonly work: CheckWork;
  readonly result: CheckResult;
}

function Verdicts({ list, work, result }: VerdictsProps) {
  const { verdicts, firstAt, alreadyQueued, alreadySettled, backlog } = result;
  return (
    <>
      <Facts
        facts={[
          { name: 'now', value: formatCount(verdicts.now), note: 'their hours are open' },
          {
            name: 'later',
            value: formatCount(verdicts.at),
            note:
              firstAt === null ? (
                'none waits'
              ) : (
                <>
                  the first <When at={firstAt} />
                </>
              ),
          },
          {
            name: 'never',
            value: formatCount(verdicts.never),
            note: verdicts.never === 0 ? 'all can be called' : 'see below why',
          },
          {
            name: 'there already',
            value: formatCount(alreadyQueued + alreadySettled),
            note: 'not queued again',
          },
          { name: 'done', ...endOf(result) },
        ]}
      />
      {backlog.zones.length > 0 && (
        <>
          <h3>By zone, over the next 48 hours: open hours shaded, calls as they would go out</h3>
          <BacklogChart at={backlog.at} zones={backlog.zones} />
        </>
      )}
      <VerdictsTable list={list} checkedAt={work.startedAt} result={result} />
    </>
  );
}

const LIMITS = {
  callsPerSecond: 'by its pace',
  maxInFlight: 'by its calls in flight',
  lines: 'by its lines',
} as const;

function endOf({ estimate }: CheckResult) {
  if (estimate === null || estimate.endsAt === null) return { value: '–', note: 'not foreseeable' };
  const { endsAt, callsPerSecond, limitedBy } = estimate;
  const note =
    callsPerSecond === null || limitedBy === null
      ? 'as fast as workers go'
      : `${formatPace(callsPerSecond)} a second, ${LIMITS[limitedBy]}`;
  return { value: <When at={endsAt} />, note };
}
