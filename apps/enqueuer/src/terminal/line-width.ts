import type { Output } from './io.ts';

const DEFAULT_COLUMNS = 80;
const MORE_INDENT = 2;

/**
 * How wide lines may be: a terminal would break its lines in the middle of words. Files and pipes
 * take any width.
 */
export function widthOf({ isTTY, columns }: Pick<Output, 'isTTY' | 'columns'>): number {
  // Some terminals say that they have no columns.
  return isTTY === true ? columns || DEFAULT_COLUMNS : Number.POSITIVE_INFINITY;
}

/** Text in lines of so many characters, broken between words where there is a blank. */
export function wrapped(text: string, width: number): string[] {
  if (text.length <= width) return [text];
  const blank = text.lastIndexOf(' ', width);
  const end = blank > 0 ? blank : width;
  return [text.slice(0, end), ...wrapped(text.slice(end).trimStart(), width)];
}

/**
 * Sentences in lines that fit, each indented as it begins; rows of a table, whose cells stand two
 * blanks apart, as they are.
 */
export function wrapSentences(text: string, width: number): string {
  return text
    .split('\n')
    .flatMap((line) =>
      line.length <= width || /\S {2}/.test(line) ? [line] : indented(line, width),
    )
    .join('\n');
}

function indented(line: string, width: number): string[] {
  const text = line.trimStart();
  const indent = line.length - text.length;
  const more = indent === 0 ? 0 : indent + MORE_INDENT;
  return wrapped(text, width - more).map(
    (part, index) => ' '.repeat(index === 0 ? indent : more) + part,
  );
}
