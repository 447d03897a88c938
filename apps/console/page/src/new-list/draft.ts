import type { ApiRequest } from '@libby-dialer/http-api';
import { useState } from 'react';
import type { CampaignFile } from '../campaigns/campaign-file.ts';

export type CheckBody = Omit<ApiRequest<'POST /lists/{list}/check'>['body'], 'mostRows'>;
type Reading = Pick<CheckBody, 'sheet' | 'encoding' | 'headerRow'>;

/** How many go first, and what lets the rest follow. */
export interface Pilot {
  readonly kind: 'none' | 'person' | 'share';
  readonly calls: number;
  /** Of `share`: that many must be accepted. */
  readonly percent: number;
}

/** What somebody has chosen for a list so far. */
export interface Draft {
  /** The id of the campaign, or what is typed of it. */
  readonly campaign: string;
  /** In which it differs from the stored one; of a new campaign, all that there is. */
  readonly edits: Partial<CampaignFile>;
  readonly reading: Reading;
  readonly pilot: Pilot;
  /** Load only so many rows. */
  readonly limit?: number | undefined;
  /** What the list was last checked with, as JSON. */
  readonly checked?: string;
}

export type ChangeDraft = (change: Partial<Draft>) => void;

const NOTHING_CHOSEN: Draft = {
  campaign: '',
  edits: {},
  reading: {},
  pilot: { kind: 'person', calls: 10, percent: 80 },
};

/**
 * What is chosen for a list, kept until the window is closed.
 * @param campaign for which it was checked, by whomever
 */
export function useDraft(list: string, campaign = ''): readonly [Draft, ChangeDraft] {
  const key = `draft of ${list}`;
  const [draft, setDraft] = useState<Draft>(() => ({ ...NOTHING_CHOSEN, campaign, ...kept(key) }));
  const change: ChangeDraft = (part) =>
    setDraft((before) => {
      const next = { ...before, ...part };
      keep(key, next);
      return next;
    });
  return [draft, change];
}

function kept(key: string): Partial<Draft> {
  try {
    return JSON.parse(sessionStorage.getItem(key) ?? '{}') as Partial<Draft>;
  } catch {
    return {};
  }
}

function keep(key: string, draft: Draft): void {
  try {
    sessionStorage.setItem(key, JSON.stringify(draft));
  } catch {
    // Storage is switched off, or full: it holds until the page is left.
  }
}

/**
 * The campaign to ask with: by its id where it goes as it is stored, else in full. Undefined: it is
 * not known yet, or has no line.
 */
export function meantCampaign(
  { campaign: id, edits }: Pick<Draft, 'campaign' | 'edits'>,
  stored: CampaignFile | undefined,
): string | CampaignFile | undefined {
  if (id === '') return undefined;
  if (stored !== undefined && Object.keys(edits).length === 0) return id;
  const { fromPhoneNumber, ...rest } = { ...stored, ...edits };
  if (fromPhoneNumber === undefined || fromPhoneNumber.length === 0) return undefined;
  return { ...rest, id, fromPhoneNumber };
}

/** What a check and a load are asked with. */
export function checkBody(draft: Draft, campaign: string | CampaignFile): CheckBody {
  const { reading, pilot, limit } = draft;
  return { campaign, ...reading, canary: canaryOf(pilot), limit };
}

function canaryOf({ kind, calls, percent }: Pilot): CheckBody['canary'] {
  if (kind === 'none') return undefined;
  return kind === 'share' ? { calls, pass: percent / 100 } : { calls };
}
