import type { ArchiveAnswer, ArchiveOptions, Exports } from '@libby-dialer/dial-queue';
import { DialerError } from '@libby-dialer/runtime';
import { decide } from '../audit/decide.ts';
import { type Context, NoSuchCampaignError } from '../context.ts';

/**
 * Removes the record of a finished campaign's calls, and its results, once they are exported.
 * Throws `DialerError` (`no_such_campaign`, `unfinished`, `in_doubt`, `not_exported`).
 */
export async function archiveCampaign(
  context: Context,
  id: string,
  options: ArchiveOptions = {},
): Promise<void> {
  await context.campaign(id);
  const decision = { action: 'campaign.archive', campaign: id, details: { ...options } } as const;
  await decide(context, decision, async () => {
    const answer = await context.queue.archive.archive(id, options);
    if (answer !== 'archived') throw await notArchivedError(context, id, answer);
  });
}

async function notArchivedError(
  context: Context,
  id: string,
  answer: Exclude<ArchiveAnswer, 'archived'>,
): Promise<DialerError> {
  switch (answer) {
    case 'unknown_campaign':
      return new NoSuchCampaignError(id);
    case 'unfinished':
      return refusal(
        answer,
        id,
        `Campaign ${id} is not finished; wait until it is, or cancel it first.`,
      );
    case 'in_doubt':
      return refusal(answer, id, `Campaign ${id} has calls in doubt; resolve them first.`);
    case 'not_exported':
      return refusal(answer, id, notExported(id, await context.queue.archive.exports(id)));
  }
}

function refusal(code: string, campaign: string, sentence: string): DialerError {
  return new DialerError(code, sentence, { kind: 'conflict', about: { campaign } });
}

function notExported(id: string, { groupsBehind }: Exports): string {
  return groupsBehind.length === 0
    ? `The results of campaign ${id} are not all exported; export them first.`
    : `Not all results of campaign ${id} are read and acknowledged by ${groupsBehind.join(', ')}; wait for that, or remove a consumer group that is no longer used.`;
}
