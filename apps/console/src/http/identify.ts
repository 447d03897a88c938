import { userInfo } from 'node:os';
import type { Access, AccessStore } from '@libby-dialer/dial-queue';
import { DialerError, isLoopback } from '@libby-dialer/runtime';
import type { Caller, ProvedBy } from './caller.ts';
import { HttpProblem } from './http-problem.ts';
import { sessionIn } from './session-cookie.ts';
import type { TrustedProxies } from './trusted-proxies.ts';

/**
 * Tells who asks; undefined: nobody who is let in.
 * @param address where the connection comes from
 */
export type Identify = (request: Request, address: string) => Promise<Caller | undefined>;

interface IdentifyOptions {
  readonly access: AccessStore;
  /** Where the server listens. */
  readonly host: string;
  readonly proxies: TrustedProxies;
}

/**
 * Whoever asks is known by a token, by whom a trusted proxy names, or by a session. As long as
 * nobody is let in by name, whoever can reach the loopback address is taken for the user that this
 * program runs as. Throws `DialerError` (`access_undefined`) where nobody is, and it listens
 * elsewhere.
 */
export async function openIdentify({ access, host, proxies }: IdentifyOptions): Promise<Identify> {
  const mayOpen = isLoopback(`http://${hostInUrl(host)}`) && !proxies.areNamed;
  if (!mayOpen && !(await access.isDefined())) throw accessUndefined(host);
  const local = mayOpen ? localUser(access) : async () => undefined;
  return async (request, address) => {
    const token = bearerToken(request.headers);
    if (token !== undefined) return callerOf(await access.ofToken(token), 'token');
    const user = proxies.userIn(request.headers, address);
    const sso = user === undefined ? undefined : await access.ofSso(user);
    if (sso !== undefined) return callerOf(sso, 'proxy');
    const session = sessionIn(request.headers);
    if (session !== undefined) {
      const loggedIn = await access.ofSession(session);
      if (loggedIn !== undefined) return callerOf(loggedIn, 'session');
    }
    return await local(request);
  };
}

function accessUndefined(host: string): DialerError {
  const message = `Nobody is let in yet, and the console would be reached from elsewhere by ${host}: let somebody in first (enqueuer access add), or listen on 127.0.0.1 with no proxy named.`;
  return new DialerError('access_undefined', message, { kind: 'invalid' });
}

function callerOf(access: Access | undefined, by: ProvedBy): Caller | undefined {
  if (access === undefined) return undefined;
  const { name, role, campaigns } = access;
  return { name, role, campaigns, by };
}

function bearerToken(headers: Headers): string | undefined {
  return /^Bearer +(\S+)$/i.exec(headers.get('authorization') ?? '')?.[1];
}

/** Once somebody is let in by name, it stays closed to others until the program starts again. */
function localUser(access: AccessStore): (request: Request) => Promise<Caller | undefined> {
  const caller: Caller = { name: userInfo().username, role: 'admin', by: 'machine' };
  let isClosed = false;
  return async ({ headers }) => {
    isClosed ||= await access.isDefined();
    if (isClosed) return undefined;
    requireLocal(headers);
    return caller;
  };
}

/** What a proxy adds that was not told to hide itself. */
const PROXY_HEADERS = ['forwarded', 'x-forwarded-for', 'x-real-ip', 'via'];

/**
 * No name that leads to the loopback address of somebody's machine may be used to act there (DNS
 * rebinding), and nobody who comes through a proxy is of this machine.
 */
function requireLocal(headers: Headers): void {
  const host = headers.get('host') ?? '';
  if (!URL.canParse(`http://${host}`) || !isLoopback(`http://${host}`))
    throw new HttpProblem(421, 'wrong_host', 'The header Host names no host of this machine.');
  if (PROXY_HEADERS.some((name) => headers.has(name)))
    throw new HttpProblem(
      403,
      'access_undefined',
      'This comes through a proxy, and nobody is let in yet: first let somebody in by name.',
    );
}

function hostInUrl(host: string): string {
  return host.includes(':') ? `[${host}]` : host;
}
