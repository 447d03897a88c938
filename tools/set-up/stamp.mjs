/**
 * What the installed dependencies were made from, as a hash kept beside them: equal means that
 * there is nothing to install.
 */
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** `bin/*` looks at this file too. @param {string} root */
const stampFile = (root) => join(root, 'node_modules', '.set-up');

/**
 * Hash of everything that decides what an installation holds.
 * @param {string} root
 */
function stampOf(root) {
  const hash = createHash('sha256').update(`${process.platform}-${process.arch}`);
  const settings = ['pnpm-lock.yaml', 'pnpm-workspace.yaml', '.npmrc'].filter((name) =>
    existsSync(join(root, name)),
  );
  for (const file of [...settings, ...manifests(root)]) {
    hash.update(`\0${file}\0`).update(readFileSync(join(root, file)));
  }
  return hash.digest('hex');
}

/** @param {string} root */
export function isInstalled(root) {
  if (!existsSync(stampFile(root)) || readFileSync(stampFile(root), 'utf8') !== stampOf(root))
    return false;
  return manifests(root).every(
    (file) => !hasDependencies(root, file) || existsSync(join(root, file, '../node_modules')),
  );
}

/** @param {string} root */
export function markInstalled(root) {
  writeFileSync(stampFile(root), stampOf(root));
}

/**
 * Makes the stamp newer than a lockfile that was only rewritten with the same content, which is all
 * that `bin/*` can see.
 * @param {string} root
 */
export function refreshStamp(root) {
  makeNewest(stampFile(root));
}

/** @param {string} file */
export function makeNewest(file) {
  try {
    utimesSync(file, new Date(), new Date());
  } catch {
    // Someone else's read-only checkout: the next launch asks once more, nothing breaks.
  }
}

/**
 * The package.json files of the workspace, which lie at most two folders deep.
 * @param {string} root
 */
function manifests(root) {
  const folders = subfolders(root).flatMap((outer) => [
    outer,
    ...subfolders(join(root, outer)).map((inner) => join(outer, inner)),
  ]);
  const files = ['', ...folders].map((folder) => join(folder, 'package.json'));
  files.sort();
  return files.filter((file) => existsSync(join(root, file)));
}

/** @param {string} folder */
function subfolders(folder) {
  return readdirSync(folder, { withFileTypes: true })
    .filter(
      (entry) =>
        entry.isDirectory() && entry.name !== 'node_modules' && !entry.name.startsWith('.'),
    )
    .map((entry) => entry.name);
}

/**
 * @param {string} root
 * @param {string} manifest
 */
function hasDependencies(root, manifest) {
  const { dependencies = {}, devDependencies = {} } = JSON.parse(
    readFileSync(join(root, manifest), 'utf8'),
  );
  return Object.keys({ ...dependencies, ...devDependencies }).length > 0;
}
