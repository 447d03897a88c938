import type { Region } from '../zones/region.ts';
import { REGIONAL_RULES } from './regional-rules.ts';

/** Only British Columbia was found to ask for more. */
const CRTC = 'CRTC Unsolicited Telecommunications Rules, Part III, s. 23';

/**
 * The states and provinces in which nothing stricter was found than the rule of their country, and
 * the territories in which nothing was found beside the federal one.
 */
export const NO_STRICTER_RULE = {
  asOf: '2026-11',
  /** Of each what was looked at: its own law, no stricter or without a word on hours. */
  citations: {
    'US-AK': 'Alaska Stat. 45.50.475, 45.63',
    'US-AR': 'Ark. Code 4-99-405(3)',
    'US-AZ': 'Ariz. Rev. Stat. 44-1278(B)(6)',
    'US-CO': 'Colo. Rev. Stat. 6-1-304, 6-1-904',
    'US-DC': 'D.C. Code 22-3226.08(3)',
    'US-DE': '6 Del. C. 2501A to 2510A',
    'US-GA': 'Ga. Code 46-5-23, 46-5-27',
    'US-HI': 'Haw. Rev. Stat. 481P-3(8)',
    'US-IA': 'Iowa Code, chapters 476 and 714', // some lists have 09:00, without a source
    'US-ID': 'Idaho Code 48-1001 to 48-1010',
    'US-KS': 'Kan. Stat. 50-670',
    'US-MO': 'Mo. Rev. Stat. 407.1076(5)',
    'US-MT': 'Mont. Code 30-14-1412(1)(d)',
    'US-NC': 'N.C. Gen. Stat. 75-102(f)',
    'US-ND': 'N.D. Cent. Code 51-28-05',
    'US-NH': 'N.H. Rev. Stat. 359-E',
    'US-NJ': 'N.J. Stat. 56:8-128(d)',
    'US-NY': 'N.Y. Gen. Bus. Law 399-z(2)',
    'US-OH': 'Ohio Rev. Code 4719; Ohio Admin. Code 109:4-3-11', // as in Iowa
    'US-TN': 'Tenn. Code 47-18-1502(a)(2); Tenn. Comp. R. & Regs. 1220-04-11-.02',
    'US-VA': 'Va. Code 59.1-511',
    'US-VT': '9 V.S.A. 2464 to 2464d',
    'US-WI': 'Wis. Admin. Code ATCP 127.16(3)',
    'US-WV': 'W. Va. Code 46A-6F-601(a)(4)',
    AS: '47 CFR 64.1200(c)(1)',
    GU: '5 G.C.A. 32301 to 32308',
    MP: '47 CFR 64.1200(c)(1)',
    VI: '12A V.I.C. 303, 310', // by what others say of it
    'CA-AB': CRTC,
    'CA-MB': CRTC,
    'CA-NB': CRTC,
    'CA-NL': CRTC,
    'CA-NS': CRTC,
    'CA-NT': CRTC,
    'CA-NU': CRTC,
    'CA-ON': CRTC,
    'CA-PE': CRTC,
    'CA-QC': CRTC,
    'CA-SK': CRTC,
    'CA-YT': CRTC,
  } satisfies Record<Region, string>,
} as const;

/**
 * What holds in all their states is not all that holds in one: of an unknown one too little is
 * known.
 */
const COUNTRIES_WITH_STATES: ReadonlySet<Region> = new Set(['US', 'CA']);

const CHECKED: ReadonlySet<Region> = new Set([
  ...REGIONAL_RULES.map(({ region }) => region).filter(
    (region) => !COUNTRIES_WITH_STATES.has(region),
  ),
  ...Object.keys(NO_STRICTER_RULE.citations),
]);

/** What a number belongs to that belongs to no region. */
const NO_REGION = 'no region';

/** Of the regions of a number those whose law on hours nobody has looked up for these tables. */
export function uncheckedOf(regions: readonly Region[]): readonly string[] {
  return regions.length === 0 ? [NO_REGION] : regions.filter((region) => !CHECKED.has(region));
}
