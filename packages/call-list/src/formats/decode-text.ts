import { isUtf8 } from 'node:buffer';
import { TextDecoder } from 'node:util';
import { ListError } from '../list-error.ts';
import { isOfOneByte, type ListEncoding } from './encodings.ts';

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

/**
 * Whether text with stray bytes reads as windows-1252: each of them is a letter or a mark there,
 * and few follow each other, as in `Jürgen`. Of another alphabet all bytes would be strays.
 */
export function looksLikeWindows1252(text: string): boolean {
  const strays = text.match(/[\udc00-\udfff]+/gu) ?? [];
  const long = strays.filter((run) => run.length > 2).length;
  return strays.length > 0 && long * 4 < strays.length && strays.every(isWestern);
}

function isWestern(run: string): boolean {
  const guess = withGuesses(run);
  return !guess.includes('\ufffd') && /^[\p{L}\p{P}\p{S}\p{N}\u00a0]+$/u.test(guess);
}

/**
 * The encoding of a list: what its byte order mark says, before what a person says. Refuses what
 * can be no list at all.
 */
export function encodingOf(sample: Buffer, said?: ListEncoding): ListEncoding {
  if (sample[0] === 0xff && sample[1] === 0xfe) return 'utf-16le';
  if (sample[0] === 0xfe && sample[1] === 0xff) return 'utf-16be';
  if (sample[0] === 0xef && sample[1] === 0xbb && sample[2] === 0xbf) return 'utf-8';
  if (said !== undefined) return said;
  const unmarked = unmarkedUtf16(sample);
  if (unmarked === undefined) return 'utf-8';
  throw new ListError(
    'binary',
    `The list seems to be UTF-16 without a byte order mark: say encoding ${unmarked}, or save it as UTF-8.`,
  );
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

/** Whether a list says of itself which Unicode it is. */
export function hasByteOrderMark(sample: Buffer): boolean {
  const [first, second, third] = sample;
  return (
    (first === 0xff && second === 0xfe) ||
    (first === 0xfe && second === 0xff) ||
    (first === 0xef && second === 0xbb && third === 0xbf)
  );
}

/** Every other byte of Western text in UTF-16 is zero. */
function unmarkedUtf16(sample: Buffer): ListEncoding | undefined {
  let [even, odd] = [0, 0];
  for (const [index, byte] of sample.entries()) {
    if (byte !== 0) continue;
    if (index % 2 === 0) even += 1;
    else odd += 1;
  }
  if (Math.max(even, odd) <= sample.length * 0.4 || Math.min(even, odd) > 0) return undefined;
  return even > odd ? 'utf-16be' : 'utf-16le';
}

/**
 * Decodes without ever failing: what is no text becomes lone surrogates, and the byte order mark is
 * left out.
 */
export async function* decodeText(
  chunks: AsyncIterable<Buffer>,
  encoding: ListEncoding,
): AsyncGenerator<string> {
  const decoder = decoderFor(encoding);
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

/**
 * Undoes `decodeText`: every byte comes back as it was, also one that is no text. In an encoding of
 * one byte a letter, what it has no letter for becomes a question mark. Of those of several bytes
 * (see `isOfOneByte`) nothing can be given back.
 */
export function encodeText(text: string, encoding: ListEncoding): Buffer {
  if (encoding === 'utf-8') return text.isWellFormed() ? Buffer.from(text) : withBytes(text);
  if (encoding === 'utf-16le' || encoding === 'utf-16be') {
    const bytes = Buffer.from(text.replaceAll(/\udc00/gu, '\0'), 'utf16le');
    return encoding === 'utf-16be' ? bytes.swap16() : bytes;
  }
  const bytesByLetter = lettersOf(encoding).bytes;
  return Buffer.from(Array.from(text, (letter) => bytesByLetter.get(letter) ?? QUESTION_MARK));
}

const QUESTION_MARK = 0x3f;

function withBytes(text: string): Buffer {
  const pieces = text.split(/([\udc00-\udcff])/u);
  return Buffer.concat(
    pieces.map((piece, index) =>
      index % 2 === 0 ? Buffer.from(piece) : Buffer.of(piece.charCodeAt(0) - NO_TEXT),
    ),
  );
}

function decoderFor(encoding: ListEncoding): { push(chunk: Buffer): string; end(): string } {
  if (encoding === 'utf-8') return new Utf8Decoder();
  if (encoding === 'utf-16le' || encoding === 'utf-16be') return new Utf16Decoder(encoding);
  return isOfOneByte(encoding) ? new LettersDecoder(encoding) : new LegacyDecoder(encoding);
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

/** The letters of an encoding of one byte each, and the byte of each letter. */
interface Letters {
  readonly letters: readonly string[];
  readonly bytes: ReadonlyMap<string, number>;
}

const known = new Map<ListEncoding, Letters>();

/** A byte that has no letter, or a control's, which no list holds, is kept as what is no text. */
function lettersOf(encoding: ListEncoding): Letters {
  const there = known.get(encoding);
  if (there !== undefined) return there;
  const decoder = new TextDecoder(encoding);
  const letters = Array.from({ length: 256 }, (_, byte) => {
    const letter = decoder.decode(Buffer.of(byte));
    return byte === 0 || NO_LEGACY_TEXT.test(letter) ? String.fromCharCode(NO_TEXT + byte) : letter;
  });
  const made = { letters, bytes: new Map(letters.map((letter, byte) => [letter, byte])) };
  known.set(encoding, made);
  return made;
}

class LettersDecoder {
  readonly #letters: readonly string[];

  constructor(encoding: ListEncoding) {
    this.#letters = lettersOf(encoding).letters;
  }

  push(chunk: Buffer): string {
    const toLetter = (byte: string) => this.#letters[byte.charCodeAt(0)] ?? '';
    return chunk.toString('latin1').replaceAll(/[\0\u0080-\u00ff]/g, toLetter);
  }

  end(): string {
    return '';
  }
}

/** Stands for what is no text where letters have several bytes: which they were is lost by then. */
const LOST = String.fromCharCode(NO_TEXT + 0x100);
/**
 * What no exported text holds: the controls that an older encoding makes of bytes that it has no
 * letter for, and what stands for a broken pair of bytes.
 */
const NO_LEGACY_TEXT = /[\u0080-\u009f\ufffd]/;
const ALL_NO_LEGACY_TEXT = new RegExp(NO_LEGACY_TEXT, 'g');

/** In none of these encodings part of a character that has several bytes. */
const SPACES = Array.from('\n\r\t ', (space) => space.charCodeAt(0));
/** How much may come without such a byte; more is no list, and may be cut within a character. */
const LONGEST_HELD_BYTES = 1 << 20;

/**
 * Decodes no chunk that ends within a character: Node fails at some that turn out to be none in the
 * next one (GB18030 `81 30 | 00`, EUC-JP `8F D5 | 9A`).
 */
class LegacyDecoder {
  readonly #decoder: TextDecoder;
  #held: Buffer = Buffer.alloc(0);

  constructor(encoding: ListEncoding) {
    this.#decoder = new TextDecoder(encoding);
  }

  push(chunk: Buffer): string {
    const bytes = this.#held.length === 0 ? chunk : Buffer.concat([this.#held, chunk]);
    const end = endOfCharacters(bytes);
    if (end === 0 && bytes.length > LONGEST_HELD_BYTES) {
      this.#held = Buffer.alloc(0);
      return marked(this.#decoder.decode(bytes));
    }
    // A copy: whoever reads may fill the same memory anew.
    this.#held = Buffer.from(bytes.subarray(end));
    return marked(this.#decoder.decode(bytes.subarray(0, end), { stream: true }));
  }

  end(): string {
    return marked(this.#decoder.decode(this.#held));
  }
}

/** Behind the last byte that no character goes on after; 0 if there is none. */
function endOfCharacters(bytes: Buffer): number {
  return Math.max(...SPACES.map((space) => bytes.lastIndexOf(space))) + 1;
}

function marked(text: string): string {
  return text.replaceAll('\0', NUL).replaceAll(ALL_NO_LEGACY_TEXT, LOST);
}
