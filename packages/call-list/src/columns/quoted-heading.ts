const LENGTH_SHOWN = 60;

/** A heading in a sentence: on one line, and not too long. */
export function quotedHeading(heading: string): string {
  return `"${heading.slice(0, LENGTH_SHOWN).replaceAll(/\s+/g, ' ')}"`;
}
