import type { Access } from '@libby-dialer/dial-queue';
import type { Role } from '@libby-dialer/dialing';
import { DialerError } from '@libby-dialer/runtime';
import { decide } from '../audit/decide.ts';
import type { Context } from '../context.ts';

/** Who is to be let in, to do what. */
export interface AccessRequest {
  readonly name: string;
  readonly role: Role;
  /** Of `push`, and of no other: to these only. */
  readonly campaigns?: readonly string[] | undefined;
  /** They get no token: a trusted proxy says that it is them. */
  readonly sso?: boolean | undefined;
}

export interface AddedAccess {
  readonly access: Access;
  /** Kept nowhere: it can be shown now and never again. Undefined: they come by a proxy. */
  readonly token: string | undefined;
}

/**
 * Lets somebody use the HTTP API. Throws `DialerError` (`invalid_access`; `name_taken`, also where
 * it is the same once more, since nobody knows the token any longer).
 */
export async function addAccess(context: Context, request: AccessRequest): Promise<AddedAccess> {
  checkRequest(request);
  const { name, role, campaigns, sso = false } = request;
  const details = { access: name, role, ...(campaigns && { campaigns }), sso };
  const access = { name, role, campaigns, sso, addedAt: await context.now() };
  return await decide(context, { action: 'access.add', details }, async () => {
    const added = await context.queue.access.add(access);
    if (added === 'name_taken') throw nameTaken(name);
    return { access, ...added };
  });
}

/** Takes effect with their next request. Throws `DialerError` (`no_such_access`). */
export async function removeAccess(context: Context, name: string): Promise<void> {
  const all = await context.queue.access.list();
  if (!all.some((access) => access.name === name)) throw noSuchAccess(name);
  const decision = { action: 'access.remove', details: { access: name } } as const;
  await decide(context, decision, async () => {
    if (!(await context.queue.access.remove(name))) throw noSuchAccess(name);
  });
}

/** Who may use the HTTP API, by name. */
export async function listAccess({ queue }: Context): Promise<Access[]> {
  return await queue.access.list();
}

function checkRequest({ name, role, campaigns }: AccessRequest): void {
  if (!/^[\w.@-]{1,64}$/.test(name))
    throw invalid('The name must be 1 to 64 of a-z, A-Z, 0-9, and . @ _ -');
  if (role !== 'push' && campaigns !== undefined)
    throw invalid(`Only push is for chosen campaigns: ${role} is for all.`);
  if (role === 'push' && (campaigns === undefined || campaigns.length === 0))
    throw invalid('Say for which campaigns push is.');
  const wrong = campaigns?.find((id) => !/^[a-z0-9-]{1,63}$/.test(id));
  if (wrong !== undefined) throw invalid(`${wrong} can be no campaign.`);
}

function invalid(sentence: string): DialerError {
  return new DialerError('invalid_access', sentence, { kind: 'invalid' });
}

function nameTaken(name: string): DialerError {
  const sentence = `${name} is let in already; remove that first.`;
  return new DialerError('name_taken', sentence, { kind: 'conflict' });
}

function noSuchAccess(name: string): DialerError {
  return new DialerError('no_such_access', `Nobody is let in as ${name}.`, { kind: 'not_found' });
}
