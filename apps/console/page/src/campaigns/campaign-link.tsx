import { Link } from '@tanstack/react-router';

/** A campaign's name, which leads to its page. */
export function CampaignLink({ id }: { readonly id: string }) {
  return (
    <Link to="/campaigns/$id" params={{ id }}>
      {id}
    </Link>
  );
}
