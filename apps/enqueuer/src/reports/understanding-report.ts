import {
  passedOverText,
  placeText,
  type SampleCall,
  type Understanding,
  type UnderstoodColumn,
} from '@libby-dialer/call-list';
import type { Campaign } from '@libby-dialer/dialing';
import { zonesText } from '@libby-dialer/operations';
import { countOf, formatCount } from '@libby-dialer/runtime';
import { formatTable } from '../terminal/table.ts';
import { ZONE_SOURCES } from './dry-run-report.ts';

const HEADING_LENGTH = 40;
const SAMPLE_LENGTH = 30;
const LEAST_SAMPLE = 8;
const TEXT_LENGTH = 300;
const HEADINGS_NAMED = 12;
const INTROS = ['introNotes', 'introMessage', 'introVoicemail'] as const;

/** What a list was taken for, for people, before anything is done with it. */
export function understandingText(
  understanding: Understanding,
  campaign: Campaign,
  width: number,
): string {
  return [
    `${fileText(understanding)}\n\n`,
    usedTable(understanding.columns, width),
    alongText(understanding.columns),
    offersText(understanding.columns),
    callsText(understanding, campaign),
    leftOutText(understanding),
  ].join('');
}

const SEPARATORS: Readonly<Record<string, string>> = {
  ',': 'commas',
  ';': 'semicolons',
  '\t': 'tabs',
  '|': 'pipes',
};
const FORMATS = { csv: 'CSV', xlsx: 'a workbook', json: 'JSON', ndjson: 'NDJSON' };

function fileText({ list, format, sheet, encoding, delimiter = '', headingsRow }: Understanding) {
  const facts = [
    sheet === undefined ? '' : `sheet "${cut(sheet, HEADING_LENGTH)}"`,
    encoding ?? '',
    delimiter === '' ? '' : `separated by ${SEPARATORS[delimiter] ?? delimiter}`,
    headingsRow === undefined ? '' : `headings in row ${headingsRow}`,
  ];
  return `${[`${list}: ${FORMATS[format]}`, ...facts.filter((fact) => fact !== '')].join(', ')}.`;
}

const USES: Partial<Record<UnderstoodColumn['uses'][number], string>> = {
  country: 'the country of its number',
  doNotCall: 'who must not be called',
  extension: 'an extension, which cannot be dialed',
};

function usedTable(columns: readonly UnderstoodColumn[], width: number): string {
  const used = columns.filter((column) => ownUses(column).length > 0);
  const headingLength = Math.min(HEADING_LENGTH, Math.floor(width / 3));
  const rows = used.map((column) => ({
    heading: `  ${cut(column.heading, headingLength)}`,
    uses: usesText(column),
    sample: column.samples[0] ?? '',
  }));
  const taken = widest(rows.map((row) => row.heading)) + widest(rows.map((row) => row.uses)) + 4;
  const room = Math.min(SAMPLE_LENGTH, width - taken);
  const table = rows.map(({ heading, uses, sample }) =>
    room < LEAST_SAMPLE ? [heading, uses] : [heading, uses, cut(sample, room)],
  );
  return formatTable(table, width);
}

function widest(texts: readonly string[]): number {
  return Math.max(0, ...texts.map(({ length }) => length));
}

function ownUses({ uses }: UnderstoodColumn): UnderstoodColumn['uses'] {
  return uses.filter((use) => use !== 'formInfo');
}

function usesText(column: UnderstoodColumn): string {
  const { choice } = column;
  const uses = ownUses(column).map((use) => USES[use] ?? use);
  return `${uses.join(', ')}${choice === undefined ? '' : ` (choice ${choice})`}`;
}

function alongText(columns: readonly UnderstoodColumn[]): string {
  const along = columns.filter(({ uses }) => uses.includes('formInfo'));
  const idle = columns.filter(({ uses }) => uses.length === 0);
  return [
    along.length === 0 ? '' : `\nGoes along, as formInfo: ${named(along)}.\n`,
    idle.length === 0 ? '' : `\nLeft out: ${named(idle)}.\n`,
  ].join('');
}

function named(columns: readonly UnderstoodColumn[]): string {
  const names = columns.slice(0, HEADINGS_NAMED).map(nameOf);
  const more = columns.length - names.length;
  return more > 0 ? `${names.join(', ')} and ${formatCount(more)} more` : names.join(', ');
}

function nameOf({ heading, column }: UnderstoodColumn): string {
  return heading === ''
    ? `column ${column ?? ''}, which has no heading`
    : cut(heading, HEADING_LENGTH);
}

function offersText(columns: readonly UnderstoodColumn[]): string {
  return columns
    .flatMap(({ heading, offer }) => {
      if (offer === undefined) return [];
      const column = cut(heading, HEADING_LENGTH);
      return `\n"${column}" may be the ${offer}: if it is, the campaign file says columns: { ${offer}: "${column}" }.\n`;
    })
    .join('');
}

function callsText({ calls, rows, isWhole }: Understanding, campaign: Campaign): string {
  if (calls.length === 0)
    return rows === 0 ? '' : `\nNone of ${rowsText(rows, isWhole)} can be called.\n`;
  const first =
    calls.length === 1 ? 'The first call, as it' : `The first ${calls.length} calls, as they`;
  return `\n${first} would be dialed:\n${calls.map((call) => callText(call, campaign)).join('')}`;
}

function callText(call: SampleCall, { callingWindow }: Campaign): string {
  const { payload, country, passedOver } = call;
  const number = `${payload.toPhoneNumber}${country === undefined ? '' : ` (${country})`}${columnText(call)}`;
  const hours = callingWindow === 'anytime' ? 'at any time' : hoursText(call);
  const intros = INTROS.flatMap((field) => {
    const text = payload[field] ?? '';
    return text === '' ? [] : `    ${field}: ${cut(text, TEXT_LENGTH)}\n`;
  });
  const passed = passedOver.length === 0 ? '' : `    passed over ${passedOverText(passedOver)}\n`;
  return `  ${placeText(call)}: ${number}, ${cut(payload.name, HEADING_LENGTH)}, ${hours}\n${passed}${intros.join('')}`;
}

function columnText({ phoneColumn }: SampleCall): string {
  return phoneColumn === undefined ? '' : ` under "${cut(phoneColumn, HEADING_LENGTH)}"`;
}

function hoursText({ zones, zoneSource }: SampleCall): string {
  return `hours of ${zonesText(zones)} by ${ZONE_SOURCES[zoneSource]}`;
}

function leftOutText(understanding: Understanding): string {
  const { rejected, rows, isWhole, hiddenRows, blankRows } = understanding;
  const codes = Object.entries(rejected).toSorted(([, one], [, other]) => other - one);
  const count = codes.reduce((sum, [, each]) => sum + each, 0);
  const blank =
    blankRows === 0
      ? ''
      : `${countOf(blankRows, 'row')} between them ${blankRows === 1 ? 'is' : 'are'} blank.`;
  if (count === 0 && blank === '') return '';
  const hidden = hiddenRows === 0 ? '' : ` (${formatCount(hiddenRows)} hidden in the sheet)`;
  const why = codes
    .map(([code, each]) => `${formatCount(each)} ${code}${code === 'skipped' ? hidden : ''}`)
    .join(', ');
  const left =
    count === 0
      ? ''
      : `Of ${rowsText(rows, isWhole)} ${formatCount(count)} cannot be called: ${why}.`;
  return `\n${[left, blank].filter((sentence) => sentence !== '').join(' ')}\n`;
}

function rowsText(rows: number, isWhole: boolean): string {
  return isWhole ? `its ${countOf(rows, 'row')}` : `the first ${countOf(rows, 'row')}`;
}

/** On one line, and not too long. */
function cut(text: string, length: number): string {
  const line = text.replaceAll(/\s+/g, ' ').trim();
  // Not through the middle of a character.
  return line.length > length
    ? `${line.slice(0, length - 1).replace(/[\ud800-\udbff]$/, '')}…`
    : line;
}
