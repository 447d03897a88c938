import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const ASSETS = join(import.meta.dirname, '../../apps/console/page/dist/assets');
const KB = 1024;

test('all sections of the page together are less than 250 KB to send', () => {
  const files = readdirSync(ASSETS).filter((name) => /\.(?:js|css)$/.test(name));
  const sizes = files.map(sentBytes);
  expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThan(250 * KB);
});

test('what every section needs is less than 100 KB to send', () => {
  const entries = readdirSync(ASSETS).filter((name) => /^index-.*\.js$/.test(name));
  expect(entries).toHaveLength(1);
  expect(Math.max(...entries.map(sentBytes))).toBeLessThan(100 * KB);
});

/** As it is compressed beside the file: throws where it is not. */
function sentBytes(name: string): number {
  return statSync(join(ASSETS, `${name}.gz`)).size;
}
