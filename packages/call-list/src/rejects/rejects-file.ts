import { type FileHandle, open, rm } from 'node:fs/promises';
import { join, parse } from 'node:path';
import { stringify } from 'csv-stringify/sync';
import { ORIGIN_HEADINGS, ownHeadingCount } from '../columns/headings.ts';
import { withGuesses } from '../formats/decode-text.ts';
import { ListError } from '../list-error.ts';
import type { ListIdentity, ListRow, RowProblem } from '../list-row.ts';
import type { CsvLayout } from '../open-list.ts';
import { isEdited } from './file-seal.ts';
import { guarded } from './formula-guard.ts';
import { PartFile } from './part-file.ts';
import { RECORDS_HEADINGS } from './rejected-records.ts';
import { originOf } from './row-origin.ts';

export interface Reject {
  row: ListRow;
  problem: RowProblem;
}

/** What a list is called where it is spoken of. */
export function nameOfList(path: string): string {
  return path === '-' ? 'stdin' : path;
}

/** Where the rejects of a list go unless the user says otherwise. */
export function rejectsPathOf(list: string): string {
  return `${nameOfList(list)}.rejected.csv`;
}

/** How a rejects file of either kind begins: nothing else is ever overwritten or removed. */
const REJECTS_HEADINGS =
  /(?:^|[,;\t|])line([,;\t|])code\1reason(?:\1record)?(?:\1(?:row|sheetRow|list|listHash))*$/;
const FIRST_LINE_BYTES = 64 * 1024;

/**
 * The rows of a list that cannot be called, as CSV: its columns as they were (but see
 * formula-guard.ts), then line, code and reason, so that it can be mended and loaded in its turn;
 * of a JSON list line, code, reason and the record's text. Behind these, which row of which list
 * each is, also where the list is itself such a file.
 *
 * The file appears under its name when it is complete, in place of that of an earlier load; a load
 * of the whole list without rejects leaves none, not even an earlier one, which would speak of rows
 * that are mended. One that somebody has worked on since is neither replaced nor removed: the next
 * is numbered. It holds personal data, so only its owner may read it.
 */
export class RejectsFile implements AsyncDisposable {
  readonly #path: string;
  readonly #list: ListIdentity;
  readonly #layout: CsvLayout | undefined;
  readonly #headings: readonly string[];
  #file: PartFile | undefined;
  #count = 0;

  /** @param layout of a CSV list */
  constructor(path: string, list: ListIdentity, layout: CsvLayout | undefined) {
    this.#path = path;
    this.#list = list;
    this.#layout = layout;
    this.#headings = layout?.headings.slice(0, ownHeadingCount(layout.headings)) ?? [];
  }

  /** Learns, before anything is queued, whether the file can be written. Throws `ListError`. */
  async start(): Promise<void> {
    if ((await firstLineOf(this.#path))?.match(REJECTS_HEADINGS) === null) {
      throw new ListError(
        'rejects_path',
        `${this.#path} exists and is no rejects file: name another.`,
      );
    }
    try {
      this.#file = await PartFile.open(this.#path);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      throw new ListError(
        'rejects_path',
        `The rejects file ${this.#path} cannot be written (${code ?? 'unknown error'}): name another.`,
        { cause: error },
      );
    }
  }

  /** Adds the rejects of one chunk of rows. */
  async write(rejects: readonly Reject[]): Promise<void> {
    if (this.#file === undefined) throw new Error('the rejects file is not started');
    if (rejects.length === 0) return;
    const records = rejects.map((reject) => this.#cellsOf(reject));
    if (this.#count === 0) records.unshift(this.#allHeadings());
    const isFirst = this.#count === 0;
    this.#count += rejects.length;
    const bom = isFirst && this.#layout?.byteOrderMark === true;
    await this.#file.write(stringify(records, { delimiter: this.#layout?.delimiter ?? ',', bom }));
  }

  /**
   * Completes the file. Returns its path, or undefined if nothing was rejected.
   * @param isWhole whether the list was read to its end; of a part of it that is well nothing
   * follows for an earlier file
   * @param warn told where an edited file stands in the way
   */
  async close({
    isWhole,
    warn,
  }: {
    isWhole: boolean;
    warn: (sentence: string) => void;
  }): Promise<string | undefined> {
    const path = await this.#freePath();
    if (this.#count > 0) {
      await this.#file?.complete({ as: path, isSealed: true });
      if (path !== this.#path)
        warn(`${this.#path} was edited and is left as it is; these rejects are in ${path}.`);
      return path;
    }
    await this[Symbol.asyncDispose]();
    if (isWhole) await rm(path, { force: true });
    return undefined;
  }

  /**
   * The first name of `list.csv.rejected.csv`, `list.csv.rejected-2.csv`, … under which there is no
   * work of a person.
   */
  async #freePath(): Promise<string> {
    const { dir, name, ext } = parse(this.#path);
    let path = this.#path;
    for (let number = 2; await isEdited(path); number += 1)
      path = join(dir, `${name}-${number}${ext}`);
    return path;
  }

  /** Leaves nothing of a file that was not completed. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#file?.[Symbol.asyncDispose]();
  }

  #allHeadings(): string[] {
    const own =
      this.#layout === undefined
        ? RECORDS_HEADINGS
        : [...this.#headings.map(guarded), 'line', 'code', 'reason'];
    return [...own, ...ORIGIN_HEADINGS];
  }

  #cellsOf({ row, problem: { code, reason } }: Reject): string[] {
    const { line, row: number, sheetRow = '', list, listHash = '' } = originOf(row, this.#list);
    const own = this.#layout === undefined ? [] : this.#csvCells(row, this.#layout);
    const record = this.#layout === undefined ? [guarded(withGuesses(row.raw ?? ''))] : [];
    const origin = [`${number}`, `${sheetRow}`, guarded(list), listHash];
    return [...own, `${line}`, code, reason, ...record, ...origin];
  }

  /** As many cells as headings, whatever the row had: what is too much is kept in the last one. */
  #csvCells({ cells = [] }: ListRow, layout: CsvLayout): string[] {
    const own = this.#headings.map((_, index) => withGuesses(cells[index] ?? ''));
    const isRagged = cells.length > layout.headings.length;
    if (isRagged)
      own[own.length - 1] = withGuesses(cells.slice(own.length - 1).join(layout.delimiter));
    return own.map(guarded);
  }
}

async function firstLineOf(path: string): Promise<string | undefined> {
  let file: FileHandle;
  try {
    file = await open(path, 'r');
  } catch {
    // What is not there is in nobody's way; what cannot be read is told by writing.
    return undefined;
  }
  try {
    const { buffer, bytesRead } = await file.read({
      buffer: Buffer.alloc(FIRST_LINE_BYTES),
      position: 0,
    });
    return buffer.toString('utf8', 0, bytesRead).split(/\r?\n/)[0];
  } catch {
    return '';
  } finally {
    await file.close();
  }
}
