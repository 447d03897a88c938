import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const WIDEST = 100;
const ROOT = join(import.meta.dirname, '../..');
const FOREIGN = ['**/node_modules', '.toolchain', 'pnpm-lock.yaml', '**/dist'];

/** Lines that are a comment and nothing else. Code is the formatter's: it cannot break a string. */
const COMMENTS: Readonly<Record<string, RegExp>> = {
  ts: /^\s*(?:\/\/|\/?\*)/,
  tsx: /^\s*(?:\/\/|\/?\*)/,
  css: /^\s*\/?\*/,
  mjs: /^\s*(?:\/\/|\/?\*)/,
  lua: /^\s*--/,
  sh: /^\s*#/,
  yml: /^\s*#/,
  yaml: /^\s*#/,
  Dockerfile: /^\s*#/,
  dockerignore: /^\s*#/,
  gitignore: /^\s*#/,
};

test('no comment is wider than 100 columns', () => {
  const files = globSync(
    ['**/*.{ts,tsx,css,mjs,lua,sh,yml,yaml}', 'Dockerfile', '.dockerignore', '.gitignore'],
    { cwd: ROOT, exclude: [...FOREIGN] },
  );
  expect(files).toContain('Dockerfile');
  expect(files.length).toBeGreaterThan(100);
  const tooWide = files.flatMap((file) => {
    const comment = COMMENTS[file.slice(file.lastIndexOf('.') + 1)];
    if (comment === undefined) return [];
    const lines = readFileSync(join(ROOT, file), 'utf8').split('\n');
    return lines.flatMap((line, index) =>
      comment.test(line) && Array.from(line).length > WIDEST ? [`${file}:${index + 1}`] : [],
    );
  });
  expect(tooWide).toEqual([]);
});

test('no line of a document is wider than 100 columns, in tables and code as well', () => {
  const files = globSync('**/*.md', { cwd: ROOT, exclude: [...FOREIGN, '.run'] });
  expect(files).toContain('README.md');
  const tooWide = files.flatMap((file) =>
    readFileSync(join(ROOT, file), 'utf8')
      .split('\n')
      .flatMap((line, index) => (Array.from(line).length > WIDEST ? [`${file}:${index + 1}`] : [])),
  );
  expect(tooWide).toEqual([]);
});

/** In lines: what somebody reads in one go. */
const LONGEST: Readonly<Record<string, number>> = {
  'README.md': 150,
  'ARCHITECTURE.md': 150,
  'docs/guide/*.md': 120,
  'docs/reference/*.md': 150,
  // One of them has a section for each reason of a hold.
  'docs/operate/*.md': 120,
  'docs/architecture/*.md': 120,
  'docs/decisions/*.md': 40,
};

test.for(Object.entries(LONGEST))('%s has at most %d lines', ([pattern, most]) => {
  const files = globSync(pattern, { cwd: ROOT });
  expect(files).not.toEqual([]);
  const tooLong = files.filter(
    (file) => readFileSync(join(ROOT, file), 'utf8').trimEnd().split('\n').length > most,
  );
  expect(tooLong).toEqual([]);
});
