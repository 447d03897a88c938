import { EmptyState } from '../kit/empty-state.tsx';

/** Of a console that has just been set up. */
export function NoCampaign() {
  return (
    <EmptyState title="There is no campaign yet.">
      Load a list with <code>./bin/enqueuer load LIST --campaign FILE</code>, and it shows here.
    </EmptyState>
  );
}
