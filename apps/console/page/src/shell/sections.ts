import type { Snapshot } from '@libby-dialer/http-api';
import type { LeastRole } from '@libby-dialer/http-api/role';
import { needsPerson } from '../holds/hold-words.ts';

/** An entry of the navigation. */
interface SectionLink {
  readonly to:
    | '/'
    | '/campaigns'
    | '/new-list'
    | '/in-doubt'
    | '/holds'
    | '/people'
    | '/do-not-call'
    | '/schedules'
    | '/intake'
    | '/audit'
    | '/access'
    | '/system';
  readonly title: string;
  /** Who finds anything there; left out: everybody. */
  readonly least?: LeastRole;
  /** How many wait there for a person. */
  readonly needed?: (snapshot: Snapshot) => number;
}

/** In groups: what goes on, what a person decides, how it is fed and kept. */
export const SECTIONS: readonly (readonly SectionLink[])[] = [
  [
    { to: '/', title: 'Overview' },
    { to: '/campaigns', title: 'Campaigns' },
    { to: '/new-list', title: 'New list', least: 'operator' },
  ],
  [
    { to: '/in-doubt', title: 'In doubt', needed: ({ inDoubt }) => inDoubt },
    { to: '/holds', title: 'Holds', needed: ({ holds }) => holds.filter(needsPerson).length },
    { to: '/people', title: 'People' },
    { to: '/do-not-call', title: 'Do not call', least: 'operator' },
  ],
  [
    { to: '/schedules', title: 'Schedules' },
    { to: '/intake', title: 'Intake' },
  ],
  [
    { to: '/audit', title: 'Audit', least: 'operator' },
    { to: '/access', title: 'Access', least: 'admin' },
    { to: '/system', title: 'System' },
  ],
];

/** Who finds anything at an address. */
export function leastRoleAt(path: string): LeastRole {
  const section = SECTIONS.flat().find(({ to }) => path === to || path.startsWith(`${to}/`));
  return section?.least ?? 'viewer';
}
