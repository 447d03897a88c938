import { useCaller } from '../access/caller.ts';
import { LogInPage } from '../access/log-in-page.tsx';
import { Frame } from './frame.tsx';

/** The page for those whom the console knows; the others are asked who they are. */
export function Entrance() {
  const { data: caller, isPending } = useCaller();
  if (caller === null) return <LogInPage />;
  // Whether it answers at all is said by the page itself.
  return isPending ? null : <Frame />;
}
