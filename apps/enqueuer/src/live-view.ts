import type { Output } from './io.ts';
import { print } from './io.ts';

const DEFAULT_COLUMNS = 80;
const DEFAULT_ROWS = 24;
const ERASE_REST_OF_LINE = '\u001b[K';
const ERASE_BELOW = '\u001b[J';

/**
 * Text that takes the place of the one before, on a terminal. It begins where the cursor stands, leaves what is above it, and stays when
 * it ends. Cut to the size of the terminal: a line that wraps, or one that has scrolled away, could not be drawn over.
 */
export class LiveView {
  readonly #output: Output;
  #height = 0;

  constructor(output: Output) {
    this.#output = output;
  }

  async show(text: string): Promise<void> {
    const { columns = DEFAULT_COLUMNS, rows = DEFAULT_ROWS } = this.#output;
    const lines = text
      .trimEnd()
      .split('\n')
      .slice(0, Math.max(1, rows - 1));
    const up = this.#height === 0 ? '' : `\u001b[${this.#height}A\r`;
    this.#height = lines.length;
    const drawn = lines.map((line) => `${line.slice(0, columns - 1)}${ERASE_REST_OF_LINE}\n`);
    await print(this.#output, `${up}${drawn.join('')}${ERASE_BELOW}`);
  }
}
