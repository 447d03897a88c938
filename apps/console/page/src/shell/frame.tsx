import { mayUse } from '@libby-dialer/http-api/role';
import { useQuery } from '@tanstack/react-query';
import { Link, Outlet, useRouterState } from '@tanstack/react-router';
import { useState } from 'react';
import { formatCount } from '../kit/words/numbers.ts';
import { useLive } from '../live/live-snapshot.ts';
import { asking } from '../live/queries.ts';
import './frame.css';
import { Allowed } from '../access/allowed.tsx';
import { useCaller } from '../access/caller.ts';
import { SignedIn } from '../access/signed-in.tsx';
import { Connection } from './connection.tsx';
import { NotForYou } from './nothing-here.tsx';
import { Preferences } from './preferences.tsx';
import { leastRoleAt, SECTIONS } from './sections.ts';

/** What is around every page: navigation, and whether any of it is real and live. */
export function Frame() {
  const { data: system } = useQuery(asking('GET /system', {}));
  const path = useRouterState({ select: ({ location }) => location.pathname });
  // Going somewhere closes the drawer.
  const [openAt, setOpenAt] = useState<string>();
  const isOpen = openAt === path;
  return (
    <div className="frame">
      <a className="skip" href="#main">
        To the content
      </a>
      {system?.isSimulated === true && (
        <aside className="simulated" aria-label="What these calls are">
          Simulated: no phone rings
        </aside>
      )}
      <Connection />
      <header className="frame-bar">
        <button
          type="button"
          className="drawer-button"
          aria-expanded={isOpen}
          aria-controls="navigation"
          onClick={() => setOpenAt(isOpen ? undefined : path)}
        >
          <span aria-hidden="true">{isOpen ? '✕' : '☰'}</span> Sections
        </button>
        <span className="brand">libby-dialer</span>
      </header>
      <Navigation isOpen={isOpen} />
      <Place path={path} />
    </div>
  );
}

/** What is at an address, for whom it is. */
function Place({ path }: { readonly path: string }) {
  const { data: caller } = useCaller();
  if (caller && !mayUse(caller.role, leastRoleAt(path))) return <NotForYou role={caller.role} />;
  return <Outlet />;
}

function Navigation({ isOpen }: { readonly isOpen: boolean }) {
  const { snapshot } = useLive();
  return (
    <nav
      id="navigation"
      aria-label="Sections"
      className={isOpen ? 'navigation open' : 'navigation'}
    >
      <span className="brand">libby-dialer</span>
      {SECTIONS.map((group) => (
        <ul key={group[0]?.to}>
          {group.map(({ to, title, least = 'viewer', needed }) => {
            const count = snapshot === undefined ? 0 : (needed?.(snapshot) ?? 0);
            return (
              <Allowed key={to} to={least}>
                <li>
                  <Link to={to} activeOptions={{ exact: to === '/', includeSearch: false }}>
                    {title}
                    {count > 0 && (
                      <b title={`${formatCount(count)} need a person`}>{formatCount(count)}</b>
                    )}
                  </Link>
                </li>
              </Allowed>
            );
          })}
        </ul>
      ))}
      <SignedIn />
      <Preferences />
    </nav>
  );
}
