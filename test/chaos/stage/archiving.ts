import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { ResultRecord } from '@libby-dialer/dialing';
import type { Enqueuer } from './enqueuer.ts';
import type { Stage } from './stage.ts';

/**
 * Exports a campaign's results and archives it, as often as it takes: until its calls are finished,
 * and all of what came of them is in the file. Resolves to what was exported last; undefined if it
 * is still unfinished when the run is over.
 */
export async function archiveCampaign(
  stage: Stage,
  enqueuer: Enqueuer,
  campaign: string,
  isOver: () => boolean = () => false,
): Promise<readonly ResultRecord[] | undefined> {
  const file = join(stage.folder, `${campaign}.ndjson`);
  let exported: ResultRecord[] = [];
  while (!(await isFinished(stage, campaign))) {
    if (isOver()) return undefined;
    await delay(LOOKS_EVERY_MS);
  }
  for (;;) {
    // An answer may have been lost: then it is archived, and nothing is left to export.
    if (!(await isArchived(stage, campaign))) {
      await enqueuer.insist(['results', campaign, '--format', 'ndjson', '--output', file]);
      if (await isArchived(stage, campaign)) return exported;
      const lines = (await readFile(file, 'utf8')).split('\n').filter((line) => line !== '');
      exported = lines.map((line) => JSON.parse(line) as ResultRecord);
    }
    if (await enqueuer.succeeds(['campaign', 'archive', campaign, '--with-doubts']))
      return exported;
    if (isOver() && !(await isArchived(stage, campaign))) return undefined;
  }
}

const LOOKS_EVERY_MS = 200;

async function isFinished({ status }: Stage, campaign: string): Promise<boolean> {
  return (await status.read(campaign))?.state === 'completed';
}

async function isArchived({ redis, keys }: Stage, campaign: string): Promise<boolean> {
  return (await redis.hexists(keys.campaign(campaign).state, 'archived')) === 1;
}
