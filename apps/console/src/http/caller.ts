import type { Role } from '@libby-dialer/dialing';
import { type LeastRole, mayUse } from '@libby-dialer/http-api';
import { HttpProblem } from './http-problem.ts';

/** By what it is known who asks. */
export type ProvedBy = 'token' | 'session' | 'proxy' | 'machine';

/** Who asks, and what they may do. */
export interface Caller {
  readonly name: string;
  readonly role: Role;
  /** Given: they may ask for these campaigns only. */
  readonly campaigns?: readonly string[] | undefined;
  readonly by: ProvedBy;
}

/** Who asks for what needs no log-in. */
export const NOBODY: Caller = { name: 'nobody', role: 'push', campaigns: [], by: 'machine' };

/** Throws `HttpProblem` (`forbidden`). @param campaign the one that the request names, if any */
export function requireRole(caller: Caller, least: LeastRole, campaign: string | undefined): void {
  if (!mayUse(caller.role, least)) {
    const detail = `${caller.name} is ${caller.role}, and this takes ${least}.`;
    throw new HttpProblem(403, 'forbidden', detail);
  }
  if (caller.campaigns === undefined || campaign === undefined) return;
  if (!caller.campaigns.includes(campaign))
    throw new HttpProblem(403, 'forbidden', `${caller.name} may not use campaign ${campaign}.`);
}
