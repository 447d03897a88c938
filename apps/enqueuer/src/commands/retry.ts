import { Option } from '@commander-js/extra-typings';
import { CampaignArchivedError, LoadPreview } from '@libby-dialer/dial-queue';
import { isoInstant, RETRYABLE_OUTCOMES, type RetryableOutcome } from '@libby-dialer/dialing';
import { countOf, DialerError } from '@libby-dialer/runtime';
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
    .action((campaign, { outcome }) => run(retry(io, campaign, outcome)));
}

/** Queues calls with this outcome again; refused where they would only end the same way. */
async function retry(io: Io, id: string, outcome: RetryableOutcome): Promise<number> {
  return await withContext(io, async (context) => {
    const { expiresAt } = await context.campaign(id);
    const { archived, canceled } = await new LoadPreview(
      context.redis,
      context.keys,
      id,
    ).campaign();
    if (archived) throw new CampaignArchivedError(id);
    if (canceled) {
      throw new DialerError(
        'campaign_canceled',
        `Campaign ${id} is canceled; "enqueuer resume ${id}" first.`,
      );
    }
    if (expiresAt !== undefined && (await context.now()) >= expiresAt) {
      const message = `Campaign ${id} expired at ${isoInstant(expiresAt)}; give it a later expiresAt with "enqueuer campaign put" first.`;
      throw new DialerError('campaign_expired', message);
    }
    const count = await context.reopener.reopen(id, outcome);
    await print(io.stdout, `${countOf(count, 'call')} queued again.\n`);
    return 0;
  });
}
