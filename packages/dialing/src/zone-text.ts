import { isClock } from '@libby-dialer/call-record';

/**
 * As CRMs and calendars name zones: those of North America and some capitals as Ruby on Rails lists
 * them (ActiveSupport::TimeZone), and others write them alike.
 */
const NAMES = `
  Hawaii = Pacific/Honolulu, Alaska = America/Anchorage, Arizona = America/Phoenix,
  Pacific Time (US & Canada) = America/Los_Angeles, Mountain Time (US & Canada) = America/Denver,
  Central Time (US & Canada) = America/Chicago, Eastern Time (US & Canada) = America/New_York,
  Indiana (East) = America/Indiana/Indianapolis, Saskatchewan = America/Regina,
  Atlantic Time (Canada) = America/Halifax, Newfoundland = America/St_Johns,
  Puerto Rico = America/Puerto_Rico, Mexico City = America/Mexico_City,
  London = Europe/London, Dublin = Europe/Dublin, Lisbon = Europe/Lisbon, Paris = Europe/Paris,
  Madrid = Europe/Madrid, Berlin = Europe/Berlin, Rome = Europe/Rome, Vienna = Europe/Vienna,
  Amsterdam = Europe/Amsterdam, Brussels = Europe/Brussels, Zurich = Europe/Zurich`;

/** Ids of Windows zones by the Unicode CLDR (windowsZones, territory 001), of the usual regions. */
const WINDOWS_IDS = `
  Hawaiian = Pacific/Honolulu, Alaskan = America/Anchorage, Pacific = America/Los_Angeles,
  US Mountain = America/Phoenix, Mountain = America/Denver, Central = America/Chicago,
  Canada Central = America/Regina, Eastern = America/New_York,
  US Eastern = America/Indiana/Indianapolis, Atlantic = America/Halifax,
  Newfoundland = America/St_Johns, Central America = America/Guatemala,
  SA Pacific = America/Bogota, SA Western = America/La_Paz, Pacific SA = America/Santiago,
  E. South America = America/Sao_Paulo, Argentina = America/Argentina/Buenos_Aires,
  Montevideo = America/Montevideo, Venezuela = America/Caracas, GMT = Europe/London,
  W. Europe = Europe/Berlin, Central Europe = Europe/Budapest, Romance = Europe/Paris,
  Central European = Europe/Warsaw, GTB = Europe/Bucharest, FLE = Europe/Kiev,
  Turkey = Europe/Istanbul, Israel = Asia/Jerusalem, Egypt = Africa/Cairo,
  South Africa = Africa/Johannesburg, W. Central Africa = Africa/Lagos,
  E. Africa = Africa/Nairobi, Arab = Asia/Riyadh, Arabian = Asia/Dubai, India = Asia/Calcutta,
  Pakistan = Asia/Karachi, Bangladesh = Asia/Dhaka, SE Asia = Asia/Bangkok,
  Singapore = Asia/Singapore, China = Asia/Shanghai, Taipei = Asia/Taipei, Tokyo = Asia/Tokyo,
  Korea = Asia/Seoul, W. Australia = Australia/Perth, AUS Central = Australia/Darwin,
  Cen. Australia = Australia/Adelaide, E. Australia = Australia/Brisbane,
  AUS Eastern = Australia/Sydney, Tasmania = Australia/Hobart, New Zealand = Pacific/Auckland`;

const ZONES: ReadonlyMap<string, string> = new Map([
  ...pairsIn(NAMES, ''),
  ...pairsIn(WINDOWS_IDS, ' Standard Time'),
]);

const LONGEST_NAME = 100;

/**
 * A time zone as lists name it: `America/Denver`, `america_slash_denver`, `Mountain Time (US &
 * Canada)`, also behind its offset, `Mountain Standard Time`, or a name with the IANA's in
 * brackets. Undefined for what is none of these: abbreviations such as EST and CST mean several
 * places, or none that changes its clocks.
 */
export function readZoneText(text: string): string | undefined {
  const given = text.trim();
  if (given.length > LONGEST_NAME) return undefined;
  const name = given.replace(/^\((?:GMT|UTC)[^)]*\)\s*/i, '').replaceAll('_slash_', '/');
  if (isClock(name)) return name;
  const inBrackets = /\(([A-Za-z]+\/[\w/-]+)\)$/.exec(name)?.[1];
  if (inBrackets !== undefined && isClock(inBrackets)) return inBrackets;
  return ZONES.get(lettersOf(name));
}

function pairsIn(table: string, suffix: string): [string, string][] {
  return table.split(',').map((pair) => {
    const [name = '', zone = ''] = pair.split(' = ');
    return [lettersOf(name + suffix), zone.trim()];
  });
}

function lettersOf(name: string): string {
  return name.toLowerCase().replace(/[^a-z]/g, '');
}
