import { createHash } from 'node:crypto';
import type { Campaign, Schedule } from '@libby-dialer/dialing';
import { formatDuration } from '@libby-dialer/runtime';
import {
  type CampaignChange,
  campaignChanges,
  changesBetween,
} from '../campaigns/campaign-changes.ts';

const EDITION_LENGTH = 16;

/**
 * The settings in which two definitions of a schedule differ, those of its campaign as
 * `campaign.introNotes`.
 */
export function scheduleChanges(stored: Schedule, given: Schedule): CampaignChange[] {
  const ofCampaign = campaignChanges(campaignGiven(stored), campaignGiven(given));
  return [
    ...changesBetween(asWritten(stored), asWritten(given)),
    ...ofCampaign.map(({ key, before, after }) => ({ key: `campaign.${key}`, before, after })),
  ];
}

/** As people write them; what is not set is left out. */
function asWritten(schedule: Schedule): Record<string, unknown> {
  const { cron, timezone, list, format, sheet, encoding, headerRow, keepRuns, canary } = schedule;
  const { waitForListMs, expiresAfterMs } = schedule;
  const settings = {
    cron,
    timezone,
    list,
    format,
    sheet,
    encoding,
    headerRow,
    waitForList: formatDuration(waitForListMs),
    expiresAfter: expiresAfterMs && formatDuration(expiresAfterMs),
    keepRuns,
    canary,
  };
  return Object.fromEntries(Object.entries(settings).filter(([, value]) => value !== undefined));
}

/** Without what storing it adds. */
function campaignGiven({ campaign }: Schedule): Campaign {
  const { requires: _, ...given }: Campaign & { requires?: unknown } = campaign;
  return given;
}

/** Which change of a schedule is the latest; empty: there is none. */
export function scheduleEdition(stored: Schedule | undefined): string {
  if (stored === undefined) return '';
  const hash = createHash('sha256').update(JSON.stringify(stored));
  return hash.digest('base64url').slice(0, EDITION_LENGTH);
}
