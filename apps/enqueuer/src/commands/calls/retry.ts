import { Option } from '@commander-js/extra-typings';
import { RETRYABLE_OUTCOMES, type RetryableOutcome } from '@libby-dialer/dialing';
import { retryCalls } from '@libby-dialer/operations';
import { countOf } from '@libby-dialer/runtime';
import { BY } from '../../actor.ts';
import type { CommandLine } from '../../command-line.ts';
import { type Io, print } from '../../terminal/io.ts';
import { withContext } from '../../with-context.ts';

const EXAMPLE = `
Example:
  enqueuer retry spring-events --outcome exhausted
`;

interface RetryOptions {
  readonly outcome: RetryableOutcome;
  readonly call?: string[] | undefined;
  readonly by?: string | undefined;
}

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
    .option('--call <id...>', 'only these of them')
    .addHelpText('after', EXAMPLE)
    .option(...BY)
    .action((campaign, options) => run(retry(io, campaign, options)));
}

async function retry(
  io: Io,
  campaign: string,
  { outcome, call, by }: RetryOptions,
): Promise<number> {
  return await withContext(
    io,
    async (context) => {
      const count = await retryCalls(context, campaign, outcome, call);
      await print(io.stdout, `${countOf(count, 'call')} queued again.\n`);
      return 0;
    },
    by,
  );
}
