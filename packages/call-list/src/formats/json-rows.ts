import { JSONParser, TokenizerError, TokenParserError, TokenType } from '@streamparser/json';
import { type ListRow, MAX_ROW_LENGTH, type RowReader, rowTooLarge } from '../list-row.ts';
import { jsonRow, problemRow, type RecordPlace } from './json-record.ts';

/**
 * In UTF-16 units: behind damage the rest of a piece is parsed anew, and however much is damaged,
 * that must not add up.
 */
const PARSED_AT_ONCE = 4096;

/** Stops the parser from within its callbacks. */
const TOO_LARGE = new Error('the record is too large');

/** A record that is not read further. */
interface GivenUp {
  place: RecordPlace;
  /** What was passed over, at most as much as a row may hold. */
  source: string;
  tooLarge: boolean;
  /** How a line begins that holds the next record, with the line break before it. */
  nextRecord: string;
}

/**
 * Reads the records of a JSON array (or one object, or objects one after another) from text that
 * may be cut anywhere.
 *
 * @streamparser/json checks the text and tells where each record ends; JSON.parse then reads the
 * record, so that an error can tell its place in the list and the rejects file gets the record as
 * it stands there. The parser cannot go on behind damage: the record is given up, and a new parser
 * starts where a line begins as the record's own did. In a list that is all one line there is no
 * such line, and the rest is rejected with the record.
 */
export class JsonRows implements RowReader {
  readonly #encodingName: string;
  readonly #maxRowLength: number;
  #isArray: boolean | undefined;
  #parser: JSONParser | undefined;
  /** The current record, as far as it has come, with the blanks around it. */
  #text = '';
  /** Where `#text` begins, as the parser counts. */
  #textOffset = 0;
  /** No token of the array has come yet. */
  #isOpening = false;
  /** The record in `#text` is complete and ends before the next token. */
  #isComplete = false;
  #givenUp: GivenUp | undefined;
  /** Behind the end of the list, where nothing should be. */
  #isBeyond = false;
  #line = 1;
  #column = 1;
  /** Where `#text` begins in the text of the list. */
  #offset = 0;
  #row = 0;
  #rows: ListRow[] = [];

  constructor(encodingName = 'UTF-8', maxRowLength: number = MAX_ROW_LENGTH) {
    this.#encodingName = encodingName;
    this.#maxRowLength = maxRowLength;
  }

  push(piece: string): ListRow[] {
    this.#rows = [];
    if (this.#isBeyond) return this.#rows;
    this.#text += piece;
    if (this.#givenUp === undefined) this.#read(piece);
    while (this.#givenUp !== undefined && this.#findNext(this.#givenUp)) this.#begin();
    return this.#rows;
  }

  end(): ListRow[] {
    this.#rows = [];
    if (this.#givenUp !== undefined) {
      this.#passOver(this.#givenUp, this.#text.length);
      this.#reject(this.#givenUp, '; nothing after it was read.');
    } else if (this.#parser?.isEnded === false) {
      const isBlank = this.#text.trim() === '';
      if (isBlank) this.#drop(this.#text.length);
      else this.#take(this.#text);
      if (this.#isArray && (isBlank || this.#isComplete))
        this.#complain('The list ends before its closing ]: it may have been cut off.');
    }
    return this.#rows;
  }

  #read(piece: string): void {
    if (this.#parser === undefined) this.#begin();
    else this.#parse(this.#parser, piece);
  }

  /** Starts a parser on `#text`. */
  #begin(): void {
    const isResumed = this.#isArray !== undefined;
    if (!isResumed && this.#text.trim() === '') return;
    this.#isArray ??= this.#text.trimStart().startsWith('[');
    const separator = this.#isArray ? {} : { separator: '' };
    const parser = new JSONParser({
      paths: [this.#isArray ? '$.*' : '$'],
      keepStack: false,
      ...separator,
    });
    parser.onToken = ({ token, offset }) => this.#onToken(token, offset);
    parser.onValue = () => {
      this.#isComplete = true;
    };
    this.#parser = parser;
    this.#isOpening = this.#isArray;
    this.#isComplete = false;
    this.#textOffset = isResumed && this.#isArray ? 1 : 0;
    if (this.#textOffset === 1) parser.write('[');
    this.#parse(parser, this.#text);
  }

  #parse(parser: JSONParser, piece: string): void {
    try {
      for (let at = 0; at < piece.length; at += PARSED_AT_ONCE) {
        // It counts bytes: with one for each UTF-16 unit, its offsets are those of the text. JSON
        // itself is all ASCII.
        parser.write(piece.slice(at, at + PARSED_AT_ONCE).replace(/[\u0080-\uffff]/g, '?'));
      }
    } catch (error) {
      const isDamaged = error instanceof TokenizerError || error instanceof TokenParserError;
      if (!isDamaged && error !== TOO_LARGE) throw error;
      if (parser.isEnded) this.#complainBeyond();
      else this.#giveUp(!isDamaged);
      return;
    }
    if (!parser.isEnded && this.#text.length > this.#maxRowLength) this.#giveUp(true);
  }

  #onToken(token: TokenType, offset: number): void {
    const at = offset - this.#textOffset;
    if (this.#isOpening) {
      this.#isOpening = false;
      this.#drop(at + 1);
    } else if (this.#isComplete) {
      if (at > this.#maxRowLength) throw TOO_LARGE;
      this.#isComplete = false;
      this.#take(this.#text.slice(0, at));
      if (token === TokenType.COMMA) this.#drop(1);
    }
  }

  /** Emits the record at the beginning of `#text`. */
  #take(source: string): void {
    const record = source.trim();
    const start = source.indexOf(record);
    this.#drop(start);
    this.#rows.push(jsonRow(record, this.#nextPlace(), this.#encodingName));
    this.#drop(source.length - start);
  }

  #giveUp(tooLarge: boolean): void {
    const blanks = this.#text.slice(0, this.#text.length - this.#text.trimStart().length);
    const line = blanks.lastIndexOf('\n');
    this.#drop(blanks.length);
    this.#givenUp = {
      place: this.#nextPlace(),
      source: '',
      tooLarge,
      nextRecord: `${line === -1 ? '\n' : blanks.slice(line)}{`,
    };
  }

  /**
   * Goes to where the next record begins, and rejects what is before it. Returns false if it has
   * not come yet.
   */
  #findNext(givenUp: GivenUp): boolean {
    const next = this.#text.indexOf(givenUp.nextRecord);
    if (next === -1) {
      // The end of the text may begin the next record's line.
      this.#passOver(givenUp, Math.max(0, this.#text.length - givenUp.nextRecord.length + 1));
      return false;
    }
    this.#passOver(givenUp, next);
    this.#reject(givenUp, '');
    this.#givenUp = undefined;
    return true;
  }

  #passOver(givenUp: GivenUp, length: number): void {
    givenUp.source += this.#text.slice(
      0,
      Math.min(length, this.#maxRowLength - givenUp.source.length),
    );
    this.#drop(length);
  }

  #reject({ source, place, tooLarge }: GivenUp, remark: string): void {
    const trimmed = source.trimEnd();
    const record = trimmed.endsWith(',') ? trimmed.slice(0, -1) : trimmed;
    // Where it was only the comma before it that was missing, nothing is wrong with the record
    // itself.
    const row = tooLarge
      ? problemRow(source, place, rowTooLarge())
      : jsonRow(record, place, this.#encodingName);
    if (row.problem !== undefined && remark !== '') {
      const reason = row.problem.reason.replace(/\.$/, '') + remark;
      row.problem = { code: row.problem.code, reason };
    }
    this.#rows.push(row);
  }

  #complainBeyond(): void {
    this.#drop(this.#text.indexOf(']') + 1);
    this.#drop(this.#text.length - this.#text.trimStart().length);
    this.#complain('The list goes on after its closing ]; what follows was not read.');
    this.#isBeyond = true;
    this.#text = '';
  }

  /** Reports what belongs to no record as a row of its own, so that it is not overlooked. */
  #complain(reason: string): void {
    this.#rows.push(problemRow('', this.#nextPlace(), { code: 'bad_json', reason }));
  }

  #nextPlace(): RecordPlace {
    this.#row += 1;
    return { row: this.#row, line: this.#line, column: this.#column, offset: this.#offset };
  }

  /** Takes the beginning of `#text` away. */
  #drop(length: number): void {
    const dropped = this.#text.slice(0, length);
    let lineStart = 0;
    for (let at = dropped.indexOf('\n'); at !== -1; at = dropped.indexOf('\n', lineStart)) {
      this.#line += 1;
      lineStart = at + 1;
    }
    this.#column = lineStart === 0 ? this.#column + length : length - lineStart + 1;
    this.#text = this.#text.slice(length);
    this.#textOffset += length;
    this.#offset += length;
  }
}
