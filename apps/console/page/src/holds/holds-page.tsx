import type { Hold } from '@libby-dialer/http-api';
import { useState } from 'react';
import { Allowed } from '../access/allowed.tsx';
import { Button } from '../kit/button.tsx';
import { EmptyState } from '../kit/empty-state.tsx';
import { formatCount } from '../kit/numbers.ts';
import { Page } from '../kit/page.tsx';
import { useLive } from '../live/live-snapshot.ts';
import { type HeldCalls, heldBy, heldText } from './held-calls.ts';
import { HoldNotice } from './hold-notice.tsx';
import { ReleaseDialog } from './release-dialog.tsx';

/** Everywhere dialing has stopped, live: why, what waits there, and what to do. */
export function HoldsPage() {
  const { snapshot } = useLive();
  // As it was when somebody asked: the hold leaves the list before they have read what came of it.
  const [asked, setAsked] = useState<{ readonly hold: Hold; readonly held: HeldCalls }>();
  if (snapshot === undefined) return <Page title="Holds">{null}</Page>;
  const { holds } = snapshot;
  return (
    <Page title="Holds" state={holds.length > 0 && `${formatCount(holds.length)} in all`}>
      {holds.map((hold) => {
        const held = heldBy(hold, snapshot);
        return (
          <HoldNotice
            key={hold.scope}
            hold={hold}
            held={heldText(hold.scope, held)}
            actions={
              <Allowed to="operator">
                <Button onClick={() => setAsked({ hold, held })}>Release…</Button>
              </Allowed>
            }
          />
        );
      })}
      {holds.length === 0 && <EmptyState title="Nothing is held." />}
      {asked !== undefined && <ReleaseDialog {...asked} onClose={() => setAsked(undefined)} />}
    </Page>
  );
}
