import { Link } from '@tanstack/react-router';
import { Allowed } from '../access/allowed.tsx';
import { EmptyState } from '../kit/frame/empty-state.tsx';

/** Of a console that has just been set up. */
export function NoCampaign() {
  return (
    <EmptyState
      title="There is no campaign yet."
      action={
        <Allowed to="operator">
          <Link to="/new-list" className="button is-main">
            Load a list
          </Link>
        </Allowed>
      }
    />
  );
}
