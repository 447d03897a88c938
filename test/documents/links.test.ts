import { existsSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { expect, test } from 'vitest';
import { documents, ROOT, readDocument } from './markdown.ts';

/** `[text](target)`, and `[name]: target`. */
const LINK = /\]\(<?([^()\s>]+)>?\)|^\[[^\]]+\]: +(\S+)$/gm;

function brokenLinks(path: string): string[] {
  const prose = proseOf(readDocument(path)).replaceAll(/`[^`\n]*`/g, '');
  return [...prose.matchAll(LINK)].flatMap(({ index, 1: inline, 2: reference }) => {
    const target = inline ?? reference ?? '';
    if (/^[a-z]+:/.test(target) || leadsSomewhere(path, target)) return [];
    return [`${path}:${prose.slice(0, index).split('\n').length} ${target}`];
  });
}

function leadsSomewhere(from: string, target: string): boolean {
  const [file = '', anchor] = target.split('#');
  const path = file === '' ? from : normalize(join(dirname(from), file));
  if (!existsSync(join(ROOT, path))) return false;
  return anchor === undefined || anchorsOf(readDocument(path)).has(anchor);
}

/** The Markdown without its blocks of code, line by line as before. */
function proseOf(markdown: string): string {
  return markdown.replaceAll(/^```.*?^```$/gms, (block) => block.replaceAll(/[^\n]/g, ''));
}

/** The anchors of its headings, as GitHub makes them. */
function anchorsOf(markdown: string): Set<string> {
  const anchors = new Set<string>();
  for (const [, heading = ''] of proseOf(markdown).matchAll(/^#{1,6} +(.+?)\s*$/gm)) {
    const anchor = anchorOf(heading);
    let unique = anchor;
    for (let count = 1; anchors.has(unique); count += 1) unique = `${anchor}-${count}`;
    anchors.add(unique);
  }
  return anchors;
}

function anchorOf(heading: string): string {
  return heading
    .replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1')
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}\p{M} _-]/gu, '')
    .replaceAll(' ', '-');
}

test('every link within the project leads to a file, and to a heading where it names one', () => {
  const paths = documents();
  expect(paths).toContain('README.md');
  expect(paths.flatMap(brokenLinks)).toEqual([]);
});
