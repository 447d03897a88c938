import { WEEKDAYS, type WeeklyHours } from './open-span.ts';
import type { Region } from './region.ts';

/** At most so many calls to one person in so many hours, counted back from the call. */
export interface FrequencyCap {
  readonly calls: number;
  readonly hours: number;
}

/** When and how often the law of a region allows telephone solicitations. */
export interface RegionalRule {
  readonly region: Region;
  /** Where anybody can look it up. */
  readonly citation: string;
  /** By the called person's clock; a weekday in none of them allows no call. Left out: the rule says nothing of hours. */
  readonly hours?: readonly WeeklyHours[];
  readonly cap?: FrequencyCap;
}

const MONDAY_TO_FRIDAY = ['mon', 'tue', 'wed', 'thu', 'fri'] as const;
const MONDAY_TO_SATURDAY = [...MONDAY_TO_FRIDAY, 'sat'] as const;
/** Countries of their own to the numbering plan. */
const US_TERRITORIES = ['AS', 'GU', 'MP', 'PR', 'VI'] as const;

/**
 * A start, not legal advice: the rules we could confirm, and laws change. What is missing here is not allowed by that.
 *
 * Each row is taken in its strictest sense: exceptions (prior consent, an existing customer, a charity) are not made, caps
 * "on the same subject" count every call. To add a row, cite the section that says it; a test keeps the table sane.
 * Public holidays, on which several of these regions allow no call either, are not known here: pause campaigns on those days.
 */
export const REGIONAL_RULES: readonly RegionalRule[] = [
  { region: 'US', citation: '47 CFR 64.1200(c)(1)', hours: daily('08:00', '21:00') },
  ...US_TERRITORIES.map((region) => ({
    region,
    citation: '47 CFR 64.1200(c)(1); 47 U.S.C. 153(58)',
    hours: daily('08:00', '21:00'),
  })),
  {
    region: 'US-CT',
    citation: 'Conn. Gen. Stat. 42-288a',
    hours: daily('09:00', '20:00'),
  },
  {
    region: 'US-FL',
    citation: 'Fla. Stat. 501.616(6)',
    hours: daily('08:00', '20:00'),
    cap: { calls: 3, hours: 24 },
  },
  { region: 'US-KY', citation: 'KRS 367.46955', hours: daily('10:00', '21:00') },
  {
    region: 'US-LA', // nor on state holidays
    citation: 'La. R.S. 45:811',
    hours: [{ from: '08:00', to: '20:00', days: MONDAY_TO_SATURDAY }],
  },
  { region: 'US-MA', citation: '201 CMR 12.02(2)', hours: daily('08:00', '20:00') },
  {
    region: 'US-MD',
    citation: 'Md. Code, Com. Law 14-4501 ff. (Stop the Spam Calls Act of 2023)',
    hours: daily('08:00', '20:00'),
    cap: { calls: 3, hours: 24 },
  },
  { region: 'US-MN', citation: 'Minn. Stat. 325E.30', hours: daily('09:00', '21:00') },
  {
    region: 'US-MS',
    citation: 'Miss. Code 77-3-723',
    hours: [{ from: '08:00', to: '20:00', days: MONDAY_TO_SATURDAY }],
  },
  { region: 'US-NM', citation: 'N.M. Stat. 57-12-22(B)(5)', hours: daily('09:00', '21:00') },
  {
    region: 'US-OK',
    citation: '15 O.S. 775C.4',
    hours: daily('08:00', '20:00'),
    cap: { calls: 3, hours: 24 },
  },
  {
    region: 'US-RI', // nor on state and federal holidays
    citation: 'R.I. Gen. Laws 5-61-2(2), 5-61-3.6',
    hours: [
      { from: '09:00', to: '18:00', days: MONDAY_TO_FRIDAY },
      { from: '10:00', to: '17:00', days: ['sat'] },
    ],
  },
  {
    region: 'US-TX',
    citation: 'Tex. Bus. & Com. Code 301.051(b)(2)',
    hours: [
      { from: '09:00', to: '21:00', days: MONDAY_TO_SATURDAY },
      { from: '12:00', to: '21:00', days: ['sun'] },
    ],
  },
  {
    region: 'US-UT', // nor on legal holidays
    citation: 'Utah Code 13-25a-103(3)',
    hours: [{ from: '08:00', to: '21:00', days: MONDAY_TO_SATURDAY }],
  },
  { region: 'US-WA', citation: 'RCW 19.158.040(2)', hours: daily('08:00', '20:00') },
  {
    region: 'CA',
    citation: 'CRTC Unsolicited Telecommunications Rules, Part III, s. 23',
    hours: [
      { from: '09:00', to: '21:30', days: MONDAY_TO_FRIDAY },
      { from: '10:00', to: '18:00', days: ['sat', 'sun'] },
    ],
  },
  {
    region: 'AU', // nor on national public holidays
    citation: 'Telecommunications (Telemarketing and Research Calls) Industry Standard 2017',
    hours: [
      { from: '09:00', to: '20:00', days: MONDAY_TO_FRIDAY },
      { from: '09:00', to: '17:00', days: ['sat'] },
    ],
  },
  {
    region: 'ES', // nor on public holidays
    citation: 'Real Decreto Legislativo 1/2007, art. 96.2',
    hours: [{ from: '09:00', to: '21:00', days: MONDAY_TO_FRIDAY }],
  },
  {
    region: 'FR', // nor on public holidays
    citation: 'Code de la consommation, art. D. 223-9 (décret 2022-1313)',
    hours: [
      { from: '10:00', to: '13:00', days: MONDAY_TO_FRIDAY },
      { from: '14:00', to: '20:00', days: MONDAY_TO_FRIDAY },
    ],
    cap: { calls: 4, hours: 720 }, // thirty days
  },
];

function daily(from: string, to: string): WeeklyHours[] {
  return [{ from, to, days: WEEKDAYS }];
}
