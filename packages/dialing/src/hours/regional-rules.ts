import type { Region } from '../zones/region.ts';
import { WEEKDAYS, type WeeklyHours } from './open-span.ts';

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
  /**
   * By the called person's clock; a weekday in none of them allows no call. Left out: the rule says
   * nothing of hours.
   */
  readonly hours?: readonly WeeklyHours[];
  readonly cap?: FrequencyCap;
}

const MONDAY_TO_FRIDAY = ['mon', 'tue', 'wed', 'thu', 'fri'] as const;
const MONDAY_TO_SATURDAY = [...MONDAY_TO_FRIDAY, 'sat'] as const;
/** Countries of their own to the numbering plan, as Puerto Rico is. */
const US_TERRITORIES = ['AS', 'GU', 'MP', 'VI'] as const;

/**
 * Not legal advice: the rules we could find, and laws change. Where nothing stricter was found than
 * the rule of the country, `NO_STRICTER_RULE` says so; what stands in neither is not thereby free.
 *
 * Each row is taken in its strictest sense. Exceptions (prior consent, an existing customer, a
 * charity) are not made, and caps "on the same subject" count every call. An agent makes these
 * calls, so what a law says of automatic dialing and of artificial voices counts as well. Where
 * sources differ, the stricter one stands here; "uncertain" marks what may be too strict. A
 * law that forbids automated calls altogether, and rules for one trade, are not known here.
 *
 * To add a row, cite the section that says it; a test keeps the table sane. Public holidays are not
 * known here: docs/rules/calling-hours.md lists where no call is allowed on them.
 */
export const REGIONAL_RULES: readonly RegionalRule[] = [
  { region: 'US', citation: '47 CFR 64.1200(c)(1)', hours: daily('08:00', '21:00') },
  ...US_TERRITORIES.map((region) => ({
    region,
    citation: '47 CFR 64.1200(c)(1); 47 U.S.C. 153(58)',
    hours: daily('08:00', '21:00'),
  })),
  { region: 'PR', citation: '10 L.P.R.A. 4033 (Act 210 of 2003)', hours: daily('09:00', '21:00') },
  {
    region: 'US-AL', // uncertain: whether that commission can bind other callers than utilities
    citation: 'Ala. Admin. Code r. 770-X-5-.17(1)(b), (2)(b)',
    hours: [{ from: '08:00', to: '20:00', days: MONDAY_TO_SATURDAY }],
  },
  // Of automatic dialing; other calls are under the federal rule.
  { region: 'US-CA', citation: 'Cal. Pub. Util. Code 2872(c)', hours: daily('09:00', '21:00') },
  {
    region: 'US-CT',
    citation: 'Conn. Gen. Stat. 42-288a(c)',
    hours: daily('09:00', '20:00'),
  },
  {
    region: 'US-FL',
    citation: 'Fla. Stat. 501.616(6)',
    hours: daily('08:00', '20:00'),
    cap: { calls: 3, hours: 24 },
  },
  // Of automatic dialing; others from 08:00 (815 ILCS 413/15(a)).
  { region: 'US-IL', citation: '815 ILCS 305/15(a)', hours: daily('09:00', '21:00') },
  // Of automatic dialing; uncertain: cited by others, the section itself could not be read.
  { region: 'US-IN', citation: 'Ind. Code 24-5-14-8', hours: daily('09:00', '20:00') },
  { region: 'US-KY', citation: 'KRS 367.46955(16)', hours: daily('10:00', '21:00') },
  {
    region: 'US-LA',
    citation: 'La. R.S. 45:811; LPSC General Order R-29617, V(A)(2)',
    hours: [{ from: '08:00', to: '20:00', days: MONDAY_TO_SATURDAY }],
  },
  { region: 'US-MA', citation: '201 CMR 12.02(2)', hours: daily('08:00', '20:00') },
  {
    region: 'US-MD',
    citation: 'Md. Code, Com. Law 14-4502(c)',
    hours: daily('08:00', '20:00'),
    cap: { calls: 3, hours: 24 },
  },
  {
    region: 'US-ME', // of automatic dialing; a live call is under the federal rule
    citation: '10 M.R.S. 1498(3)',
    hours: [{ from: '09:00', to: '17:00', days: MONDAY_TO_FRIDAY }],
    cap: { calls: 1, hours: 8 },
  },
  // Uncertain: that section forbids harassment, and a sales call may be none.
  { region: 'US-MI', citation: 'Mich. Comp. Laws 750.540e(1)(f)', hours: daily('09:00', '21:00') },
  { region: 'US-MN', citation: 'Minn. Stat. 325E.30', hours: daily('09:00', '21:00') },
  {
    region: 'US-MS',
    citation: 'Miss. Code 77-3-723',
    hours: [{ from: '08:00', to: '20:00', days: MONDAY_TO_SATURDAY }],
  },
  {
    region: 'US-NE', // of automatic dialing; the Sunday is uncertain: the statute has no shorter one
    citation: 'Neb. Rev. Stat. 86-248(1)(a); 291 Neb. Admin. Code, ch. 11, 003',
    hours: [
      { from: '08:00', to: '21:00', days: MONDAY_TO_SATURDAY },
      { from: '13:00', to: '21:00', days: ['sun'] },
    ],
  },
  { region: 'US-NM', citation: 'N.M. Stat. 57-12-22(B)(5)', hours: daily('09:00', '21:00') },
  // An older text of NRS 597.814, on automatic dialing, ends at 21:00 only.
  { region: 'US-NV', citation: 'Nev. Rev. Stat. 598.0918(3)', hours: daily('09:00', '20:00') },
  {
    region: 'US-OK',
    citation: '15 O.S. 775C.4',
    hours: daily('08:00', '20:00'),
    cap: { calls: 3, hours: 24 },
  },
  {
    region: 'US-OR', // since 2026
    citation: 'ORS 646.563(1)(b) (HB 3865 of 2025)',
    hours: daily('08:00', '20:00'),
    cap: { calls: 3, hours: 24 },
  },
  {
    region: 'US-PA', // since October 2026; before, 08:00 to 21:00 every day
    citation: '73 P.S. 2245(a)(1) (Act 47 of 2026)',
    hours: [{ from: '09:00', to: '19:00', days: MONDAY_TO_SATURDAY }],
  },
  {
    region: 'US-RI',
    citation: 'R.I. Gen. Laws 5-61-2(2), 5-61-3.6',
    hours: [
      { from: '09:00', to: '18:00', days: MONDAY_TO_FRIDAY },
      { from: '10:00', to: '17:00', days: ['sat'] },
    ],
  },
  // Of automatic dialing; uncertain: Cahaly v. LaRosa, 796 F.3d 399, let little of it stand. Others
  // until 21:00 (37-21-30).
  { region: 'US-SC', citation: 'S.C. Code 16-17-446(C)(3)', hours: daily('08:00', '19:00') },
  {
    region: 'US-SD', // Saturday is uncertain: automatic dialing on "weekdays", others but Sundays
    citation: 'S.D. Codified Laws 37-30-28, 37-30A-3(2)',
    hours: [{ from: '09:00', to: '21:00', days: MONDAY_TO_FRIDAY }],
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
    region: 'US-UT',
    citation: 'Utah Code 13-25a-103(3)',
    hours: [{ from: '08:00', to: '21:00', days: MONDAY_TO_SATURDAY }],
  },
  { region: 'US-WA', citation: 'RCW 19.158.040(2)', hours: daily('08:00', '20:00') },
  { region: 'US-WY', citation: 'Wyo. Stat. 40-12-302(d)', hours: daily('08:00', '20:00') },
  {
    region: 'CA',
    citation: 'CRTC Unsolicited Telecommunications Rules, Part III, s. 23',
    hours: [
      { from: '09:00', to: '21:30', days: MONDAY_TO_FRIDAY },
      { from: '10:00', to: '18:00', days: ['sat', 'sun'] },
    ],
  },
  {
    region: 'CA-BC', // its hours are the federal ones; once for the same goods or services
    citation: 'Telemarketer Licensing Regulation, B.C. Reg. 83/2005',
    cap: { calls: 1, hours: 720 }, // thirty days
  },
  {
    region: 'AU',
    citation: 'Telecommunications (Telemarketing and Research Calls) Industry Standard 2017',
    hours: [
      { from: '09:00', to: '20:00', days: MONDAY_TO_FRIDAY },
      { from: '09:00', to: '17:00', days: ['sat'] },
    ],
  },
  {
    region: 'ES',
    citation: 'Real Decreto Legislativo 1/2007, art. 96.2',
    hours: [{ from: '09:00', to: '21:00', days: MONDAY_TO_FRIDAY }],
  },
  {
    region: 'FR',
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
