import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const WIDEST = 100;
const ROOT = join(import.meta.dirname, '..');
const FOREIGN = ['**/node_modules', '.toolchain', 'pnpm-lock.yaml'];

/** Lines that are a comment and nothing else. Code is the formatter's: it cannot break a string. */
const COMMENTS: Readonly<Record<string, RegExp>> = {
  ts: /^\s*(?:\/\/|\/?\*)/,
  mjs: /^\s*(?:\/\/|\/?\*)/,
  lua: /^\s*--/,
  sh: /^\s*#/,
  yml: /^\s*#/,
  yaml: /^\s*#/,
};

test('no comment is wider than 100 columns', () => {
  const files = globSync('**/*.{ts,mjs,lua,sh,yml,yaml}', { cwd: ROOT, exclude: [...FOREIGN] });
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
