import type { ListJson } from '@libby-dialer/http-api';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { changesInWords } from '../../campaigns/change/setting-words.ts';
import { TextField, TickField } from '../../kit/fields/fields.tsx';
import { formatPhone } from '../../kit/fields/phone-number.ts';
import { Button } from '../../kit/frame/button.tsx';
import { Changes } from '../../kit/frame/changes.tsx';
import { Dialog } from '../../kit/frame/dialog.tsx';
import { Failure } from '../../kit/frame/failure.tsx';
import { countOf, formatCount } from '../../kit/words/numbers.ts';
import { When } from '../../kit/words/when.tsx';
import { client } from '../../live/api.ts';
import { asking } from '../../live/queries.ts';
import { CheckProgress } from '../check/check-progress.tsx';
import type { CheckResult } from '../check/check-view.tsx';
import { showList } from '../check/use-list-check.ts';
import type { CheckBody } from '../draft.ts';

interface LoadDialogProps {
  readonly list: ListJson;
  readonly body: CheckBody;
  readonly lines: readonly string[];
  /** When the check began that is asked by. */
  readonly checkedAt: string | undefined;
  readonly onClose: () => void;
}

/** The last question: how many calls may go out at once, typed by whoever lets them go. */
export function LoadDialog(props: LoadDialogProps) {
  const { list, body, checkedAt, onClose } = props;
  const title = `Load it into ${idOf(body)}?`;
  const { work } = list;
  if (work?.kind === 'check' && work.startedAt === checkedAt && work.result !== null)
    return <Question {...props} title={title} result={work.result} />;
  return (
    <Dialog title={title} onClose={onClose} actions={<Button onClick={onClose}>Back</Button>}>
      {work?.state === 'running' ? (
        <CheckProgress list={list} work={work} />
      ) : (
        <p role="alert">
          {work?.problem?.detail ?? 'Somebody else works on this list. Look at it again.'}
        </p>
      )}
    </Dialog>
  );
}

interface QuestionProps extends LoadDialogProps {
  readonly title: string;
  readonly result: CheckResult;
}

function Question({ list, body, lines, title, result, onClose }: QuestionProps) {
  const [typed, setTyped] = useState('');
  const [changesMeant, setChangesMeant] = useState(false);
  const [anotherListMeant, setAnotherListMeant] = useState(false);
  const load = useMutation({
    mutationFn: () =>
      client.request('POST /lists/{list}/load', {
        params: { list: list.list },
        query: { waitSeconds: 0 },
        body: { ...body, changesMeant, anotherListMeant },
      }),
    onSuccess: showList,
  });
  const atStake = result.callsAtOnce > 0 ? result.callsAtOnce : result.queued;
  const isMeant =
    typed.replaceAll(/[\s,.]/g, '') === String(atStake) &&
    (changesMeant || result.changes.length === 0) &&
    (anotherListMeant || !result.isAnotherList);
  return (
    <Dialog
      title={title}
      isHeld={load.isPending}
      onClose={onClose}
      actions={
        <>
          <Button onClick={onClose}>Back</Button>
          {result.queued > 0 && (
            <Button kind="main" disabled={!isMeant || load.isPending} onClick={() => load.mutate()}>
              Load {countOf(result.queued, 'call')}
            </Button>
          )}
        </>
      }
    >
      <Stakes body={body} lines={lines} result={result} />
      {result.changes.length > 0 && (
        <ChangedCampaign
          body={body}
          result={result}
          isTicked={changesMeant}
          onTick={setChangesMeant}
        />
      )}
      {result.isAnotherList && (
        <TickField isTicked={anotherListMeant} onChange={setAnotherListMeant}>
          It has loaded another list, and each row of this one is a call of its own: whoever is in
          both is called twice. That is meant.
        </TickField>
      )}
      {result.queued > 0 && (
        <TextField
          label={`Type ${atStake} to load it`}
          inputMode="numeric"
          value={typed}
          onChange={setTyped}
        />
      )}
      <Failure error={load.error} />
    </Dialog>
  );
}

/** What happens once it is loaded. */
function Stakes({ body, lines, result }: Pick<QuestionProps, 'body' | 'lines' | 'result'>) {
  const { data: system } = useQuery(asking('GET /system', {}));
  const { queued, callsAtOnce, verdicts, firstAt, pending, isWhole } = result;
  const more = isWhole ? '' : ' or more';
  if (queued === 0)
    return <p>Nothing in it is new: whatever can be called is in the campaign already.</p>;
  return (
    <>
      {system !== undefined && (
        <p>
          {system.isSimulated ? 'Simulated: no phone rings.' : 'These calls are real: phones ring.'}
        </p>
      )}
      <p>
        <b>
          {countOf(callsAtOnce, 'call')}
          {more} can go out at once
        </b>{' '}
        from {lines.map(formatPhone).join(', ')}, of {formatCount(queued)}
        {more} that are queued. {canaryText(body, queued)}
      </p>
      {verdicts.at > 0 && firstAt !== null && (
        <p>
          {formatCount(verdicts.at)} wait for their hours, the first until <When at={firstAt} />.
        </p>
      )}
      {pending > 0 && (
        <p>
          {countOf(pending, 'call')} of {idOf(body)} {pending === 1 ? 'waits' : 'wait'} already.
        </p>
      )}
    </>
  );
}

function canaryText({ canary }: CheckBody, queued: number): string {
  if (canary === undefined || canary.calls >= queued) return '';
  const first = `${formatCount(canary.calls)} ${canary.calls === 1 ? 'goes' : 'go'} first;`;
  if (canary.pass === undefined) return `${first} the rest waits until you release it.`;
  return `${first} the rest follows once ${Math.round(canary.pass * 100)} % of them are accepted.`;
}

interface ChangedCampaignProps extends Pick<QuestionProps, 'body' | 'result'> {
  readonly isTicked: boolean;
  readonly onTick: (isTicked: boolean) => void;
}

function ChangedCampaign({ body, result, isTicked, onTick }: ChangedCampaignProps) {
  const { changes, pending } = result;
  return (
    <>
      <p>Campaign {idOf(body)} is there already, and is changed:</p>
      <Changes changes={changesInWords(changes)} />
      <TickField isTicked={isTicked} onChange={onTick}>
        {pending === 0
          ? 'Change it.'
          : `Change it, also for ${countOf(pending, 'call')} that ${pending === 1 ? 'waits' : 'wait'}.`}
      </TickField>
    </>
  );
}

function idOf({ campaign }: CheckBody): string {
  return typeof campaign === 'string' ? campaign : campaign.id;
}
