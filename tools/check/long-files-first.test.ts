import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { LONG_FILES } from './long-files-first.ts';

const ROOT = join(import.meta.dirname, '../..');

test.each(LONG_FILES)('%s is there', (file) => {
  expect(existsSync(join(ROOT, file))).toBe(true);
});
