/**
 * What is built of sources, and again where it is older than they are: a hash of them is kept
 * beside it.
 */
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { withoutOuterNpm, withWorkspacePath } from './set-up/environment.mjs';
import { withLock } from './set-up/lock.mjs';
import { makeNewest } from './set-up/stamp.mjs';
import { failure, runLogged, step, toolchainHome } from './set-up/steps.mjs';

/** @import { Workspace } from './set-up/steps.mjs' */

/**
 * @typedef {object} Product
 * @property {string} name of the step
 * @property {string} output the folder that it fills, from the checkout's root
 * @property {readonly string[]} sources files and folders that it is made of
 * @property {(root: string, output: string) => readonly [program: string, ...args: string[]]} build
 * @property {string} [cwd] where that runs, from the checkout's root
 * @property {string} remedy when it fails
 */

/**
 * @param {Workspace} workspace
 * @param {Product} product
 */
export async function ensureBuilt(workspace, product) {
  const { root, signal } = workspace;
  const build = async () => {
    if (isBuilt(root, product)) return;
    await step(workspace, product.name, () => buildBeside(workspace, product));
  };
  if (isBuilt(root, product)) return makeNewest(stampFile(root, product));
  await withLock(join(toolchainHome(root), 'lock'), build, { signal });
}

/**
 * Beside the place and then there in one step: who runs meanwhile never finds half of it.
 * @param {Workspace} workspace
 * @param {Product} product
 */
async function buildBeside(workspace, product) {
  const { root } = workspace;
  const { name, output, cwd = '', build, remedy } = product;
  const hash = hashOf(root, product);
  const place = join(root, output);
  const fresh = `${place}.new`;
  rmSync(fresh, { recursive: true, force: true });
  const [program, ...args] = build(root, fresh);
  // Whatever the shell says: what Vite builds for development is a fifth larger, and slower.
  const NODE_ENV = 'production';
  const env = { ...withWorkspacePath(withoutOuterNpm(process.env), root), NODE_ENV };
  const built = await runLogged(workspace, program, args, { cwd: join(root, cwd), env });
  if (!built.succeeded) throw failure(workspace, `build the ${name}`, built.output, remedy);
  writeFileSync(join(fresh, '.built-from'), hash);
  rmSync(place, { recursive: true, force: true });
  renameSync(fresh, place);
}

/**
 * `bin/*` looks at this file too.
 * @param {string} root
 * @param {Product} product
 */
const stampFile = (root, { output }) => join(root, output, '.built-from');

/**
 * @param {string} root
 * @param {Product} product
 */
function isBuilt(root, product) {
  const stamp = stampFile(root, product);
  return existsSync(stamp) && readFileSync(stamp, 'utf8') === hashOf(root, product);
}

/**
 * @param {string} root
 * @param {Product} product
 */
function hashOf(root, { sources }) {
  const hash = createHash('sha256');
  for (const file of sources.flatMap((source) => filesOf(root, source)))
    hash.update(`\0${file}\0`).update(readFileSync(join(root, file)));
  return hash.digest('hex');
}

/**
 * @param {string} root
 * @param {string} source
 */
function filesOf(root, source) {
  if (/\.\w+$/.test(source)) return [source];
  const names = readdirSync(join(root, source), { recursive: true, encoding: 'utf8' });
  const files = names.filter((name) => /\.\w+$/.test(name) && !/\.test\.tsx?$/.test(name));
  files.sort();
  return files.map((name) => `${source}/${name}`);
}
