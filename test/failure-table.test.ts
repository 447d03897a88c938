import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const ROOT = join(import.meta.dirname, '..');

/**
 * The rows of ARCHITECTURE's table of failures: what fails, and the tests that are said to show
 * what happens then.
 */
function failures(): [failure: string, shownBy: string[]][] {
  const [, section = ''] = readFileSync(join(ROOT, 'ARCHITECTURE.md'), 'utf8').split(
    '\n## When things fail\n',
  );
  const [table = ''] = section.split('\n## ');
  const rows = table.split('\n').filter((line) => line.startsWith('| '));
  return rows.slice(2).map((row) => {
    const [, failure = '', , shownBy = ''] = row.split('|').map((cell) => cell.trim());
    return [failure, shownBy.split('; ')];
  });
}

test('the table has rows', () => {
  expect(failures().length).toBeGreaterThan(10);
});

test.each(failures())('%s: the tests that show it are there', (_, shownBy) => {
  for (const reference of shownBy) {
    const [, file = '', title = ''] = /^(\S+): (.+)$/.exec(reference) ?? [];
    expect(title, `"file: title" in ${reference}`).not.toBe('');
    expect(readFileSync(join(ROOT, file), 'utf8')).toContain(title);
  }
});
