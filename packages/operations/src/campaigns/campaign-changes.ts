import { isDeepStrictEqual } from 'node:util';
import { type Campaign, isoInstant } from '@libby-dialer/dialing';

/** One setting in which two definitions of a campaign differ, as people write it. */
export interface CampaignChange {
  readonly key: string;
  /** Undefined: not set. */
  readonly before: unknown;
  readonly after: unknown;
}

export function campaignChanges(stored: Campaign, given: Campaign): CampaignChange[] {
  const before: Record<string, unknown> = campaignAsWritten(stored);
  const after: Record<string, unknown> = campaignAsWritten(given);
  const keys = new Set([...Object.keys(before), ...Object.keys(after)]);
  return [...keys]
    .filter((key) => !isDeepStrictEqual(before[key], after[key]))
    .map((key) => ({ key, before: before[key], after: after[key] }));
}

/** A campaign as its file would have it: times as people write them, defaults spelled out. */
export function campaignAsWritten({ startsAt, expiresAt, ...settings }: Campaign) {
  return {
    ...settings,
    ...(startsAt !== undefined && { startsAt: isoInstant(startsAt) }),
    ...(expiresAt !== undefined && { expiresAt: isoInstant(expiresAt) }),
  };
}
