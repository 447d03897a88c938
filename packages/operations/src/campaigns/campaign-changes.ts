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
  return changesBetween(campaignAsWritten(stored), campaignAsWritten(given));
}

/** The keys whose values differ, or that only one of both has. */
export function changesBetween(
  before: Readonly<Record<string, unknown>>,
  after: Readonly<Record<string, unknown>>,
): CampaignChange[] {
  const keys = new Set([...Object.keys(before), ...Object.keys(after)]);
  return [...keys]
    .filter((key) => !isDeepStrictEqual(before[key], after[key]))
    .map((key) => ({ key, before: before[key], after: after[key] }));
}

/** How much of a value tells what was changed; a text may be long. */
const KEPT_LENGTH = 300;

/** The changes as the audit keeps them. */
export function changesToKeep(changes: readonly CampaignChange[]): object[] {
  return changes.map(({ key, before, after }) => ({
    key,
    before: shortened(before),
    after: shortened(after),
  }));
}

function shortened(value: unknown): unknown {
  const text = JSON.stringify(value) ?? '';
  return text.length <= KEPT_LENGTH ? value : `${text.slice(0, KEPT_LENGTH)}…`;
}

/** A campaign as its file would have it: times as people write them, defaults spelled out. */
export function campaignAsWritten({ startsAt, expiresAt, ...settings }: Campaign) {
  return {
    ...settings,
    ...(startsAt !== undefined && { startsAt: isoInstant(startsAt) }),
    ...(expiresAt !== undefined && { expiresAt: isoInstant(expiresAt) }),
  };
}
