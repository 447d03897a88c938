import type { Hold } from '@libby-dialer/http-api';
import { useState } from 'react';
import { Allowed } from '../access/allowed.tsx';
import { Button } from '../kit/frame/button.tsx';
import { useLive } from '../live/live-snapshot.ts';
import { type HeldCalls, heldBy, heldText } from './held-calls.ts';
import { HoldNotice } from './hold-notice.tsx';
import { ReleaseDialog } from './release-dialog.tsx';

/** Holds with what waits behind each, and the way to lift it. */
export function HoldNotices({ holds }: { readonly holds: readonly Hold[] }) {
  const { snapshot } = useLive();
  // As it was when somebody asked: the hold leaves the list before they have read what came of it.
  const [asked, setAsked] = useState<{ readonly hold: Hold; readonly held: HeldCalls }>();
  if (snapshot === undefined)
    return holds.map((hold) => <HoldNotice key={hold.scope} {...{ hold }} />);
  return (
    <>
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
      {asked !== undefined && <ReleaseDialog {...asked} onClose={() => setAsked(undefined)} />}
    </>
  );
}
