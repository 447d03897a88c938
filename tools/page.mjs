/**
 * Builds the console's page where it is older than its sources: a hash of them is kept beside it.
 */
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { withoutOuterNpm, withWorkspacePath } from './environment.mjs';
import { withLock } from './lock.mjs';
import { makeNewest } from './stamp.mjs';
import { failure, runLogged, step, toolchainHome } from './steps.mjs';

/** @import { Workspace } from './steps.mjs' */

const PAGE = 'apps/console/page';
/** What it is made of. Of packages it has the client's code and the roles, else types only. */
const SOURCES = [`${PAGE}/src`, `${PAGE}/public`, 'packages/api-client/src'];
const FILES = [
  'packages/http-api/src/role.ts',
  `${PAGE}/index.html`,
  `${PAGE}/vite.config.ts`,
  'pnpm-lock.yaml',
];

/** @param {Workspace} workspace */
export async function ensurePage(workspace) {
  const { root, signal } = workspace;
  if (isBuilt(root)) return makeNewest(stampFile(root));
  const build = async () => {
    if (!isBuilt(root)) await step(workspace, 'page', () => buildPage(workspace));
  };
  await withLock(join(toolchainHome(root), 'lock'), build, { signal });
}

/**
 * Beside the place and then there in one step: a console that runs never serves half a page.
 * @param {Workspace} workspace
 */
async function buildPage(workspace) {
  const { root } = workspace;
  const hash = hashOf(root);
  const fresh = join(root, PAGE, 'dist.new');
  const vite = join(root, PAGE, 'node_modules/.bin/vite');
  const { succeeded, output } = await runLogged(
    workspace,
    vite,
    ['build', '--outDir', 'dist.new', '--emptyOutDir', '--logLevel', 'warn'],
    { cwd: join(root, PAGE), env: withWorkspacePath(withoutOuterNpm(process.env), root) },
  );
  if (!succeeded) throw failure(workspace, 'build the page', output, 'mend what Vite says');
  writeFileSync(join(fresh, '.built-from'), hash);
  rmSync(join(root, PAGE, 'dist'), { recursive: true, force: true });
  renameSync(fresh, join(root, PAGE, 'dist'));
}

/** `bin/console` looks at this file too. @param {string} root */
const stampFile = (root) => join(root, PAGE, 'dist/.built-from');

/** @param {string} root */
function isBuilt(root) {
  const stamp = stampFile(root);
  return existsSync(stamp) && readFileSync(stamp, 'utf8') === hashOf(root);
}

/** @param {string} root */
function hashOf(root) {
  const hash = createHash('sha256');
  for (const file of [...SOURCES.flatMap((folder) => filesIn(root, folder)), ...FILES])
    hash.update(`\0${file}\0`).update(readFileSync(join(root, file)));
  return hash.digest('hex');
}

/**
 * @param {string} root
 * @param {string} folder
 */
function filesIn(root, folder) {
  const names = readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' });
  const files = names.filter((name) => /\.\w+$/.test(name) && !/\.test\.tsx?$/.test(name));
  files.sort();
  return files.map((name) => `${folder}/${name}`);
}
