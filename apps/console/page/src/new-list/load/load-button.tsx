import type { ListJson } from '@libby-dialer/http-api';
import { useState } from 'react';
import type { CampaignFile } from '../../campaigns/campaign-file.ts';
import { Button } from '../../kit/frame/button.tsx';
import { Failure } from '../../kit/frame/failure.tsx';
import { useListCheck } from '../check/use-list-check.ts';
import type { ChangeDraft, CheckBody } from '../draft.ts';
import { LoadDialog } from './load-dialog.tsx';

interface LoadButtonProps {
  readonly list: ListJson;
  readonly body: CheckBody;
  readonly file: Partial<CampaignFile>;
  readonly change: ChangeDraft;
}

/** Looks at what it would do as everything is chosen now, and then asks. */
export function LoadButton({ list, body, file, change }: LoadButtonProps) {
  const check = useListCheck(list.list);
  const [asked, setAsked] = useState<CheckBody>();
  const lines = [file.fromPhoneNumber ?? []].flat();
  return (
    <>
      <Button
        kind="main"
        disabled={check.isPending || list.work?.state === 'running'}
        onClick={() => {
          change({ checked: JSON.stringify(body) });
          setAsked(body);
          check.mutate({ body, isWhole: false });
        }}
      >
        Load…
      </Button>
      <Failure error={check.error} />
      {asked !== undefined && check.data !== undefined && (
        <LoadDialog
          list={list}
          body={asked}
          lines={lines}
          checkedAt={check.data.work?.startedAt}
          onClose={() => setAsked(undefined)}
        />
      )}
    </>
  );
}
