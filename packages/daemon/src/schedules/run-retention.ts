import type { CampaignArchive, ScheduleStore } from '@libby-dialer/dial-queue';
import type { Schedule } from '@libby-dialer/dialing';
import type { Logger } from '@libby-dialer/runtime';

/**
 * Archives the campaigns of all but the newest loaded runs. One that is unfinished or not exported
 * is tried again after the next run.
 */
export async function archiveOlderRuns(
  store: ScheduleStore,
  { name, keepRuns }: Pick<Schedule, 'name' | 'keepRuns'>,
  archive: CampaignArchive,
  logger: Logger,
): Promise<void> {
  if (keepRuns === undefined) return;
  const loaded = (await store.runs(name)).filter(({ state }) => state === 'loaded');
  for (const { local, campaign, archived = false } of loaded.slice(keepRuns)) {
    if (archived) continue;
    const answer = await archive.archive(campaign);
    if (answer === 'archived' || answer === 'unknown_campaign')
      await store.noteArchived(name, local);
    else
      logger.info(
        { schedule: name, campaign, why: answer },
        'a campaign of an older run stays for now',
      );
  }
}
