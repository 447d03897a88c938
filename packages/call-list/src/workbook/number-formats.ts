import { format, isDateFormat } from 'numfmt';
import { readXml } from './xml-reader.ts';

/** Days between the two days from which workbooks count: 1900 as a rule, 1904 from old Macs. */
const DAYS_TO_1904 = 1462;
/** From so many digits on a whole number is a phone or a key, whatever its format makes of it. */
const LEAST_KEY = 1e9;
/** As many digits as Excel keeps of a number. */
const DIGITS = 15;
const MOST_FORMATS = 100_000;
/** Of a format: dates and prices recur. */
const MOST_KNOWN = 10_000;
const WHOLE = /^-?[1-9]\d{0,14}$/;

/**
 * Formats that files only number. Where what is shown depends on the reader's language (14, 22 and
 * those of East Asia) a date is written as ISO has it, which nobody can take for another day.
 */
const BUILT_IN: Readonly<Record<number, string>> = {
  1: '0',
  2: '0.00',
  3: '#,##0',
  4: '#,##0.00',
  5: '#,##0',
  6: '#,##0',
  7: '#,##0.00',
  8: '#,##0.00',
  9: '0%',
  10: '0.00%',
  12: '# ?/?',
  13: '# ??/??',
  15: 'd-mmm-yy',
  16: 'd-mmm',
  17: 'mmm-yy',
  18: 'h:mm AM/PM',
  19: 'h:mm:ss AM/PM',
  20: 'h:mm',
  21: 'h:mm:ss',
  37: '#,##0',
  38: '#,##0',
  39: '#,##0.00',
  40: '#,##0.00',
  41: '#,##0',
  42: '#,##0',
  43: '#,##0.00',
  44: '#,##0.00',
  45: 'mm:ss',
  46: '[h]:mm:ss',
  47: 'mm:ss.0',
};
const ISO_DATE = 'yyyy-mm-dd';
const ISO_TIME = 'yyyy-mm-dd hh:mm';

type Shown = (value: number) => string;

/** Shows numbers as the cells that hold them do: as dates, with leading zeros, as a phone. */
export class NumberFormats {
  /** By the number of the style. */
  readonly #styles: readonly Shown[];

  private constructor(styles: readonly Shown[]) {
    this.#styles = styles;
  }

  static async read(
    pieces: AsyncIterable<string>,
    countsFrom1904: boolean,
  ): Promise<NumberFormats> {
    const codes = new Map<number, string>();
    const styles: number[] = [];
    let isCellStyle = false;
    await readXml(pieces, {
      open(name, attributes) {
        if (name === 'cellXfs') isCellStyle = true;
        else if (name === 'numFmt' && codes.size < MOST_FORMATS)
          codes.set(Number(attributes['numFmtId']), attributes['formatCode'] ?? '');
        else if (name === 'xf' && isCellStyle && styles.length < MOST_FORMATS)
          styles.push(Number(attributes['numFmtId'] ?? 0));
      },
      close(name) {
        if (name === 'cellXfs') isCellStyle = false;
      },
    });
    const shown = new Map<number, Shown>();
    for (const id of styles)
      if (!shown.has(id)) shown.set(id, showing(codes.get(id) ?? builtIn(id), countsFrom1904));
    return new NumberFormats(styles.map((id) => shown.get(id) ?? plain));
  }

  /** `text` is the number as XML has it; what is none stays as it is. */
  show(text: string, style: number): string {
    const shown = this.#styles[style] ?? plain;
    if (shown === plain && WHOLE.test(text)) return text;
    const value = Number(text);
    if (text.trim() === '' || !Number.isFinite(value)) return text;
    return shown(value);
  }
}

function builtIn(id: number): string {
  if (id === 14 || (id >= 27 && id <= 36) || (id >= 50 && id <= 58)) return ISO_DATE;
  return id === 22 ? ISO_TIME : (BUILT_IN[id] ?? 'General');
}

function showing(code: string, countsFrom1904: boolean): Shown {
  const bare = code.replaceAll(/"[^"]*"|\\.|\[[^\]]*\]|_.|\*./g, '');
  if (/^(?:general|@)?$/i.test(bare.split(';')[0] ?? '') || /E[+-]/i.test(bare)) return plain;
  const write = (value: number): string => {
    // As the column would show it if the format could be read.
    const text = format(code, value, { throws: false, nbsp: false });
    return /^#+$/.test(text) ? plain(value) : text.trim();
  };
  if (isDate(code))
    return remembered((value) => write(value + (countsFrom1904 ? DAYS_TO_1904 : 0)));
  // Separators between thousands, or decimals, in a phone are none of its own.
  const isAmount = /[,.]/.test(bare);
  return remembered((value) =>
    isAmount && Number.isInteger(value) && Math.abs(value) >= LEAST_KEY
      ? plain(value)
      : write(value),
  );
}

function remembered(show: Shown): Shown {
  const known = new Map<number, string>();
  return (value) => {
    const before = known.get(value);
    if (before !== undefined) return before;
    const text = show(value);
    if (known.size < MOST_KNOWN) known.set(value, text);
    return text;
  };
}

function isDate(code: string): boolean {
  try {
    return isDateFormat(code);
  } catch {
    return false;
  }
}

/** Every digit, never an exponent. */
function plain(value: number): string {
  const rounded = Number(value.toPrecision(DIGITS));
  const text = String(rounded);
  if (!text.includes('e')) return text;
  return rounded >= 1 || rounded <= -1
    ? BigInt(rounded).toString()
    : rounded.toFixed(20).replace(/\.?0+$/, '');
}
