import type { Role } from '@libby-dialer/http-api';
import { type ErrorComponentProps, Link } from '@tanstack/react-router';
import { Button } from '../kit/frame/button.tsx';
import { EmptyState } from '../kit/frame/empty-state.tsx';
import { Page } from '../kit/frame/page.tsx';
import { errorText } from '../live/api.ts';

export function NothingHere() {
  return (
    <Page title="Nothing here">
      <EmptyState title="This address leads nowhere." action={<ToOverview />} />
    </Page>
  );
}

/** Somebody has sent them the address of a page for others. */
export function NotForYou({ role }: { readonly role: Role }) {
  return (
    <Page title="Not for you">
      <EmptyState title={`This page is not for a ${role}.`} action={<ToOverview />}>
        Whoever runs the dialer can let you in as more.
      </EmptyState>
    </Page>
  );
}

function ToOverview() {
  return (
    <Link to="/" className="button">
      To the overview
    </Link>
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
