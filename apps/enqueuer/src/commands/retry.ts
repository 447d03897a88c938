import { Option } from '@commander-js/extra-typings';
import { RETRYABLE_OUTCOMES, type RetryableOutcome } from '@libby-dialer/dialing';
import { retryCalls } from '@libby-dialer/operations';
import { countOf } from '@libby-dialer/runtime';
import { BY } from '../actor.ts';
import type { CommandLine } from '../command-line.ts';
import { type Io, print } from '../terminal/io.ts';
import { withContext } from '../with-context.ts';

const EXAMPLE = `
Example:
  enqueuer retry spring-events --outcome exhausted
`;

export function addRetryCommand({ program, io, run }: CommandLine): void {
  program
    .command('retry')
    .description('Queue calls again that provably never rang.')
    .argument('<campaign>', 'id of the campaign')
    .addOption(
      new Option('--outcome <name>', 'how they ended')
        .choices(RETRYABLE_OUTCOMES)
        .makeOptionMandatory(),
    )
    .addHelpText('after', EXAMPLE)
    .option(...BY)
    .action((campaign, { outcome, by }) => run(retry(io, campaign, outcome, by)));
}

async function retry(
  io: Io,
  campaign: string,
  outcome: RetryableOutcome,
  by: string | undefined,
): Promise<number> {
  return await withContext(
    io,
    async (context) => {
      const count = await retryCalls(context, campaign, outcome);
      await print(io.stdout, `${countOf(count, 'call')} queued again.\n`);
      return 0;
    },
    by,
  );
}
