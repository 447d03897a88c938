/** What a caller may do: each may also do what the one before may, but for `push`. */
export const ROLES = ['viewer', 'operator', 'admin', 'push'] as const;
export type Role = (typeof ROLES)[number];

/** The least role of a route. `anyone`: whoever is let in at all. */
export type LeastRole = Role | 'anyone';

const MAY: Record<Role, ReadonlySet<LeastRole>> = {
  push: new Set(['anyone', 'push']),
  viewer: new Set(['anyone', 'viewer']),
  operator: new Set(['anyone', 'push', 'viewer', 'operator']),
  admin: new Set(['anyone', 'push', 'viewer', 'operator', 'admin']),
};

export function mayUse(role: Role, least: LeastRole): boolean {
  return MAY[role].has(least);
}
