import { InvalidArgumentError } from '@commander-js/extra-typings';
import { type StoppedScope, stoppedScopeSchema } from '@libby-dialer/dialing';
import { addHold, holdJson, listHolds, releaseHold } from '@libby-dialer/operations';
import { countOf } from '@libby-dialer/runtime';
import { BY } from '../../actor.ts';
import type { CommandLine } from '../../command-line.ts';
import { holdTable } from '../../reports/hold-report.ts';
import { type Io, print } from '../../terminal/io.ts';
import { printFitted } from '../../terminal/table.ts';
import { withContext } from '../../with-context.ts';

export function addHoldCommands({ program, io, run }: CommandLine): void {
  const hold = program.command('hold').description('Where dialing is stopped, and why.');
  hold
    .command('list')
    .description('Show the holds that stand, and what was last seen of the trouble.')
    .option('--json', 'print one JSON object')
    .action((options) => run(list(io, options)));
  hold
    .command('add')
    .description('Stop everything, or one line, until somebody releases it.')
    .argument('<scope>', 'all, or line:<number>', stoppedScope)
    .option('--note <text>', 'why, for whoever looks at it later')
    .option(...BY)
    .action((scope, { note, by }) => run(add(io, scope, note, by)));
  hold
    .command('release')
    .description('Lift a hold: dialing goes on there at once.')
    .argument('<scope>', 'as "hold list" shows it: all, campaign:<id> or line:<number>')
    .option(...BY)
    .action((scope, { by }) => run(release(io, scope, by)));
}

async function list(io: Io, { json = false }: { json?: boolean | undefined }): Promise<number> {
  return await withContext(io, async (context) => {
    const { holds, now } = await listHolds(context);
    if (json) await print(io.stdout, `${JSON.stringify({ holds: holds.map(holdJson) })}\n`);
    else if (holds.length === 0) await print(io.stdout, 'Nothing is held.\n');
    else await printFitted(io.stdout, (width) => holdTable(holds, now, width));
    return 0;
  });
}

function stoppedScope(text: string): StoppedScope {
  const { data, error } = stoppedScopeSchema.safeParse(text);
  if (data === undefined) throw new InvalidArgumentError(`It ${error?.issues[0]?.message}.`);
  return data;
}

async function add(
  io: Io,
  scope: StoppedScope,
  note: string | undefined,
  by: string | undefined,
): Promise<number> {
  return await withContext(
    io,
    async (context) => {
      const { wentOut } = await addHold(context, scope, { note });
      await print(
        io.stdout,
        `${scope} is held; ${countOf(wentOut, 'call')} went out meanwhile. No call begins there until "enqueuer hold release ${scope}".\n`,
      );
      return 0;
    },
    by,
  );
}

async function release(io: Io, scope: string, by: string | undefined): Promise<number> {
  return await withContext(
    io,
    async (context) => {
      await releaseHold(context, scope);
      await print(io.stdout, `${scope} is released.\n`);
      return 0;
    },
    by,
  );
}
