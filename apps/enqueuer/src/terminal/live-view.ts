import { terminalText } from '@libby-dialer/runtime';
import { draw, type Output } from './io.ts';
import { widthOf, wrapped } from './line-width.ts';

const DEFAULT_ROWS = 24;
const ERASE_REST_OF_LINE = '\u001b[K';
const ERASE_BELOW = '\u001b[J';

/**
 * Text that takes the place of the one before, on a terminal. It begins where the cursor stands,
 * leaves what is above it, and stays when it ends. Fitted to the size of the terminal: a line that
 * wraps by itself, or one that has scrolled away, could not be drawn over.
 */
export class LiveView {
  readonly #output: Output;
  #drawn: readonly string[] = [];

  constructor(output: Output) {
    this.#output = output;
  }

  /**
   * What is wider is cut. One less than the terminal has: in its last column some go on by
   * themselves.
   */
  get width(): number {
    return Math.max(1, widthOf({ isTTY: true, columns: this.#output.columns }) - 1);
  }

  async show(text: string): Promise<void> {
    const columns = this.width + 1;
    const rows = this.#output.rows || DEFAULT_ROWS;
    const room = Math.max(1, rows - 1);
    const height = Math.min(room, heightOf(this.#drawn, columns));
    const up = height === 0 ? '' : `\u001b[${height}A\r`;
    const lines = terminalText(text).trimEnd().split('\n');
    this.#drawn = shortened(
      lines.flatMap((line) => fitted(line, this.width)),
      room,
    );
    const drawn = this.#drawn.map((line) => `${line}${ERASE_REST_OF_LINE}\n`);
    await draw(this.#output, `${up}${drawn.join('')}${ERASE_BELOW}`);
  }
}

/**
 * Rows that lines take: in a terminal that has become narrower since they were drawn, more than one
 * each.
 */
function heightOf(lines: readonly string[], columns: number): number {
  return lines.reduce((sum, line) => sum + Math.max(1, Math.ceil(line.length / columns)), 0);
}

/**
 * Sentences go on in a further line; rows of a table, whose cells stand two blanks apart, are cut.
 */
function fitted(line: string, width: number): string[] {
  if (line.length <= width) return [line];
  return line.includes('  ') ? [cut(line, width)] : wrapped(line, width);
}

/** Only whole cells: the beginning of a number would be read as another number. */
function cut(row: string, width: number): string {
  const end = row.lastIndexOf('  ', width - 2);
  return end > 0 ? `${row.slice(0, end).trimEnd()} …` : row.slice(0, width);
}

/**
 * What is of most use stands first and last: lines that do not fit are left out between, empty ones
 * before any other.
 */
function shortened(lines: readonly string[], room: number): readonly string[] {
  if (lines.length <= room) return lines;
  const full = lines.filter((line) => line !== '');
  if (full.length <= room) return full;
  const first = Math.ceil((room - 1) / 2);
  const last = room - 1 - first;
  return room === 1
    ? full.slice(0, 1)
    : [...full.slice(0, first), '…', ...full.slice(full.length - last)];
}
