import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const ROOT = join(import.meta.dirname, '..');
const PAGES = join(ROOT, 'docs/architecture');

/**
 * The entries of the pages of failures: what fails, and the tests that are said to show what
 * happens then.
 */
function failures(): [failure: string, shownBy: string[]][] {
  return readdirSync(PAGES)
    .filter((page) => page.startsWith('failures'))
    .flatMap((page) => readFileSync(join(PAGES, page), 'utf8').split('\n- **').slice(1))
    .map((entry) => {
      const [failure = '', ...rest] = entry.split('.**');
      const shownBy = rest.join('.**').match(/(?<=^ {2}- ).*$/gm) ?? [];
      return [failure, shownBy];
    });
}

test('there are failures on the pages', () => {
  expect(failures().length).toBeGreaterThan(30);
});

test.each(failures())('%s: the tests that show it are there', (_, shownBy) => {
  expect(shownBy).not.toEqual([]);
  for (const reference of shownBy) {
    const [, file = '', title = ''] = /^`(\S+)`: (.+)$/.exec(reference) ?? [];
    expect(title, `"\`file\`: title" in ${reference}`).not.toBe('');
    expect(readFileSync(join(ROOT, file), 'utf8')).toContain(title);
  }
});
