import type { ArchiveAnswer, ArchiveOptions, Exports } from '@libby-dialer/dial-queue';
import { DialerError } from '@libby-dialer/runtime';
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
  const answer = await context.queue.archive.archive(id, options);
  if (answer !== 'archived') throw await notArchivedError(context, id, answer);
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
      return new DialerError(
        answer,
        `Campaign ${id} is not finished; see "enqueuer status ${id}", or cancel it first.`,
      );
    case 'in_doubt':
      return new DialerError(
        answer,
        `Campaign ${id} has calls in doubt; resolve them ("enqueuer in-doubt list ${id}"), or use --with-doubts: they then stay in doubt for ever.`,
      );
    case 'not_exported':
      return new DialerError(answer, notExported(id, await context.queue.archive.exports(id)));
  }
}

function notExported(id: string, { groupsBehind }: Exports): string {
  if (groupsBehind.length === 0) {
    return `The results of campaign ${id} are not all exported; "enqueuer results ${id} -o FILE" first.`;
  }
  return `Not all results of campaign ${id} are read and acknowledged by ${groupsBehind.join(', ')}; wait for that, or remove a consumer group that is no longer used.`;
}
