import { ListError } from '../list-error.ts';
import { readXml, unescaped } from './xml-reader.ts';

const CHUNK_BYTES = 4 * 1024 * 1024;
/** A million rows with eight texts each, none of which occurs twice, have some 150 MB. */
const MOST_BYTES = 256 * 1024 * 1024;
const MOST_TEXTS = 16 * 1024 * 1024;
/** Far more than a cell holds, and less than a chunk in any encoding. */
const LONGEST_TEXT = 1024 * 1024;

/**
 * The texts that cells name by number. A million JavaScript strings would fill the memory: they are
 * kept as bytes, end to end.
 */
export class SharedStrings {
  readonly #chunks: Buffer[] = [];
  /** Where the next one begins, over all chunks. None crosses from one chunk into the next. */
  #end = 0;
  #starts = new Uint32Array(1024);
  #lengths = new Uint32Array(1024);
  #count = 0;

  static async read(pieces: AsyncIterable<string>): Promise<SharedStrings> {
    const strings = new SharedStrings();
    let text = '';
    let isText = false;
    let phonetic = 0;
    await readXml(pieces, {
      open(name) {
        if (name === 'si') text = '';
        else if (name === 'rPh') phonetic += 1;
        else isText = name === 't' && phonetic === 0;
      },
      text(piece) {
        if (isText && text.length < LONGEST_TEXT) text += piece;
      },
      close(name) {
        if (name === 't') isText = false;
        else if (name === 'rPh') phonetic -= 1;
        else if (name === 'si') strings.#add(unescaped(text));
      },
    });
    return strings;
  }

  get(index: number): string | undefined {
    if (!(index >= 0 && index < this.#count)) return undefined;
    const start = this.#starts[index] ?? 0;
    const at = start % CHUNK_BYTES;
    const chunk = this.#chunks[(start - at) / CHUNK_BYTES];
    return chunk?.toString('utf8', at, at + (this.#lengths[index] ?? 0));
  }

  #add(text: string): void {
    const length = Buffer.byteLength(text);
    const room = CHUNK_BYTES - (this.#end % CHUNK_BYTES);
    if (length > room) this.#end += room;
    if (this.#end + length > MOST_BYTES || this.#count === MOST_TEXTS) throw tooMuchText();
    if (this.#count === this.#starts.length) {
      this.#starts = doubled(this.#starts);
      this.#lengths = doubled(this.#lengths);
    }
    const at = this.#end % CHUNK_BYTES;
    const chunk = (this.#end - at) / CHUNK_BYTES;
    this.#chunks[chunk] ??= Buffer.allocUnsafeSlow(CHUNK_BYTES);
    this.#chunks[chunk].write(text, at);
    this.#starts[this.#count] = this.#end;
    this.#lengths[this.#count] = length;
    this.#count += 1;
    this.#end += length;
  }
}

function doubled(array: Uint32Array<ArrayBuffer>): Uint32Array<ArrayBuffer> {
  const longer = new Uint32Array(2 * array.length);
  longer.set(array);
  return longer;
}

function tooMuchText(): ListError {
  return new ListError(
    'other_format',
    'The workbook holds more text than is read at once: save the sheet as CSV (UTF-8).',
  );
}
