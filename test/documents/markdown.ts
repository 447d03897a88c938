import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

export const ROOT = join(import.meta.dirname, '..', '..');

/** Every Markdown file of the project, by its path from the root. */
export function documents(): string[] {
  return globSync('**/*.md', {
    cwd: ROOT,
    exclude: ['**/node_modules', '.toolchain', '.run'],
  }).toSorted();
}

export function readDocument(path: string): string {
  return readFileSync(join(ROOT, path), 'utf8');
}

/** A fenced block of code, or the text of a comment `<!-- test: … -->`. */
export type Part =
  | {
      readonly kind: 'code';
      readonly line: number;
      readonly language: string;
      readonly text: string;
    }
  | { readonly kind: 'note'; readonly line: number; readonly text: string };

const PART = /^```(\S*)[^\n]*\n(.*?)^```$|<!-- test: (.*?)\s*-->/gms;

export function partsOf(markdown: string): Part[] {
  return [...markdown.matchAll(PART)].map(({ index, 1: language = '', 2: code, 3: note = '' }) => {
    const line = markdown.slice(0, index).split('\n').length;
    return code === undefined
      ? { kind: 'note', line, text: note }
      : { kind: 'code', line, language, text: code };
  });
}
