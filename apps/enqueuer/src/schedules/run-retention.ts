import type { Schedule, ScheduleStore } from '@libby-dialer/dial-queue';
import type { Logger } from '@libby-dialer/runtime';

/** Where finished campaigns go. Answers `archived`, or why not: it refuses what is unfinished or not exported. */
export interface CampaignArchiver {
  archive(campaign: string): Promise<string>;
}

/** Hands the campaigns of all but the newest loaded runs to the archive. What it refuses is offered again after the next run. */
export async function archiveOlderRuns(
  store: ScheduleStore,
  { name, keepRuns }: Schedule,
  archiver: CampaignArchiver,
  logger: Logger,
): Promise<void> {
  if (keepRuns === undefined) return;
  const loaded = (await store.runs(name)).filter(({ state }) => state === 'loaded');
  for (const { local, campaign, archived = false } of loaded.slice(keepRuns)) {
    if (archived) continue;
    const answer = await archiver.archive(campaign);
    if (answer === 'archived') await store.noteArchived(name, local);
    else logger.info({ schedule: name, campaign, why: answer }, 'a campaign of an older run stays for now');
  }
}
