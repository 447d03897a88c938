const PLACEHOLDER = /\{\{\s*([^{}]+?)\s*\}\}/g;

/** Names are compared without case and with runs of white space as one blank, as people write headings. */
export function variableKey(name: string): string {
  return name.trim().replace(/\s+/g, ' ').toLowerCase();
}

/** The variable names a text asks for, as written, each once. */
export function placeholdersOf(text: string): string[] {
  return [...new Set([...text.matchAll(PLACEHOLDER)].map((match) => match[1] as string))];
}

/** Fills `{{column}}` placeholders. Returns the filled text, or the first variable that has no value. */
export function fillTemplate(
  text: string,
  valueOf: (key: string) => string | undefined,
): { text: string } | { missing: string } {
  if (!text.includes('{{')) return { text };
  let missing: string | undefined;
  const filled = text.replace(PLACEHOLDER, (_, name: string) => {
    const value = valueOf(variableKey(name));
    if (value === undefined) missing ??= name;
    return value ?? '';
  });
  return missing === undefined ? { text: filled } : { missing };
}
