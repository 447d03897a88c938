/** Beside Unicode, what programs still export in, as the Encoding Standard names it. */
const ONE_BYTE_ENCODINGS = [
  'windows-1250',
  'windows-1251',
  'windows-1252',
  'windows-1253',
  'windows-1254',
  'windows-1255',
  'windows-1256',
  'windows-1257',
  'windows-1258',
  'windows-874',
  'iso-8859-2',
  'iso-8859-5',
  'iso-8859-7',
  'iso-8859-9',
  'iso-8859-15',
  'macintosh',
  'koi8-r',
  'koi8-u',
  'ibm866',
] as const;

/** Of one or two bytes a letter, or more. */
const EAST_ASIAN_ENCODINGS = ['shift_jis', 'euc-jp', 'euc-kr', 'gb18030', 'big5'] as const;

/** What a person can say a list's text is in. */
export const LIST_ENCODINGS = [
  'utf-8',
  'utf-16le',
  'utf-16be',
  ...ONE_BYTE_ENCODINGS,
  ...EAST_ASIAN_ENCODINGS,
] as const;
export type ListEncoding = (typeof LIST_ENCODINGS)[number];

/**
 * An encoding by any of its names, whatever their case: `cp1252`, `latin1` and `ISO-8859-1` are
 * windows-1252, as everywhere on the web. Undefined: none that lists are read in.
 */
export function encodingNamed(name: string): ListEncoding | undefined {
  return listed(name.trim().toLowerCase()) ?? listed(standardName(name) ?? '');
}

function listed(name: string): ListEncoding | undefined {
  return LIST_ENCODINGS.find((encoding) => encoding === name);
}

function standardName(name: string): string | undefined {
  try {
    return new TextDecoder(name).encoding;
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

/** Whether each letter has a byte of its own. */
export function isOfOneByte(encoding: ListEncoding): boolean {
  return ONE_BYTE_ENCODINGS.some((each) => each === encoding);
}

/** As people write it. */
export function shownEncoding(encoding: ListEncoding): string {
  if (encoding === 'utf-8') return 'UTF-8';
  return encoding.startsWith('utf-16') ? 'UTF-16' : encoding;
}
