const WIDTH = 100;

/** A paragraph, or an item with its mark, wrapped; what stands in backticks stays in one piece. */
export function wrapped(text: string, mark = '', indent = ''): string {
  const rest = indent + ' '.repeat(mark.length);
  const lines = [indent + mark];
  let isFresh = true;
  for (const word of wordsOf(text)) {
    const line = lines.at(-1) ?? '';
    const longer = isFresh ? line + word : `${line} ${word}`;
    if (isFresh || longer.length <= WIDTH) lines[lines.length - 1] = longer;
    else lines.push(rest + word);
    isFresh = false;
  }
  return lines.join('\n');
}

function wordsOf(text: string): string[] {
  return text.match(/(?:`[^`]*`|[^\s`])+/g) ?? [];
}

export function item(text: string, depth = 0): string {
  return wrapped(text, '- ', '  '.repeat(depth));
}

/** With a full stop, and with `<x>` shown rather than taken for HTML. */
export function sentence(text: string): string {
  const trimmed = text.trim().replaceAll(/<(?=\w)/g, '\\<');
  return /[.!?]$/.test(trimmed) ? trimmed : `${trimmed}.`;
}

/** Blocks with a blank line between them, as a whole file. */
export function page(title: string, source: string, ...blocks: readonly string[]): string {
  const note = `<!-- Written by tools/generate/reference.ts from ${source}. -->`;
  return `${[`# ${title}`, note, ...blocks].join('\n\n')}\n`;
}
