import { EmptyState } from '../kit/empty-state.tsx';
import { formatCount } from '../kit/numbers.ts';
import { Page } from '../kit/page.tsx';
import { useLive } from '../live/live-snapshot.ts';
import { HoldNotices } from './hold-notices.tsx';

/** Everywhere dialing has stopped, live: why, what waits there, and what to do. */
export function HoldsPage() {
  const { snapshot } = useLive();
  if (snapshot === undefined) return <Page title="Holds">{null}</Page>;
  const { holds } = snapshot;
  return (
    <Page title="Holds" state={holds.length > 0 && `${formatCount(holds.length)} in all`}>
      <HoldNotices holds={holds} />
      {holds.length === 0 && <EmptyState title="Nothing is held." />}
    </Page>
  );
}
