const LINE_FEED = 0x0a;
const QUOTE = 0x22;
const COMMA = 0x2c;
const BACKSLASH = 0x5c;
const OPEN_ARRAY = 0x5b;
const CLOSE_ARRAY = 0x5d;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;
const BLANK = 0x20;

/** Where a JSON value ends: found at an index, not yet in the text, or nowhere because the value is damaged at an index. */
export type ScanVerdict = { found: 'end' | 'damage'; at: number } | undefined;

/**
 * Looks for the end of one JSON value by its brackets and quotes alone, resuming where the last text broke off. Damage is
 * what makes an end impossible to tell: a bracket that closes another kind, a line break inside a string.
 */
export class JsonScan {
  /** The brackets that must close, innermost last. */
  readonly #closers: number[] = [];
  #inString = false;
  #searched = 0;

  get started(): boolean {
    return this.#searched > 0;
  }

  restart(): void {
    this.#closers.length = 0;
    this.#inString = false;
    this.#searched = 0;
  }

  /** Call when the text is cut off at the front, so that the value now begins `by` units earlier. */
  shift(by: number): void {
    this.#searched -= by;
  }

  /** @param start where the value begins in `text`, which holds all of it that was seen before. */
  findEnd(text: string, start: number): ScanVerdict {
    let at = start + this.#searched;
    for (; at < text.length; at += 1) {
      const code = text.charCodeAt(at);
      const verdict = this.#inString ? this.#inside(code, at) : this.#outside(code, at, at === start);
      if (verdict !== undefined) return verdict;
      // The character behind a backslash is never a delimiter; it may be in the next piece.
      if (code === BACKSLASH && this.#inString) at += 1;
    }
    this.#searched = at - start;
    return undefined;
  }

  #inside(code: number, at: number): ScanVerdict {
    if (code === LINE_FEED) return { found: 'damage', at };
    if (code !== QUOTE) return undefined;
    this.#inString = false;
    return this.#closers.length === 0 ? { found: 'end', at: at + 1 } : undefined;
  }

  #outside(code: number, at: number, first: boolean): ScanVerdict {
    if (code === QUOTE) this.#inString = true;
    else if (code === OPEN_OBJECT) this.#closers.push(CLOSE_OBJECT);
    else if (code === OPEN_ARRAY) this.#closers.push(CLOSE_ARRAY);
    else if (code === CLOSE_OBJECT || code === CLOSE_ARRAY) return this.#close(code, at, first);
    else if (this.#closers.length === 0 && (code <= BLANK || code === COMMA)) return { found: 'end', at };
    return undefined;
  }

  #close(code: number, at: number, first: boolean): ScanVerdict {
    if (this.#closers.length === 0) return first ? { found: 'damage', at } : { found: 'end', at };
    if (this.#closers.pop() !== code) return { found: 'damage', at };
    return this.#closers.length === 0 ? { found: 'end', at: at + 1 } : undefined;
  }
}
