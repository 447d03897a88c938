import { styleText } from 'node:util';
import type { Terminal } from './demo-host.ts';

const DEFAULT_COLUMNS = 80;
const RETURN_AND_ERASE = '\r\u001b[K';

type Style = 'bold' | 'dim' | 'green' | 'yellow' | 'red';

/** Where a person reads: lines, and on a terminal a last line that changes in place. */
export class Screen {
  readonly isTerminal: boolean;
  readonly #output: Terminal;
  #hasLiveLine = false;

  constructor(output: Terminal) {
    this.#output = output;
    this.isTerminal = output.isTTY === true;
  }

  line(text = ''): void {
    this.text(`${text}\n`);
  }

  lines(texts: readonly string[]): void {
    for (const text of texts) this.line(text);
  }

  text(text: string): void {
    this.erase();
    this.#output.write(text);
  }

  /** Takes the place of the live line before; without a terminal, shows nothing. */
  live(text: string): void {
    if (!this.isTerminal) return;
    this.#output.write(
      RETURN_AND_ERASE + text.slice(0, (this.#output.columns ?? DEFAULT_COLUMNS) - 1),
    );
    this.#hasLiveLine = true;
  }

  erase(): void {
    if (this.#hasLiveLine) this.#output.write(RETURN_AND_ERASE);
    this.#hasLiveLine = false;
  }

  /** Plain where there is no terminal, and where NO_COLOR asks for it. */
  styled(style: Style, text: string): string {
    return this.isTerminal ? styleText(style, text, { stream: this.#output }) : text;
  }
}
