import type { WeeklyHours } from './open-span.ts';
import type { Region } from './region.ts';

/** At most so many calls to one person in so many hours, the hours counted back from the call. */
export interface FrequencyCap {
  readonly calls: number;
  readonly hours: number;
}

/** What the law of a region allows telephone solicitations beyond nothing at all. */
export interface RegionalRule {
  readonly region: Region;
  /** Statute and section, so that anybody can look it up. */
  readonly citation: string;
  /** By the called person's clock. A weekday in none of them allows no call. Left out: the rule says nothing of hours. */
  readonly hours?: readonly WeeklyHours[];
  readonly cap?: FrequencyCap;
}

const DAILY = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const;

export const REGIONAL_RULES: readonly RegionalRule[] = [
  {
    region: 'US',
    citation: '47 CFR 64.1200(c)(1)',
    hours: [{ from: '08:00', to: '21:00', days: DAILY }],
  },
  {
    region: 'US-FL',
    // "On the same subject matter or issue": counted here whatever the subject.
    citation: 'Fla. Stat. 501.616(6)',
    hours: [{ from: '08:00', to: '20:00', days: DAILY }],
    cap: { calls: 3, hours: 24 },
  },
];
