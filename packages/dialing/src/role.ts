/**
 * What somebody may do over HTTP: each role may also do what the one before it may. `push` stands
 * apart: it hands in calls for its campaigns, and sees nothing.
 */
export const ROLES = ['viewer', 'operator', 'admin', 'push'] as const;
export type Role = (typeof ROLES)[number];
