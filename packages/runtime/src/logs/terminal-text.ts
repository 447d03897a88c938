/**
 * Control characters of both sets, but for tabs and line breaks, and what turns the direction of
 * writing or breaks a line in Unicode. A terminal obeys the first, and people read another text
 * than there is by the others.
 */
const OBEYED = /\r(?!\n)|(?![\t\r\n])\p{Cc}|[\u2028-\u202e\u2066-\u2069]/gu;

/**
 * A text fit for a terminal, whoever wrote it: what would be obeyed is shown, by the escapes of
 * JSON, so that JSON stays the same.
 */
export function terminalText(text: string): string {
  return text.replace(
    OBEYED,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
