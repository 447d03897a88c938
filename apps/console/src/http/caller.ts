import { userInfo } from 'node:os';
import { type LeastRole, mayUse, type Role } from '@libby-dialer/http-api';
import { DialerError, isLoopback } from '@libby-dialer/runtime';
import { HttpProblem } from './http-problem.ts';

/** Who asks, and what they may do. */
export interface Caller {
  readonly name: string;
  readonly role: Role;
  /** Given: they may ask for these campaigns only. */
  readonly campaigns?: readonly string[] | undefined;
}

/** Tells who asks; undefined: nobody who is let in. */
export type Identify = (request: Request) => Promise<Caller | undefined>;

/**
 * Whoever can reach the loopback address is on this machine, and taken for the user this program
 * runs as. Throws `DialerError` (`access_undefined`) for any other address.
 */
export function localUser(host: string): Identify {
  if (!isLoopback(`http://${host.includes(':') ? `[${host}]` : host}`)) {
    const message = `CONSOLE_HTTP_HOST: ${host} can be reached from elsewhere, and nobody is defined who may use the console; listen on 127.0.0.1.`;
    throw new DialerError('access_undefined', message, { kind: 'invalid' });
  }
  const caller: Caller = { name: userInfo().username, role: 'admin' };
  return async () => caller;
}

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
