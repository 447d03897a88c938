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

/**
 * Ids of Windows zones, which end with "Standard Time", by the Unicode CLDR (windowsZones.xml,
 * territory 001). Left out: bare offsets (`UTC-11`, `Dateline`), which do not say where somebody
 * is; each `Russia Time Zone` with a number, as numbers are not read; and `Samoa`, which is the
 * independent state to Windows and American Samoa, a day apart, to people in the United States.
 */
const WINDOWS_IDS = `
  Aleutian = America/Adak, Hawaiian = Pacific/Honolulu, Marquesas = Pacific/Marquesas,
  Alaskan = America/Anchorage, Pacific = America/Los_Angeles, US Mountain = America/Phoenix,
  Mountain = America/Denver, Yukon = America/Whitehorse, Central America = America/Guatemala,
  Central = America/Chicago, Easter Island = Pacific/Easter, Canada Central = America/Regina,
  SA Pacific = America/Bogota, Eastern = America/New_York, Haiti = America/Port-au-Prince,
  Cuba = America/Havana, US Eastern = America/Indiana/Indianapolis,
  Turks And Caicos = America/Grand_Turk, Paraguay = America/Asuncion, Atlantic = America/Halifax,
  Venezuela = America/Caracas, Central Brazilian = America/Cuiaba, SA Western = America/La_Paz,
  Pacific SA = America/Santiago, Newfoundland = America/St_Johns, Tocantins = America/Araguaina,
  E. South America = America/Sao_Paulo, SA Eastern = America/Cayenne,
  Argentina = America/Argentina/Buenos_Aires, Greenland = America/Nuuk,
  Montevideo = America/Montevideo, Magallanes = America/Punta_Arenas,
  Saint Pierre = America/Miquelon, Bahia = America/Bahia, Azores = Atlantic/Azores,
  Cape Verde = Atlantic/Cape_Verde, GMT = Europe/London, Greenwich = Atlantic/Reykjavik,
  Sao Tome = Africa/Sao_Tome, Morocco = Africa/Casablanca, W. Europe = Europe/Berlin,
  Central Europe = Europe/Budapest, Romance = Europe/Paris, Central European = Europe/Warsaw,
  W. Central Africa = Africa/Lagos, Jordan = Asia/Amman, GTB = Europe/Bucharest,
  Middle East = Asia/Beirut, Egypt = Africa/Cairo, E. Europe = Europe/Chisinau,
  Syria = Asia/Damascus, West Bank = Asia/Hebron, South Africa = Africa/Johannesburg,
  FLE = Europe/Kiev, Israel = Asia/Jerusalem, South Sudan = Africa/Juba,
  Kaliningrad = Europe/Kaliningrad, Sudan = Africa/Khartoum, Libya = Africa/Tripoli,
  Namibia = Africa/Windhoek, Arabic = Asia/Baghdad, Turkey = Europe/Istanbul, Arab = Asia/Riyadh,
  Belarus = Europe/Minsk, Russian = Europe/Moscow, E. Africa = Africa/Nairobi,
  Iran = Asia/Tehran, Arabian = Asia/Dubai, Astrakhan = Europe/Astrakhan, Azerbaijan = Asia/Baku,
  Mauritius = Indian/Mauritius, Saratov = Europe/Saratov, Georgian = Asia/Tbilisi,
  Volgograd = Europe/Volgograd, Caucasus = Asia/Yerevan, Afghanistan = Asia/Kabul,
  West Asia = Asia/Tashkent, Ekaterinburg = Asia/Yekaterinburg, Pakistan = Asia/Karachi,
  Qyzylorda = Asia/Qyzylorda, India = Asia/Calcutta, Sri Lanka = Asia/Colombo,
  Nepal = Asia/Katmandu, Central Asia = Asia/Bishkek, Bangladesh = Asia/Dhaka, Omsk = Asia/Omsk,
  Myanmar = Asia/Rangoon, SE Asia = Asia/Bangkok, Altai = Asia/Barnaul, W. Mongolia = Asia/Hovd,
  North Asia = Asia/Krasnoyarsk, N. Central Asia = Asia/Novosibirsk, Tomsk = Asia/Tomsk,
  China = Asia/Shanghai, North Asia East = Asia/Irkutsk, Singapore = Asia/Singapore,
  W. Australia = Australia/Perth, Taipei = Asia/Taipei, Ulaanbaatar = Asia/Ulaanbaatar,
  Aus Central W. = Australia/Eucla, Transbaikal = Asia/Chita, Tokyo = Asia/Tokyo,
  North Korea = Asia/Pyongyang, Korea = Asia/Seoul, Yakutsk = Asia/Yakutsk,
  Cen. Australia = Australia/Adelaide, AUS Central = Australia/Darwin,
  E. Australia = Australia/Brisbane, AUS Eastern = Australia/Sydney,
  West Pacific = Pacific/Port_Moresby, Tasmania = Australia/Hobart,
  Vladivostok = Asia/Vladivostok, Lord Howe = Australia/Lord_Howe,
  Bougainville = Pacific/Bougainville, Magadan = Asia/Magadan, Norfolk = Pacific/Norfolk,
  Sakhalin = Asia/Sakhalin, Central Pacific = Pacific/Guadalcanal,
  New Zealand = Pacific/Auckland, Fiji = Pacific/Fiji, Chatham Islands = Pacific/Chatham,
  Tonga = Pacific/Tongatapu, Line Islands = Pacific/Kiritimati`;

/** Those that end with "Standard Time (Mexico)". */
const WINDOWS_IDS_OF_MEXICO = `
  Pacific = America/Tijuana, Mountain = America/Mazatlan, Central = America/Mexico_City,
  Eastern = America/Cancun`;

/** By the letters of their names, in lower case. */
export const ZONES: ReadonlyMap<string, string> = new Map([
  ...pairsIn(NAMES, ''),
  ...pairsIn(WINDOWS_IDS, ' Standard Time'),
  ...pairsIn(WINDOWS_IDS_OF_MEXICO, ' Standard Time (Mexico)'),
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
