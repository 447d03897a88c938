import { jsonRow, problemRow, type RecordPlace } from './json-record.ts';
import { JsonScan } from './json-scan.ts';
import { type ListRow, MAX_ROW_LENGTH, type RowReader, rowTooLarge } from './list-row.ts';

const LINE_FEED = 0x0a;

/**
 * Reads the records of a JSON array (or one object, or objects one after another) from text that may be cut anywhere.
 *
 * It only finds where each record ends and leaves the record itself to JSON.parse, so that a bad record costs itself alone
 * and the memory holds one at a time. A record whose end cannot be found ends where a line begins as its own did. Commas
 * between records are not insisted upon: they say nothing about who is called.
 */
export class JsonRows implements RowReader {
  readonly #encodingName: string;
  readonly #maxRowLength: number;
  readonly #scan = new JsonScan();
  #state: 'before' | 'in_array' | 'after' | 'beyond' = 'before';
  /** The current record, as far as it has come. */
  #pending = '';
  /** The current record is rejected; what is looked for is its own end or, if it is damaged, its neighbour alone. */
  #rejected = false;
  #damaged = false;
  /** White space before the next record, if nothing else stands before it on its line. */
  #indent: string | undefined = '';
  /** How a line begins that holds a next record, going by the last one. */
  #nextRecord = '\n{';
  #line = 1;
  #column = 1;
  #row = 0;
  #rows: ListRow[] = [];

  constructor(encodingName = 'UTF-8', maxRowLength: number = MAX_ROW_LENGTH) {
    this.#encodingName = encodingName;
    this.#maxRowLength = maxRowLength;
  }

  push(piece: string): ListRow[] {
    this.#rows = [];
    this.#read(piece);
    return this.#rows;
  }

  end(): ListRow[] {
    this.#rows = [];
    const whole = this.#pending === '' && !this.#rejected;
    while (this.#pending !== '' && !this.#rejected) {
      const text = this.#pending;
      const neighbour = text.indexOf(this.#nextRecord);
      const end = neighbour === -1 ? text.length : neighbour;
      this.#emit(text.slice(0, end));
      this.#pending = '';
      this.#read(text.slice(this.#leave(text, 0, end)));
    }
    if (whole && this.#state === 'in_array') {
      this.#complain('', 'The list ends before its closing ]: it may have been cut off.');
    }
    return this.#rows;
  }

  #read(piece: string): void {
    const text = this.#pending + piece;
    let at = 0;
    for (;;) {
      if (!this.#scan.started && !this.#rejected) at = this.#skipSeparators(text, at);
      const next = at < text.length ? this.#readRecord(text, at) : -1;
      if (next === -1) break;
      at = next;
    }
    if (this.#rejected) at = this.#forget(text, at);
    this.#pending = text.slice(at);
  }

  /** Moves to where the next record begins. */
  #skipSeparators(text: string, from: number): number {
    let at = from;
    for (; at < text.length; at += 1) {
      const character = text[at] as string;
      const isBlank = character.trim() === '';
      if (!isBlank && this.#isRecordStart(character)) break;
      if (character === '\n') this.#indent = '';
      else if (!isBlank) this.#indent = undefined;
      else if (this.#indent !== undefined) this.#indent += character;
      this.#advance(text, at, at + 1);
    }
    if (at < text.length && this.#indent !== undefined) this.#nextRecord = `\n${this.#indent}{`;
    return at;
  }

  #isRecordStart(character: string): boolean {
    if (this.#state === 'beyond') return false;
    if (this.#state === 'after') {
      this.#complain('', 'The list goes on after its closing ]; what follows was not read.');
      this.#state = 'beyond';
      return false;
    }
    if (character === '[' && this.#state === 'before' && this.#row === 0) this.#state = 'in_array';
    else if (character === ']' && this.#state === 'in_array') this.#state = 'after';
    else return character !== ',';
    return false;
  }

  /** Reads the record at `at`. Returns where reading goes on behind it, -1 if its end has not come yet. */
  #readRecord(text: string, at: number): number {
    const verdict = this.#damaged ? undefined : this.#scan.findEnd(text, at);
    if (verdict?.found === 'damage') this.#damaged = true;
    const end = verdict?.found === 'end' ? verdict.at : -1;
    const reached = verdict?.at ?? text.length;
    if (!this.#rejected && reached - at <= this.#maxRowLength) {
      if (verdict === undefined) return -1;
      if (end !== -1) {
        this.#emit(text.slice(at, end));
        return this.#leave(text, at, end);
      }
    }
    // Damaged, oversized, or rejected before for either.
    const neighbour = text.indexOf(this.#nextRecord, at);
    const cut = neighbour !== -1 && (end === -1 || neighbour < end);
    if (!this.#rejected) this.#emit(text.slice(at, cut && neighbour < reached ? neighbour : reached + 1));
    this.#rejected = true;
    if (cut) return this.#leave(text, at, neighbour);
    return end === -1 ? -1 : this.#leave(text, at, end);
  }

  #emit(text: string): void {
    this.#row += 1;
    const tooLarge = text.length > this.#maxRowLength;
    const place = this.#place();
    this.#rows.push(tooLarge ? problemRow(text, place, rowTooLarge()) : jsonRow(text, place, this.#encodingName));
  }

  /** Reports what belongs to no record as a row of its own, so that it is not overlooked. */
  #complain(text: string, reason: string): void {
    this.#row += 1;
    this.#rows.push(problemRow(text, this.#place(), { code: 'bad_json', reason }));
  }

  #place(): RecordPlace {
    return { row: this.#row, line: this.#line, column: this.#column };
  }

  #leave(text: string, from: number, to: number): number {
    this.#advance(text, from, to);
    this.#scan.restart();
    this.#rejected = false;
    this.#damaged = false;
    this.#indent = undefined;
    return to;
  }

  /** Drops what was searched of a rejected record, but for an end that may begin a neighbour's line. */
  #forget(text: string, at: number): number {
    const keepFrom = Math.max(at, text.length - this.#nextRecord.length + 1);
    this.#advance(text, at, keepFrom);
    this.#scan.shift(keepFrom - at);
    return keepFrom;
  }

  #advance(text: string, from: number, to: number): void {
    let lineStart = -1;
    // By character: looking for the next line break would run through the whole rest of a list without any.
    for (let at = from; at < to; at += 1) {
      if (text.charCodeAt(at) !== LINE_FEED) continue;
      this.#line += 1;
      lineStart = at + 1;
    }
    this.#column = lineStart === -1 ? this.#column + to - from : to - lineStart + 1;
  }
}
