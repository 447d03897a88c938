import { holdJson, listHolds, releaseHold } from '@libby-dialer/operations';
import { BY } from '../actor.ts';
import type { CommandLine } from '../command-line.ts';
import { holdTable } from '../reports/hold-report.ts';
import { type Io, print } from '../terminal/io.ts';
import { printFitted } from '../terminal/table.ts';
import { withContext } from '../with-context.ts';

export function addHoldCommands({ program, io, run }: CommandLine): void {
  const hold = program.command('hold').description('Where dialing is stopped, and why.');
  hold
    .command('list')
    .description('Show the holds that stand, and what was last seen of the trouble.')
    .option('--json', 'print one JSON object')
    .action((options) => run(list(io, options)));
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
