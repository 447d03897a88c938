import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { textRows, workbookFile } from '@libby-dialer/call-list/testing';
import type { QueuedCall } from '@libby-dialer/dialing';
import { parse } from 'csv-parse/sync';
import { describe, expect, test } from 'vitest';
import { type CommandBench, eachTest } from '../../testing/command-bench.ts';

/**
 * Lists in the shapes in which spreadsheets, mail programs, CRMs, dialers and databases write them,
 * each small, with what must become of every row of it. What a list cannot tell for certain is not
 * dialed.
 */
interface List {
  readonly file: string;
  readonly content: string | Buffer;
  readonly campaign?: object;
  /** Options that say how it is read. */
  readonly read?: readonly string[];
  /**
   * Of each row: where, who, at which number and when; or where and why not. Of a list that is
   * refused the sentence.
   */
  readonly verdicts: readonly string[] | string;
}

const NUL = '\0';
const lines = (...rows: readonly string[]): string => `${rows.join('\n')}\n`;
const windowsLines = (...rows: readonly string[]): string =>
  rows.map((row) => `${row}\r\n`).join('');

/**
 * When a Sunday afternoon, a summer evening and winter evenings and mornings are, far enough ahead
 * to stay there.
 */
const WINTER_NIGHT = '2099-12-03T03:30:00Z';
const WINTER_MIDNIGHT = '2099-12-03T00:30:00Z';
const WINTER_MORNING = '2099-12-03T10:15:00Z';
const WINTER_NOON = '2099-12-03T17:00:00Z';
const SUNDAY = '2099-12-06T16:00:00Z';
const SUMMER_EVENING = '2099-07-09T00:30:00Z';
const SUMMER_NIGHT = '2099-07-08T02:30:00Z';
const SUMMER_LATE = '2099-07-08T01:30:00Z';

let bench: CommandBench;
eachTest((each) => {
  bench = each;
});

interface Outcome {
  readonly code: number;
  readonly verdicts: readonly string[] | string;
}

const ISO_MINUTE = 'YYYY-MM-DDTHH:MM'.length;
/** Cells of a line of the verdicts file. */
type Verdict = [line: string, verdict: string, at: string, ...string[]];
const REASON = 6;

/** Tries a list, loads it, and tells of each row what both say. */
async function outcomeOf({
  file,
  content,
  campaign = {},
  read = [],
}: Omit<List, 'verdicts'>): Promise<Outcome> {
  const path = join(bench.directory, file);
  await writeFile(path, content);
  const settings = { introNotes: 'Talk to {{name}}', defaultCountry: 'US', ...campaign };
  const argv = ['load', path, '--campaign', await bench.campaign('try', settings), ...read];
  const tried = await bench.run([...argv, '--dry-run', '--verdicts', `${path}.verdicts`]);
  const loaded = await bench.run(argv);
  expect({ code: loaded.code, refused: refusalOf(loaded.stderr) }).toEqual({
    code: tried.code,
    refused: refusalOf(tried.stderr),
  });
  if (tried.stdout === '') return { code: tried.code, verdicts: refusalOf(tried.stderr) };
  const foreseen = parse(await readFile(`${path}.verdicts`), { from_line: 2 }) as Verdict[];
  const calls = await queuedCalls();
  const verdicts = foreseen.map(([line, verdict, at, ...others]) => {
    if (verdict === 'never') return `${line} ${others[REASON - 3]}`;
    const call = calls.shift();
    return `${line} ${call?.name} ${call?.to} ${verdict === 'now' ? 'now' : at.slice(0, ISO_MINUTE)}`;
  });
  expect(calls).toEqual([]);
  return { code: tried.code, verdicts };
}

function refusalOf(stderr: string): string {
  return stderr.trim();
}

async function queuedCalls(): Promise<QueuedCall[]> {
  const queue = bench.queue.bullQueue('try');
  const calls: QueuedCall[] = [];
  for (const id of await bench.queued('try'))
    calls.push((await queue.getJob(id))?.data as QueuedCall);
  await queue.close();
  return calls;
}

const LISTS: readonly List[] = [
  {
    file: 'cr-with-lf-in-cell.csv',
    content: 'Name,Phone,Notes\rAda,+15055550123,"one\ntwo"\rBen,+15055550124,x\r',
    verdicts: 'The lines of the list end in CR alone: save it with LF or CRLF line breaks.',
  },
  {
    file: 'de-49-zero-in-brackets.csv',
    content: lines('Name,Phone', 'Ada,49(0)302312512', 'Ben,+49 (0)30 2312512'),
    campaign: { defaultCountry: 'DE' },
    verdicts: ['2 Ada +49302312512 now', '3 duplicate'],
  },
  {
    file: 'de-mobile-no-plus.csv',
    content: lines(
      'Name,Phone',
      'Ada,491713920001',
      'Ben,+49 171 3920002',
      'Cal,0171 3920003',
      'Dee,49-171-39200-04',
    ),
    campaign: { defaultCountry: 'DE' },
    verdicts: [
      '2 ambiguous_number',
      '3 Ben +491713920002 now',
      '4 Cal +491713920003 now',
      '5 ambiguous_number',
    ],
  },
  {
    file: 'directory-assistance.csv',
    content: lines('Name,Phone', 'Ada,212-555-1212', 'Ben,(505) 911-1234'),
    verdicts: ['2 unsupported_number', '3 unsupported_number'],
  },
  {
    file: 'dnc-de-no-plus.csv',
    content: lines('Name,Phone', 'Ada,+49 171 3920101'),
    campaign: { defaultCountry: 'DE' },
    verdicts: ['2 Ada +491713920101 now'],
  },
  {
    file: 'empty-rows.csv',
    content: lines(
      'Name,Phone,City',
      'Ada,+15055550123,Taos',
      ',,',
      ',,',
      'Ben,+15055550124,Taos',
      ',,',
    ),
    verdicts: ['2 Ada +15055550123 now', '5 Ben +15055550124 now'],
  },
  {
    file: 'excel-german-cp1252.csv',
    content: Buffer.from(
      windowsLines(
        'Name;Telefon;Ort',
        'Jürgen Weiß;+49 30 23125 123;Köln',
        'Ben;+49 30 23125 124;Bonn',
      ),
      'latin1',
    ),
    campaign: { defaultCountry: 'DE' },
    verdicts: ['2 bad_encoding', '3 Ben +493023125124 now'],
  },
  {
    file: 'facebook-leads.csv',
    content: Buffer.from(
      `\ufeff${windowsLines(
        'id\tcreated_time\tad_name\tplatform\tfull_name\temail\tphone_number\tzip_code\tlead_status',
        'l:1000001\t2026-11-28T10:11:12-07:00\tAd A\tfb\tAda Moss\tada@example.com\tp:+15055550123\tz:87101\tCREATED',
        'l:1000002\t2026-11-28T11:11:12-07:00\tAd A\tig\tBen Hale\tben@example.com\tp:+15055550124\tz:87102\tCREATED',
      )}`,
      'utf16le',
    ),
    verdicts: ['2 Ada Moss +15055550123 now', '3 Ben Hale +15055550124 now'],
  },
  {
    file: 'hubspot-1phone.csv',
    content: lines(
      '"Record ID","First Name","Last Name","Phone Number","Time Zone"',
      '"501","Ada","Moss","+1 505-555-0123","us_slash_mountain"',
      '"502","Ben","Hale","505-555-0124","US/Mountain"',
      '"503","Cal","Dean","505-555-0125",""',
    ),
    verdicts: [
      '2 Ada Moss +15055550123 now',
      '3 Ben Hale +15055550124 now',
      '4 Cal Dean +15055550125 now',
    ],
  },
  {
    file: 'id-jakarta-no-plus.csv',
    content: lines('Name,Phone', 'Ada,62 21 5550123', 'Ben,62812555012', 'Cal,+62 21 5550124'),
    campaign: { defaultCountry: 'ID' },
    verdicts: ['2 ambiguous_number', '3 ambiguous_number', '4 Cal +62215550124 now'],
  },
  {
    file: 'json-data-wrapper.json',
    content:
      '{"data":[{"name":"Ada","toPhoneNumber":"+15055550123"},{"name":"Ben","toPhoneNumber":"+15055550124"}],"meta":{"total":2}}',
    verdicts: 'The list is an object around an array ("data"): save that array by itself.',
  },
  {
    file: 'json-null.json',
    content:
      '[{"name":"Ada","toPhoneNumber":"+15055550123","externalId":null,"timezone":null},{"name":null,"toPhoneNumber":"+15055550124"},{"name":"Cal","toPhoneNumber":null},{"name":"Dee","toPhoneNumber":"+15055550126","formInfo":[{"City":null}]},{"name":"Eve","toPhoneNumber":"+15055550127","formInfo":null},{"name":"Fay","toPhoneNumber":"+15055550128","timezone":""}]',
    verdicts: [
      '1 Ada +15055550123 now',
      '1 missing_name',
      '1 missing_phone',
      '1 Dee +15055550126 now',
      '1 Eve +15055550127 now',
      '1 Fay +15055550128 now',
    ],
  },
  {
    file: 'json-rejects-file.csv',
    content: lines(
      'line,code,reason,record',
      '1,invalid_field,externalId: Invalid input,"{""name"":""Ada"",""toPhoneNumber"":""+15055550123"",""externalId"":""a1""}"',
    ),
    verdicts: ['2 Ada +15055550123 now'],
  },
  {
    file: 'mx-521-whatsapp.csv',
    content: lines(
      'Name,Phone',
      'Ada,+52 1 55 5555 0123',
      'Ben,5215555550124',
      'Cal,+52 55 5555 0125',
    ),
    campaign: { defaultCountry: 'MX' },
    verdicts: ['2 Ada +525555550123 now', '3 Ben +525555550124 now', '4 Cal +525555550125 now'],
  },
  {
    file: 'new-area-codes.csv',
    content: lines(
      'Name,Phone',
      'Ada,+16215550123',
      'Ben,+18615550124',
      'Cal,+16795550125',
      'Dee,+14365550126',
      'Eve,+18375550127',
      'Fay,+17295550128',
      'Gus,+14575550129',
      'Hal,+19245550130',
      'Ida,+14715550131',
      'Jo,+16245550132',
    ),
    verdicts: [
      '2 Ada +16215550123 now',
      '3 Ben +18615550124 now',
      '4 Cal +16795550125 now',
      '5 Dee +14365550126 now',
      '6 Eve +18375550127 now',
      '7 Fay +17295550128 now',
      '8 Gus +14575550129 now',
      '9 Hal +19245550130 now',
      '10 Ida +14715550131 now',
      '11 Jo +16245550132 now',
    ],
  },
  {
    file: 'nul.csv',
    content: lines('Name,Phone', 'Ada,+15055550123', `Be${NUL}n,+15055550124`, 'Cal,+15055550125'),
    verdicts: ['2 Ada +15055550123 now', '3 bad_encoding', '4 Cal +15055550125 now'],
  },
  {
    file: 'outlook-ragged.csv',
    content: windowsLines(
      'First Name,Last Name,Mobile Phone,Notes,Categories',
      'Ada,Moss,(505) 555-0123',
      'Ben,Hale,(505) 555-0124,call late',
    ),
    verdicts: ['2 Ada Moss +15055550123 now', '3 Ben Hale +15055550124 now'],
  },
  {
    file: 'ru-plus-eight.csv',
    content: lines('Name,Phone', 'Ada,+8 (495) 555-01-23', 'Ben,8 (495) 555-01-24'),
    campaign: { defaultCountry: 'RU' },
    verdicts: ['2 invalid_phone', '3 Ben +74955550124 now'],
  },
  {
    file: 'se-stockholm-no-plus.csv',
    content: lines('Name,Phone', 'Ada,46 8 123 456', 'Ben,+46 8 123 457', 'Cal,08-123 458'),
    campaign: { defaultCountry: 'SE' },
    verdicts: ['2 ambiguous_number', '3 Ben +468123457 now', '4 Cal +468123458 now'],
  },
  {
    file: 'several-in-a-cell.csv',
    content: lines(
      'Name,Phone',
      'Ada,505-555-0101; 505-555-0102',
      'Ben,505-555-0103 ::: 505-555-0104',
      'Cal,"505-555-0105, 505-555-0106"',
      'Dee,505-555-0107 / 505-555-0108',
      'Eve,505-555-0109 or 505-555-0110',
      'Fay,+15055550111 +15055550112',
    ),
    verdicts: [
      '2 invalid_phone',
      '3 invalid_phone',
      '4 invalid_phone',
      '5 invalid_phone',
      '6 invalid_phone',
      '7 invalid_phone',
    ],
  },
  {
    file: 'sql-null.csv',
    content: lines(
      'Name,Phone,Time Zone,External ID',
      'Ada,+15055550123,NULL,\\N',
      'Ben,+15055550124,\\N,NULL',
      'Cal,NULL,,',
    ),
    verdicts: ['2 Ada +15055550123 now', '3 Ben +15055550124 now', '4 missing_phone'],
  },
  {
    file: 'starts-at.csv',
    content: lines(
      'Name,Phone,Event,Starts At,Expires At',
      'Ada,+15055550123,Gala,2026-12-24T18:00:00-07:00,2027-12-31',
      'Ben,+15055550124,Gala,2026-12-24 18:00,12/31/2027',
    ),
    verdicts: ['2 invalid_field', '3 invalid_field'],
  },
  {
    file: 'state-hours-missing.csv',
    content: lines('Name,Phone', 'Ada,+12055550123'),
    campaign: { startsAt: SUNDAY, callingWindow: undefined },
    verdicts: ['2 Ada +12055550123 2099-12-07T14:00'],
  },
  {
    file: 'tab-with-commas.tsv',
    content: lines('Name\tPhone\tAddress, City, Zip', 'Ada\t+15055550123\t1 Elm, Taos, 87571'),
    verdicts: ['2 Ada +15055550123 now'],
  },
  {
    file: 'thousands-and-zeros.csv',
    content: lines(
      'Name,Phone',
      'Ada,"5,055,550,101"',
      'Ben,0000000000',
      'Cal,000-000-0000',
      'Dee,N/A',
      'Eve,none',
      'Fay,-',
      'Gus,#ERROR!',
    ),
    verdicts: [
      '2 invalid_phone',
      '3 missing_phone',
      '4 missing_phone',
      '5 missing_phone',
      '6 missing_phone',
      '7 missing_phone',
      '8 missing_phone',
    ],
  },
  {
    file: 'timezone-est.csv',
    content: lines(
      'Name,Phone,Time Zone',
      'Ada,+12125550123,EST',
      'Ben,+12125550124,America/New_York',
      'Cal,+13035550125,MST',
    ),
    campaign: { startsAt: SUMMER_LATE, callingWindow: undefined },
    verdicts: ['2 invalid_field', '3 Ben +12125550124 2099-07-08T12:00', '4 invalid_field'],
  },
  {
    file: 'timezone-pst.csv',
    content: lines(
      'Name,Phone,Time Zone',
      'Ada,+12125550123,America/New_York',
      'Ben,+12135550124,PST',
      'Cal,+12125550125,America/New_York',
    ),
    campaign: { startsAt: WINTER_NOON, callingWindow: undefined },
    verdicts: [
      '2 Ada +12125550123 2099-12-03T17:00',
      '3 invalid_field',
      '4 Cal +12125550125 2099-12-03T17:00',
    ],
  },
  {
    file: 'trailing-commas.csv',
    content: lines('Name,Phone', 'Ada,+15055550123,,', 'Ben,+15055550124,,', 'Cal,+15055550125'),
    verdicts: ['2 Ada +15055550123 now', '3 Ben +15055550124 now', '4 Cal +15055550125 now'],
  },
  {
    file: 'uri-prefixes.csv',
    content: lines(
      'Name,Phone',
      'Ada,callto:+15055550101',
      'Ben,whatsapp:+15055550102',
      'Cal,sip:+15055550103@example.com',
      'Dee,=+15055550104',
      'Eve,"""5055550105"""',
      'Fay,tel.505 555 0106',
      'Gus,tel:+15055550107',
    ),
    verdicts: [
      '2 Ada +15055550101 now',
      '3 Ben +15055550102 now',
      '4 invalid_phone',
      '5 Dee +15055550104 now',
      '6 Eve +15055550105 now',
      '7 Fay +15055550106 now',
      '8 Gus +15055550107 now',
    ],
  },
  {
    file: 'vicidial-phone-code.tsv',
    content: lines(
      'vendor_lead_code\tsource_id\tlist_id\tphone_code\tphone_number\ttitle\tfirst_name\tmiddle_initial\tlast_name\taddress1\tcity\tstate\tpostal_code\tcountry_code\tgender\tdate_of_birth\talt_phone\temail\tcomments',
      'L001\tWEB\t101\t1\t5055550123\tMs\tAda\t\tMoss\t1 Elm St\tAlbuquerque\tNM\t87101\tUSA\tF\t\t\tada@example.com\t',
      'L002\tWEB\t101\t44\t2079460123\tMr\tBen\t\tHale\t2 Oak Rd\tLondon\t\tEC1A 1BB\tGBR\tM\t\t\tben@example.com\t',
      'L003\tWEB\t101\t61\t0291100123\tMr\tCal\t\tDean\t3 Bay Ave\tSydney\tNSW\t2000\tAUS\tM\t\t\tcal@example.com\t',
    ),
    verdicts: [
      '2 Ada Moss +15055550123 now',
      '3 Ben Hale +442079460123 now',
      '4 Cal Dean +61291100123 now',
    ],
  },
  {
    file: 'zone-chihuahua.csv',
    content: lines(
      'Name,Phone',
      'Ada,+52 614 555 0123',
      'Ben,+52 625 555 0124',
      'Cal,+52 656 555 0125',
    ),
    campaign: { startsAt: WINTER_NIGHT, callingWindow: undefined },
    verdicts: [
      '2 Ada +526145550123 2099-12-03T14:00',
      '3 Ben +526255550124 2099-12-03T14:00',
      '4 Cal +526565550125 2099-12-03T03:30',
    ],
  },
  {
    file: 'zone-chile-south.csv',
    content: lines(
      'Name,Phone',
      'Ada,+56 61 255 0123',
      'Ben,+56 67 255 0124',
      'Cal,+56 9 8555 0125',
    ),
    campaign: { startsAt: SUMMER_EVENING, callingWindow: undefined },
    verdicts: [
      '2 Ada +56612550123 2099-07-09T11:00',
      '3 Ben +56672550124 2099-07-09T11:00',
      '4 Cal +56985550125 2099-07-09T14:00',
    ],
  },
  {
    file: 'zone-matamoros.csv',
    content: lines(
      'Name,Phone',
      'Ada,+52 868 555 0123',
      'Ben,+52 891 555 0124',
      'Cal,+52 897 555 0125',
      'Dee,+52 899 555 0126',
    ),
    campaign: { startsAt: SUMMER_NIGHT, callingWindow: undefined },
    verdicts: [
      '2 Ada +528685550123 2099-07-08T13:00',
      '3 Ben +528915550124 2099-07-08T14:00',
      '4 Cal +528975550125 2099-07-08T14:00',
      '5 Dee +528995550126 2099-07-08T13:00',
    ],
  },
  {
    file: 'zone-para.csv',
    content: lines(
      'Name,Phone',
      'Ada,+55 91 96555-0123',
      'Ben,+55 93 3331-0123',
      'Cal,+55 91 98555-0123',
    ),
    campaign: { startsAt: WINTER_MIDNIGHT, callingWindow: undefined },
    verdicts: [
      '2 Ada +5591965550123 2099-12-03T11:00',
      '3 Ben +559333310123 2099-12-03T11:00',
      '4 Cal +5591985550123 2099-12-03T11:00',
    ],
  },
  {
    file: 'zone-recife.csv',
    content: lines(
      'Name,Phone',
      'Ada,+55 81 99555-0123',
      'Ben,+55 81 2126-0123',
      'Cal,+55 81 3134-0123',
    ),
    campaign: { startsAt: WINTER_MORNING, callingWindow: undefined },
    verdicts: [
      '2 Ada +5581995550123 2099-12-03T11:00',
      '3 Ben +558121260123 2099-12-03T11:00',
      '4 Cal +558131340123 2099-12-03T11:00',
    ],
  },
  {
    file: 'shopify.csv',
    content: lines(
      'First Name,Last Name,Email,Default Address Country Code,Default Address Phone,Phone,Total Spent,Tags',
      `Ada,Moss,ada@example.com,US,,'+15055550123,0.00,"vip, new"`,
      'Ben,Hale,ben@example.com,US,,15055550124,0.00,',
    ),
    verdicts: ['2 Ada Moss +15055550123 now', '3 Ben Hale +15055550124 now'],
  },
  {
    file: 'google.csv',
    content: lines(
      'First Name,Last Name,Notes,Phone 1 - Label,Phone 1 - Value,Phone 2 - Label,Phone 2 - Value',
      'Ada,Moss,,Mobile,+1 505-555-0123,,',
      'Ben,Hale,,Mobile ::: Home,505-555-0124 ::: 505-555-0125,,',
    ),
    verdicts: ['2 Ada Moss +15055550123 now', '3 invalid_phone'],
  },
  {
    file: 'outlook.csv',
    content: windowsLines(
      'First Name,Last Name,Business Phone,Home Phone,Mobile Phone',
      'Ada,Moss,505-555-0121,,505-555-0123',
    ),
    verdicts: 'More than one column may be toPhoneNumber',
  },
  {
    file: 'outlook-phones-in-order.csv',
    content: windowsLines(
      'First Name,Last Name,Business Phone,Home Phone,Mobile Phone',
      'Ada,Moss,505-555-0121,,505-555-0123',
      'Ben,Hale,505-555-0124,505-555-0125,555-0126',
      'Cal,Ives,505-555-0121,505-555-0123,',
      'Dee,Pike,505-555-0126,505-555-0123,505-555-0124',
      'Eve,Noon,1,2,3',
    ),
    campaign: { columns: { toPhoneNumber: ['Mobile Phone', 'Home Phone', 'Business Phone'] } },
    verdicts: [
      '2 Ada Moss +15055550123 now',
      '3 Ben Hale +15055550125 now',
      '4 duplicate',
      '5 Dee Pike +15055550124 now',
      '6 invalid_phone',
    ],
  },
  {
    file: 'excel-scientific.csv',
    content: lines(
      'Name,Phone',
      'Ada,5.05556E+09',
      'Ben,4.92E+11',
      'Cal,"4,91714E+11"',
      'Dee,+15055550126',
    ),
    verdicts: ['2 invalid_phone', '3 invalid_phone', '4 invalid_phone', '5 Dee +15055550126 now'],
  },
  {
    file: 'excel-zero-lost-be.csv',
    content: lines('Naam,Telefoon', 'Ada,470000001', 'Ben,+32470000002', 'Cal,0470000003'),
    campaign: { defaultCountry: 'BE' },
    verdicts: ['2 Ada +32470000001 now', '3 Ben +32470000002 now', '4 Cal +32470000003 now'],
  },
  {
    file: 'unit-separator.csv',
    content: lines('Name,Phone', 'Ada,\u001f5055550123', 'Ben,\u001f+15055550124'),
    verdicts: ['2 Ada +15055550123 now', '3 Ben +15055550124 now'],
  },
  {
    file: 'sep-bom.csv',
    content: windowsLines('\ufeffsep=;', 'Name;Phone', 'Ada;+15055550123'),
    verdicts: ['3 Ada +15055550123 now'],
  },
  {
    file: 'numbers-title.csv',
    content: lines('Table 1', 'Name,Phone', 'Ada,+15055550123'),
    verdicts: 'The headings seem to stand in row 2, below a title: say --header-row 2.',
  },
  {
    file: 'total-row.csv',
    content: lines(
      'Name,Phone,Amount',
      'Ada,+15055550123,200',
      'Ben,+15055550124,300',
      'Total,,500',
      'Total,500',
    ),
    verdicts: [
      '2 Ada +15055550123 now',
      '3 Ben +15055550124 now',
      '4 missing_phone',
      '5 unsupported_number',
    ],
  },
  {
    file: 'two-headings.csv',
    content: lines('Contact,,Address,', 'Name,Phone,Street,City', 'Ada,+15055550123,1 Elm St,Taos'),
    verdicts: 'The headings seem to stand in row 2, below a title: say --header-row 2.',
  },
  {
    file: 'salesforce-report.csv',
    content: lines(
      '"First Name","Last Name","Phone","Do Not Call"',
      '"Ada","Moss","(505) 555-0123","0"',
      '"Ben","Hale","(505) 555-0124","1"',
      '',
      '',
      '"Grand Totals (2 records)"',
      '"Confidential Information - Do Not Distribute"',
    ),
    verdicts: [
      '2 Ada Moss +15055550123 now',
      '3 do_not_call',
      '6 too_few_cells',
      '7 too_few_cells',
    ],
  },
  {
    file: 'mailchimp.csv',
    content: lines(
      '"Email Address","First Name","Last Name",Address,"Phone Number",OPTIN_TIME,LATITUDE,GMTOFF,DSTOFF,TIMEZONE,CC,REGION,NOTES',
      'ada@example.com,Ada,Moss,"1 Elm St  Taos  NM  87571  US","(505) 555-0123","2026-01-02 03:04:05",36.4,-7,-6,America/denver,US,NM,',
      'ben@example.com,Ben,Hale,,"(505) 555-0124","2026-01-02 03:04:05",,,,Etc/GMT+5,US,NM,',
    ),
    verdicts: ['2 Ada Moss +15055550123 now', '3 invalid_field'],
  },
  {
    file: 'pipedrive.csv',
    content: lines(
      'Person - Name,Person - Label,Person - Phone - Work,Person - Phone - Home,Person - Email - Work',
      'Ada Moss,,+15055550123,,ada@example.com',
    ),
    verdicts: '{ toPhoneNumber: ["Person - Phone - Work", "Person - Phone - Home"] }',
  },
  {
    file: 'gohighlevel.csv',
    content: lines(
      'Contact Id,First Name,Last Name,Phone,Email,Business Name,Created,Last Activity,Tags,DND,Time Zone',
      'abc1,Ada,Moss,+15055550123,ada@example.com,,2026-11-01T10:00:00-07:00,,lead,false,America/Denver',
      'abc2,Ben,Hale,+15055550124,ben@example.com,,2026-11-01T10:00:00-07:00,,lead,true,America/Denver',
    ),
    verdicts: ['2 Ada Moss +15055550123 now', '3 do_not_call'],
  },
  {
    file: 'calendly.csv',
    content: lines(
      '"Team","Invitee Name","Invitee Email","Invitee Time Zone","Text Reminder Number","Start Date & Time","Question 1","Response 1"',
      '"","Ada Moss","ada@example.com","Mountain Time - US & Canada","+1 505-555-0123","2026-12-01 10:00 am","Phone","505-555-0123"',
    ),
    verdicts: 'No column is known to hold the phone numbers',
  },
  {
    file: 'typeform.csv',
    content: lines(
      "#,What's your name?,What's your phone number?,Submit Date (UTC)",
      "ab12,Ada,'+15055550123,2026-11-01 10:00",
    ),
    verdicts: 'No column is known to hold the phone numbers',
  },
  {
    file: 'whatsapp-group.csv',
    content: lines(
      'Country Code,Country,Phone,Formatted Phone,Saved Name',
      '1,United States,15055550123,+1 505-555-0123,Ada',
      '44,United Kingdom,442079460124,+44 20 7946 0124,Ben',
    ),
    verdicts: ['2 missing_name', '3 missing_name'],
  },
  {
    file: 'twilio-to.csv',
    content: lines('To,Name', '+15055550123,Ada'),
    verdicts: 'No column is known to hold the phone numbers',
  },
  {
    file: 'airtable.csv',
    content: lines(
      'Name,Phone,Address,Linked phones',
      'Ada,(505) 555-0123,"1 Elm St',
      'Taos, NM","+15055550123,+15055550124"',
      '"Hale, Ben",(505) 555-0124,"2 Oak Rd',
      '',
      'Taos, NM",',
    ),
    verdicts: ['2 Ada +15055550123 now', '4 Hale, Ben +15055550124 now'],
  },
  {
    file: 'linkedin-notes.csv',
    content: lines(
      'Notes:',
      '"When exporting your connection data, you may notice that some are missing, you can learn more."',
      '',
      'First Name,Last Name,Phone',
      'Ada,Moss,+15055550123',
    ),
    verdicts: 'The headings seem to stand in row 4, below a title: say --header-row 4.',
  },
  {
    file: 'contacts.vcf',
    content: windowsLines(
      'BEGIN:VCARD',
      'VERSION:3.0',
      'FN:Ada Moss',
      'TEL;TYPE=CELL:+15055550123',
      'END:VCARD',
    ),
    verdicts: 'The list holds vCards: save or export it as CSV, JSON or NDJSON in UTF-8.',
  },
  {
    file: 'html-as-xls.xls',
    content: lines(
      '<html><head><meta charset="utf-8"></head><body><table><tr><td>Name</td><td>Phone</td></tr><tr><td>Ada</td><td>+15055550123</td></tr></table></body></html>',
    ),
    verdicts: 'The list is a web page or XML: save or export it as CSV, JSON or NDJSON in UTF-8.',
  },
  {
    file: 'psql.txt',
    content: lines(
      ' name |    phone     ',
      '------+--------------',
      ' Ada  | +15055550123',
      ' Ben  | +15055550124',
      '(2 rows)',
      '',
    ),
    verdicts: [
      '2 too_few_cells',
      '3 Ada +15055550123 now',
      '4 Ben +15055550124 now',
      '5 too_few_cells',
    ],
  },
  {
    file: 'invisible.csv',
    content: lines(
      'Name,Phone',
      'Ada,\u202a+15055550123\u202c',
      'Ben,505\u00a0555\u20110124',
      'Cal,\u200b505-555-0125',
    ),
    verdicts: ['2 Ada +15055550123 now', '3 Ben +15055550124 now', '4 Cal +15055550125 now'],
  },
  {
    file: 'pandas-float.csv',
    content: lines(',Name,Phone', '0,Ada,5055550123.0', '1,Ben,15055550124.0', '2,Cal,nan'),
    verdicts: ['2 invalid_field', '3 invalid_field', '4 invalid_field'],
  },
  {
    file: 'single-quotes.csv',
    content: lines("'Name','Phone'", "'Ada','+15055550123'"),
    verdicts: ['2 invalid_phone'],
  },
  {
    file: 'same-heading-twice.csv',
    content: lines('name,phone,phone', 'Ada,+15055550121,+15055550122'),
    verdicts: 'More than one column may be toPhoneNumber',
  },
  {
    file: 'hubspot-api.json',
    content: lines(
      '{"results":[{"id":"1","properties":{"firstname":"Ada","phone":"+15055550123"}}],"paging":{"next":{"after":"2"}}}',
    ),
    verdicts: 'The list is an object around an array ("results"): save that array by itself.',
  },
  {
    file: 'phone-key.json',
    content: '[{"name":"Ada","phone":"+15055550123"}]',
    verdicts: ['1 invalid_field'],
  },
  {
    file: 'line-in-quotes.csv',
    content: lines('Name,Phone', '"Ada,+15055550123"', '"Ben,+15055550124"'),
    verdicts: ['2 too_few_cells', '3 too_few_cells'],
  },
  {
    file: 'cr-cr-lf.csv',
    content: windowsLines('Name,Phone\r', 'Ada,+15055550123\r', 'Ben,+15055550124\r'),
    verdicts: ['2 Ada +15055550123 now', '3 Ben +15055550124 now'],
  },
  {
    file: 'unicode-text.txt',
    content: Buffer.from(`\ufeff${windowsLines('Name\tPhone', 'Zoë\t+15055550123')}`, 'utf16le'),
    verdicts: ['2 Zoë +15055550123 now'],
  },
  {
    file: 'cut-at-line-break.csv',
    content: lines(
      'Name,Phone,Notes,Fax',
      'Ada,+15055550123,call',
      'late,+15055550199',
      'Ben,+15055550124,,',
    ),
    verdicts: ['2 too_few_cells', '3 too_few_cells', '4 Ben +15055550124 now'],
  },
  {
    file: 'cut-number.csv',
    content: lines('Name,Phone,Fax', 'Ada,+49 30 2312', '5125,+493023125199', 'Ben,+493023125124,'),
    campaign: { defaultCountry: 'DE' },
    verdicts: ['2 too_few_cells', '3 too_few_cells', '4 Ben +493023125124 now'],
  },
  {
    file: 'cut-last-number.csv',
    content: lines('Name,Phone', 'Ada,+49 30 2312', '5125', 'Ben,+493023125124'),
    campaign: { defaultCountry: 'DE' },
    verdicts: ['2 too_few_cells', '3 too_few_cells', '4 Ben +493023125124 now'],
  },
  {
    file: 'extension-column.csv',
    content: lines('Name,Phone,Ext', 'Ada,505-555-0123,', 'Ben,505-555-0124,12'),
    verdicts: ['2 Ada +15055550123 now', '3 invalid_phone'],
  },
  {
    file: 'area-code-column.csv',
    content: lines('Name,Area Code,Phone', 'Ada,505,555-0123', 'Ben,505,505-555-0124'),
    verdicts: ['2 invalid_phone', '3 Ben +15055550124 now'],
  },
  {
    file: 'status-columns.csv',
    content: lines(
      'Name,Phone,Status,Opt Out',
      'Ada,+15055550123,active,No',
      'Ben,+15055550124,do not call,Yes',
    ),
    verdicts: ['2 Ada +15055550123 now', '3 do_not_call'],
  },
  {
    file: 'xml.xml',
    content: lines(
      '<?xml version="1.0"?><contacts><c><name>Ada</name><phone>+15055550123</phone></c></contacts>',
    ),
    verdicts: 'The list is a web page or XML: save or export it as CSV, JSON or NDJSON in UTF-8.',
  },
  {
    file: 'trimmed-by-excel.csv',
    content: lines(
      'Name,Phone,City,Notes',
      'Ada,+15055550123,,',
      'Ben,+15055550124',
      'Cal,+15055550125',
      'Dee,+15055550126,Taos',
    ),
    verdicts: ['2 Ada +15055550123 now', '3 too_few_cells', '4 too_few_cells', '5 too_few_cells'],
  },
];

const CALLED_OR_REPEATED = /\+\d|duplicate/;

function expected(verdicts: List['verdicts']): unknown {
  if (typeof verdicts !== 'string') return { code: exitCodeFor(verdicts), verdicts };
  return { code: expect.toBeOneOf([1, 2]), verdicts: expect.stringContaining(verdicts) };
}

function exitCodeFor(verdicts: readonly string[]): number {
  return verdicts.every((verdict) => CALLED_OR_REPEATED.test(verdict)) ? 0 : 3;
}

describe('a list as people have it is read right, or not at all', () => {
  test.each(LISTS)('$file', async ({ verdicts, ...list }) => {
    expect(await outcomeOf(list)).toEqual(expected(verdicts));
  });
});

describe('what a list cannot tell, an option does', () => {
  test.each([
    ['numbers-title.csv', ['--header-row', '2'], ['3 Ada +15055550123 now']],
    ['linkedin-notes.csv', ['--header-row', '4'], ['5 Ada Moss +15055550123 now']],
    [
      'excel-german-cp1252.csv',
      ['--encoding', 'windows-1252'],
      ['2 Jürgen Weiß +493023125123 now', '3 Ben +493023125124 now'],
    ],
  ])('%s with %j', async (file, read, verdicts) => {
    const { content = '', campaign = {} } = LISTS.find((each) => each.file === file) ?? {};
    expect(await outcomeOf({ file, content, campaign, read })).toEqual(expected(verdicts));
  });
});

describe('what a list cannot tell, its campaign does', () => {
  test.each([
    [
      'google.csv',
      { toPhoneNumber: 'Phone 1 - Value' },
      ['2 Ada Moss +15055550123 now', '3 invalid_phone'],
    ],
    ['outlook.csv', { toPhoneNumber: 'Mobile Phone' }, ['2 Ada Moss +15055550123 now']],
    [
      'typeform.csv',
      { toPhoneNumber: "What's your phone number?", name: "What's your name?" },
      ['2 Ada +15055550123 now'],
    ],
    [
      'whatsapp-group.csv',
      { name: 'Saved Name' },
      ['2 Ada +15055550123 now', '3 Ben +442079460124 now'],
    ],
    [
      'starts-at.csv',
      { startsAt: null, expiresAt: null },
      ['2 Ada +15055550123 now', '3 Ben +15055550124 now'],
    ],
    [
      'gohighlevel.csv',
      { doNotCall: null },
      ['2 Ada Moss +15055550123 now', '3 Ben Hale +15055550124 now'],
    ],
    [
      'hubspot-1phone.csv',
      { timezone: null },
      ['2 Ada Moss +15055550123 now', '3 Ben Hale +15055550124 now', '4 Cal Dean +15055550125 now'],
    ],
  ])('%s with columns %j', async (file, columns, verdicts) => {
    const list = LISTS.find((each) => each.file === file);
    const outcome = await outcomeOf({
      file,
      content: list?.content ?? '',
      campaign: { ...list?.campaign, columns },
    });
    expect(outcome).toEqual(expected(verdicts));
  });
});

test('a do-not-call list whose numbers have lost their plus keeps everybody on it from being called', async () => {
  const file = await bench.file('dnc-de-no-plus.txt', '491713920101\n');
  await bench.run(['suppress', 'import', file, '--country', 'DE']);
  const list = await bench.file('list.csv', 'Name,Phone\nAda,+49 171 3920101\n');
  const campaign = await bench.campaign('try', { defaultCountry: 'DE' });
  expect(
    await bench.json(['load', list, '--campaign', campaign, '--dry-run', '--json']),
  ).toMatchObject({
    fates: [{ line: 2, fate: 'suppressed' }],
  });
});

test('a name that is no UTF-8 can be read in the rejects file, which says how to mend all of them', async () => {
  const content = Buffer.from(
    windowsLines('Name;Telefon', 'J\xfcrgen Wei\xdf;+49 30 23125 123'),
    'latin1',
  );
  await outcomeOf({ file: 'list.csv', content });
  const rejects = await readFile(join(bench.directory, 'list.csv.rejected.csv'), 'utf8');
  expect(rejects).toContain("Jürgen Weiß;'+49 30 23125 123;2;bad_encoding;");
  expect(rejects).toContain(
    'look like windows-1252. If many rows do, load the list with that encoding',
  );
  const again = { file: 'again.csv', content: rejects };
  expect((await outcomeOf(again)).verdicts).toEqual(['2 bad_encoding']);
  const mended = { file: 'mended.csv', content: rejects.replace(';bad_encoding;', ';;') };
  expect((await outcomeOf(mended)).verdicts).toEqual(['2 Jürgen Weiß +493023125123 now']);
});

test.each([
  ['with its options', true],
  ['without', false],
])(
  'the rejects of a list that was read by options are read %s as they were written',
  async (_, again) => {
    const content = Buffer.from(
      windowsLines('Mai', '', 'Name;Telefon', 'J\xfcrgen Wei\xdf;12'),
      'latin1',
    );
    const read = ['--encoding', 'windows-1252', '--header-row', '3'];
    const list = await outcomeOf({ file: 'list.csv', content, read });
    expect(list.verdicts).toEqual(['4 invalid_phone']);
    const rejects = await readFile(join(bench.directory, 'list.csv.rejected.csv'), 'utf8');
    const mended = { file: 'mended.csv', content: rejects.replace(';12;', ';+49 30 23125 123;') };
    expect((await outcomeOf({ ...mended, read: again ? read : [] })).verdicts).toEqual([
      '2 Jürgen Weiß +493023125123 now',
    ]);
  },
);

test('rows that end early side by side are called once somebody says that each is whole', async () => {
  await outcomeOf({
    file: 'list.csv',
    content: lines('Name,Phone,City,Notes', 'Ada,+15055550123', 'Ben,+15055550124'),
  });
  const rejects = await readFile(join(bench.directory, 'list.csv.rejected.csv'), 'utf8');
  expect(rejects).toContain('if it is whole, empty its cell under ""code"" in the rejects file');
  const vouched = { file: 'vouched.csv', content: rejects.replaceAll(',too_few_cells,', ',,') };
  expect((await outcomeOf(vouched)).verdicts).toEqual([
    '2 Ada +15055550123 now',
    '3 Ben +15055550124 now',
  ]);
});

test('the rejects of a JSON list, mended there, are loaded as that list would have been', async () => {
  const content =
    '[{"name":"Ada","toPhoneNumber":"+15055550123","shoeSize":44},{"name":"Ben","toPhoneNumber":"12"}]';
  await outcomeOf({ file: 'list.json', content });
  const rejects = await readFile(join(bench.directory, 'list.json.rejected.csv'), 'utf8');
  const mended = rejects.replace(',""shoeSize"":44', '').replace('""12""', '""505-555-0124""');
  expect(await outcomeOf({ file: 'mended.csv', content: mended })).toEqual({
    code: 0,
    verdicts: ['2 Ada +15055550123 now', '3 Ben +15055550124 now'],
  });
});

const PEOPLE = `${textRows([['Name', 'Phone']])}
  <row r="3"><c r="A3" t="inlineStr"><is><t>Ada</t></is></c><c r="B3"><v>15055550123</v></c></row>
  <row r="4" hidden="1"><c r="A4" t="inlineStr"><is><t>Ben</t></is></c><c r="B4"><v>1.5055550124E10</v></c></row>
  <row r="5"><c r="A5" t="inlineStr"><is><t>Cal</t></is></c><c r="B5" t="e"><f>X9</f><v>#N/A</v></c></row>`;
const NOTES = textRows([['Note'], ['call early']]);

test('a workbook calls whom the sheet shows, and its rejects file no other', async () => {
  const content = workbookFile({ sheets: [{ name: 'People', rows: PEOPLE }] });
  expect((await outcomeOf({ file: 'list.xlsx', content })).verdicts).toEqual([
    '3 Ada +15055550123 now',
    '4 skipped',
    '5 bad_cell',
  ]);
  const rejects = await readFile(join(bench.directory, 'list.xlsx.rejected.csv'), 'utf8');
  expect(rejects).toContain('Ben,15055550124,4,skipped,"The row is hidden in the sheet');
  const again = await bench.file('again.csv', rejects);
  const campaign = await bench.campaign('try', { defaultCountry: 'US' });
  expect(await bench.json(['load', again, '--campaign', campaign, '--json'])).toMatchObject({
    queued: 0,
    rejected: 2,
  });
});

test('a workbook with several sheets is loaded by the one that is named', async () => {
  const content = workbookFile({
    sheets: [
      { name: 'Notes', rows: NOTES },
      { name: 'People', rows: PEOPLE },
    ],
  });
  expect(await outcomeOf({ file: 'list.xlsx', content })).toEqual({
    code: 2,
    verdicts: 'The workbook has several sheets: say --sheet with one of "Notes", "People".',
  });
  const campaign = await bench.campaign('try', { defaultCountry: 'US', dedupeBy: 'row' });
  const argv = ['load', join(bench.directory, 'list.xlsx'), '--campaign', campaign, '--json'];
  expect(await bench.json([...argv, '--sheet', 'People'])).toMatchObject({
    queued: 1,
    rejected: 2,
  });
  const file = join(bench.directory, 'list.xlsx');
  const listed = ['suppress', 'import', file, '--country', 'US', '--sheet', 'People', '--json'];
  expect(await bench.json(listed)).toMatchObject({ added: 2, rejected: 1 });
});
