import type { Role } from '@libby-dialer/dialing';

/** The least role of a route. `anyone`: whoever is let in; `nobody`: it takes no log-in. */
export type LeastRole = Role | 'anyone' | 'nobody';

const MAY: Record<Role, ReadonlySet<LeastRole>> = {
  push: new Set(['nobody', 'anyone', 'push']),
  viewer: new Set(['nobody', 'anyone', 'viewer']),
  operator: new Set(['nobody', 'anyone', 'push', 'viewer', 'operator']),
  admin: new Set(['nobody', 'anyone', 'push', 'viewer', 'operator', 'admin']),
};

export function mayUse(role: Role, least: LeastRole): boolean {
  return MAY[role].has(least);
}

/** Whether numbers and names of those who are called are shown; otherwise they are masked. */
export function seesPeople(role: Role): boolean {
  return role === 'operator' || role === 'admin';
}
