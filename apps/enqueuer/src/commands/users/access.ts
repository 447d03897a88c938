import { Option } from '@commander-js/extra-typings';
import { ROLES, type Role } from '@libby-dialer/dialing';
import {
  type AccessRequest,
  type AddedAccess,
  accessJson,
  addAccess,
  listAccess,
  removeAccess,
} from '@libby-dialer/operations';
import { BY } from '../../actor.ts';
import type { CommandLine } from '../../command-line.ts';
import { type Io, print } from '../../terminal/io.ts';
import { formatTable, printFitted } from '../../terminal/table.ts';
import { withContext } from '../../with-context.ts';

interface AddOptions {
  readonly role: Role;
  readonly campaign?: string[] | undefined;
  readonly sso?: boolean | undefined;
  readonly by?: string | undefined;
  readonly json?: boolean | undefined;
}

export function addAccessCommands({ program, io, run }: CommandLine): void {
  const access = program
    .command('access')
    .description('Who may use the console: its page and its HTTP API.');
  access
    .command('add')
    .description('Let somebody in. Prints their token, which is shown only this once.')
    .argument('<name>', 'who: a person or a program; 1 to 64 of letters, digits, . @ _ -')
    .addOption(
      new Option(
        '--role <role>',
        'viewer: sees all, with numbers and names masked; operator: also decides; admin: also erases, and lets others in; push: only queues calls',
      )
        .choices(ROLES)
        .makeOptionMandatory(),
    )
    .option('--campaign <id...>', 'with --role push: the campaigns it may queue calls in')
    .option('--sso', 'no token: a trusted proxy vouches for them by this name')
    .option(...BY)
    .option('--json', 'print one JSON object')
    .action((name, options) => run(add(io, name, options)));
  access
    .command('list')
    .description('Show who may use the console.')
    .option('--json', 'print one JSON object')
    .action(({ json = false }) => run(list(io, json)));
  access
    .command('remove')
    .description('Take somebody’s access away: their token and their sessions count no longer.')
    .argument('<name>', 'as "access list" shows it')
    .option(...BY)
    .action((name, { by }) => run(remove(io, name, by)));
}

async function add(
  io: Io,
  name: string,
  { role, campaign, sso, by, json = false }: AddOptions,
): Promise<number> {
  const request: AccessRequest = { name, role, campaigns: campaign, sso };
  return await withContext(
    io,
    async (context) => {
      const added = await addAccess(context, request);
      if (json) await print(io.stdout, `${JSON.stringify(addedJson(added))}\n`);
      else await printAdded(io, added);
      return 0;
    },
    by,
  );
}

/** The token alone on standard output, for whoever passes it on. */
async function printAdded(io: Io, { access: { name, role }, token }: AddedAccess): Promise<void> {
  if (token === undefined) {
    await print(io.stdout, `${name} is let in as ${role}, by the proxy.\n`);
    return;
  }
  await print(io.stderr, `${name} is let in as ${role}. The token is shown this once:\n`);
  await print(io.stdout, `${token}\n`);
}

function addedJson({ access, token }: AddedAccess) {
  return { ...accessJson(access), token: token ?? null };
}

async function list(io: Io, json: boolean): Promise<number> {
  return await withContext(io, async (context) => {
    const access = (await listAccess(context)).map(accessJson);
    if (json) await print(io.stdout, `${JSON.stringify({ access })}\n`);
    else if (access.length === 0)
      await print(io.stdout, 'Nobody is named: the console opens on its own machine alone.\n');
    else await printFitted(io.stdout, (width) => accessTable(access, width));
    return 0;
  });
}

function accessTable(access: readonly ReturnType<typeof accessJson>[], width: number): string {
  const rows = access.map(({ name, role, campaigns, sso, addedAt }) => [
    name,
    role,
    sso ? 'proxy' : 'token',
    addedAt.slice(0, 10),
    campaigns?.join(', ') ?? 'all',
  ]);
  return formatTable([['NAME', 'ROLE', 'BY', 'SINCE', 'CAMPAIGNS'], ...rows], width);
}

async function remove(io: Io, name: string, by: string | undefined): Promise<number> {
  return await withContext(
    io,
    async (context) => {
      await removeAccess(context, name);
      await print(io.stdout, `${name} has no access any more.\n`);
      return 0;
    },
    by,
  );
}
