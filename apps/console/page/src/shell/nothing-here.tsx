import { type ErrorComponentProps, Link } from '@tanstack/react-router';
import { Button } from '../kit/button.tsx';
import { EmptyState } from '../kit/empty-state.tsx';
import { Page } from '../kit/page.tsx';
import { errorText } from '../live/api.ts';

export function NothingHere() {
  return (
    <Page title="Nothing here">
      <EmptyState
        title="This address leads nowhere."
        action={
          <Link to="/" className="button">
            To the overview
          </Link>
        }
      />
    </Page>
  );
}

/** A mistake of ours, or a part of the page that could not be fetched. */
export function SomethingBroke({ error }: ErrorComponentProps) {
  return (
    <Page title="This cannot be shown">
      <EmptyState
        title={errorText(error)}
        action={<Button onClick={() => location.reload()}>Load the page again</Button>}
      />
    </Page>
  );
}
