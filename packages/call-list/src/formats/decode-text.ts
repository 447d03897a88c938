import { isUtf8 } from 'node:buffer';
import { ListError } from '../list-error.ts';

export type Encoding = 'utf-8' | 'utf-16le' | 'utf-16be';

/**
 * Stands for a byte that is no text: the byte is added to it. A lone surrogate cannot come out of
 * well-formed input, so a row that holds one is known by `isWellFormed()` alone, and a genuine
 * U+FFFD in a list is not mistaken for damage.
 */
const NO_TEXT = 0xdc00;
const NUL = String.fromCharCode(NO_TEXT);

/**
 * What windows-1252 has where Latin-1 has controls, from 0x80 on; `\ufffd` where it has nothing.
 */
const WINDOWS_1252 = '€\ufffd‚ƒ„…†‡ˆ‰Š‹Œ\ufffdŽ\ufffd\ufffd‘’“”•–—˜™š›œ\ufffdžŸ';

/**
 * The text with what is no UTF-8 read as windows-1252, which most of it is: for a person's eyes,
 * not to be trusted.
 */
export function withGuesses(text: string): string {
  if (text.isWellFormed()) return text;
  return text.replaceAll(/[\ud800-\udfff]/gu, (unit) => {
    const byte = unit.charCodeAt(0) - NO_TEXT;
    if (byte < 0x80 || byte > 0xff) return '\ufffd';
    return WINDOWS_1252[byte - 0x80] ?? String.fromCharCode(byte);
  });
}

/** Tells the encoding by its byte order mark; refuses what can be no list at all. */
export function sniffEncoding(sample: Buffer): Encoding {
  if (sample[0] === 0xff && sample[1] === 0xfe) return 'utf-16le';
  if (sample[0] === 0xfe && sample[1] === 0xff) return 'utf-16be';
  if (looksLikeUtf16(sample)) {
    throw new ListError(
      'binary',
      'The list seems to be UTF-16 without a byte order mark: save it as UTF-8.',
    );
  }
  return 'utf-8';
}

const CONTROL = /[^\P{Cc}\t\r]/u;

/**
 * Refuses what is no text. A text may hold a zero byte in one of its rows, but does not begin like
 * that.
 */
export function refuseBinary(sample: string): void {
  if (!sample.includes(NUL)) return;
  const [start = ''] = sample.split('\n', 1);
  if (start.isWellFormed() && !CONTROL.test(start)) return;
  throw new ListError(
    'binary',
    'The list is a binary file, not text: save it as CSV, JSON or NDJSON in UTF-8.',
  );
}

/** Every other byte of Western text in UTF-16 is zero. */
function looksLikeUtf16(sample: Buffer): boolean {
  const zeros = [0, 0];
  for (const [index, byte] of sample.entries())
    if (byte === 0) zeros[index % 2] = (zeros[index % 2] ?? 0) + 1;
  return Math.max(...zeros) > sample.length * 0.4 && Math.min(...zeros) === 0;
}

/**
 * Decodes without ever failing: what is no text becomes lone surrogates, and the byte order mark is
 * left out.
 */
export async function* decodeText(
  chunks: AsyncIterable<Buffer>,
  encoding: Encoding,
): AsyncGenerator<string> {
  const decoder = encoding === 'utf-8' ? new Utf8Decoder() : new Utf16Decoder(encoding);
  let first = true;
  for await (const chunk of chunks) {
    let text = decoder.push(chunk);
    if (text === '') continue;
    if (first && text.charCodeAt(0) === 0xfeff) text = text.slice(1);
    first = false;
    yield text;
  }
  const rest = decoder.end();
  if (rest !== '') yield rest;
}

/** Undoes `decodeText`: every byte comes back as it was, also one that is no text. */
export function encodeText(text: string, encoding: Encoding): Buffer {
  if (encoding === 'utf-8') return text.isWellFormed() ? Buffer.from(text) : withBytes(text);
  const bytes = Buffer.from(text.replaceAll(/\udc00/gu, '\0'), 'utf16le');
  return encoding === 'utf-16be' ? bytes.swap16() : bytes;
}

function withBytes(text: string): Buffer {
  const pieces = text.split(/([\udc00-\udcff])/u);
  return Buffer.concat(
    pieces.map((piece, index) =>
      index % 2 === 0 ? Buffer.from(piece) : Buffer.of(piece.charCodeAt(0) - NO_TEXT),
    ),
  );
}

class Utf8Decoder {
  #carry: Buffer = Buffer.alloc(0);

  push(chunk: Buffer): string {
    const bytes = this.#carry.length === 0 ? chunk : Buffer.concat([this.#carry, chunk]);
    const whole = bytes.length - incompleteTail(bytes);
    this.#carry = bytes.subarray(whole);
    const complete = bytes.subarray(0, whole);
    if (!isUtf8(complete)) return salvageLines(complete);
    const text = complete.toString('utf8');
    return text.includes('\0') ? text.replaceAll('\0', NUL) : text;
  }

  end(): string {
    return salvage(this.#carry);
  }
}

/** How many of the last bytes begin a character that the next chunk may complete. */
function incompleteTail(bytes: Buffer): number {
  for (let back = 1; back <= Math.min(3, bytes.length); back += 1) {
    const byte = bytes[bytes.length - back] ?? 0;
    if (byte < 0x80) return 0;
    if (byte >= 0xc0) return back < sequenceLength(byte) ? back : 0;
  }
  return 0;
}

function sequenceLength(lead: number): number {
  if (lead >= 0xf0) return 4;
  return lead >= 0xe0 ? 3 : 2;
}

/** Line by line, for it is few lines that are damaged, as a rule. */
function salvageLines(bytes: Buffer): string {
  let text = '';
  for (let at = 0; at < bytes.length; ) {
    const lineBreak = bytes.indexOf(0x0a, at);
    const end = lineBreak === -1 ? bytes.length : lineBreak + 1;
    const line = bytes.subarray(at, end);
    text += isUtf8(line) ? line.toString('utf8') : salvage(line);
    at = end;
  }
  return text.replaceAll('\0', NUL);
}

/** Character by character: what is none is kept as its byte. */
function salvage(bytes: Buffer): string {
  let text = '';
  for (let at = 0; at < bytes.length; ) {
    const byte = bytes[at] ?? 0;
    const character = bytes.subarray(at, at + (byte < 0x80 ? 1 : sequenceLength(byte)));
    const isText = isUtf8(character);
    text += isText ? character.toString('utf8') : String.fromCharCode(NO_TEXT + byte);
    at += isText ? character.length : 1;
  }
  return text;
}

class Utf16Decoder {
  readonly #swapped: boolean;
  #carry: Buffer = Buffer.alloc(0);

  constructor(encoding: 'utf-16le' | 'utf-16be') {
    this.#swapped = encoding === 'utf-16be';
  }

  push(chunk: Buffer): string {
    // A copy: swapping works in place, and the chunk is not ours.
    const bytes = Buffer.concat([this.#carry, chunk]);
    let whole = bytes.length - (bytes.length % 2);
    const lastUnit = whole === 0 ? 0 : (bytes[whole - (this.#swapped ? 2 : 1)] ?? 0);
    // The first half of a surrogate pair waits for its second.
    if (lastUnit >= 0xd8 && lastUnit <= 0xdb) whole -= 2;
    this.#carry = Buffer.from(bytes.subarray(whole));
    const complete = bytes.subarray(0, whole);
    return (this.#swapped ? complete.swap16() : complete).toString('utf16le').replaceAll('\0', NUL);
  }

  end(): string {
    return this.#carry.length === 0 ? '' : NUL;
  }
}
