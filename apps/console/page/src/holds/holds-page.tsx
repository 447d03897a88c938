import { useState } from 'react';
import { Allowed } from '../access/allowed.tsx';
import { Button } from '../kit/frame/button.tsx';
import { EmptyState } from '../kit/frame/empty-state.tsx';
import { Page } from '../kit/frame/page.tsx';
import { formatCount } from '../kit/words/numbers.ts';
import { useLive } from '../live/live-snapshot.ts';
import { HoldNotices } from './hold-notices.tsx';
import { StopDialog } from './stop-dialog.tsx';

/** Everywhere dialing has stopped, live: why, what waits there, and what to do. */
export function HoldsPage() {
  const { snapshot } = useLive();
  const [isStopping, setIsStopping] = useState(false);
  if (snapshot === undefined) return <Page title="Holds">{null}</Page>;
  const { holds } = snapshot;
  return (
    <Page
      title="Holds"
      state={holds.length > 0 && `${formatCount(holds.length)} in all`}
      actions={
        <Allowed to="operator">
          <Button kind="danger" onClick={() => setIsStopping(true)}>
            Stop all dialing…
          </Button>
        </Allowed>
      }
    >
      <HoldNotices holds={holds} />
      {isStopping && <StopDialog onClose={() => setIsStopping(false)} />}
      {holds.length === 0 && <EmptyState title="Nothing is held." />}
    </Page>
  );
}
