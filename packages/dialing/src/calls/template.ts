/** A text in pieces, in its order: what stands there as it is, and the variables it asks for. */
type Piece = { readonly literal: string } | { readonly name: string };

/**
 * Names are compared without case and with runs of white space as one blank, as people write
 * headings.
 */
export function variableKey(name: string): string {
  return name.trim().replace(/\s+/g, ' ').toLowerCase();
}

/** The variable names a text asks for, as written, each once. */
export function placeholdersOf(text: string): string[] {
  return [...new Set(piecesOf(text).flatMap((piece) => ('name' in piece ? [piece.name] : [])))];
}

/**
 * What of a text is none of its placeholders, though it looks like one: it would be said as it is.
 */
export function strayBraces(text: string): {
  readonly opening: boolean;
  readonly closing: boolean;
} {
  const literals = piecesOf(text).flatMap((piece) => ('literal' in piece ? [piece.literal] : []));
  return {
    opening: literals.some((literal) => literal.includes('{{')),
    closing: literals.some((literal) => literal.includes('}}')),
  };
}

/**
 * Fills `{{column}}` placeholders. Returns the filled text, or the first variable that has no
 * value.
 */
export function fillTemplate(
  text: string,
  valueOf: (key: string) => string | undefined,
): { text: string } | { missing: string } {
  if (!text.includes('{{')) return { text };
  let filled = '';
  for (const piece of piecesOf(text)) {
    const value = 'name' in piece ? valueOf(variableKey(piece.name)) : piece.literal;
    if (value === undefined) return { missing: (piece as { name: string }).name };
    filled += value;
  }
  return { text: filled };
}

/**
 * A placeholder is `{{`, a name without braces that is not blank, and `}}`; of more than two braces
 * the inner ones are meant. Read by hand, each character at most twice: a regular expression takes
 * minutes for a few thousand blanks behind a `{{`.
 */
function piecesOf(text: string): Piece[] {
  const pieces: Piece[] = [];
  let literalFrom = 0;
  for (let open = text.indexOf('{{'); open !== -1; ) {
    const nameEnd = braceAt(text, open + 2);
    const name = text.slice(open + 2, nameEnd).trim();
    if (name === '' || !text.startsWith('}}', nameEnd)) {
      // Where another brace follows at once, it and the second of these may be the ones that open.
      open = text.indexOf('{{', nameEnd === open + 2 ? open + 1 : nameEnd);
      continue;
    }
    pieces.push({ literal: text.slice(literalFrom, open) }, { name });
    literalFrom = nameEnd + 2;
    open = text.indexOf('{{', literalFrom);
  }
  pieces.push({ literal: text.slice(literalFrom) });
  return pieces;
}

/** Where the next brace of either kind stands; the end of the text if there is none. */
function braceAt(text: string, from: number): number {
  let at = from;
  while (at < text.length && text[at] !== '{' && text[at] !== '}') at += 1;
  return at;
}
