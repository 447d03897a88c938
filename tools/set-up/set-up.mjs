/**
 * Gets whatever this checkout needs and does not have: Node, pnpm, the dependencies. All of it
 * comes from the npm registry, pinned by lockfiles, and lands in `.toolchain/` and `node_modules/`.
 * When nothing is missing, nothing is started or fetched.
 */
import { mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { withoutOuterNpm, withWorkspacePath } from './environment.mjs';
import { withLock } from './lock.mjs';
import { isInstalled, markInstalled, refreshStamp } from './stamp.mjs';
import { failure, runLogged, step, TRY_AGAIN, toolchainHome } from './steps.mjs';
import { hasTool, isPinned, NODE, OLD_NODES, PNPM, provideTool } from './toolchain.mjs';

/** @import { Workspace } from './steps.mjs' */

/**
 * Can be run at any time, also by several processes at once.
 * @param {Workspace} workspace
 * @param {{ dependencies?: boolean }} [needs]
 */
export async function setUp(workspace, { dependencies = true } = {}) {
  const { root } = workspace;
  const isReady =
    hasTool(root, NODE) && hasTool(root, PNPM) && (!dependencies || isInstalled(root));
  if (isReady) return refreshStamp(root);
  await alone(workspace, () => getMissing(workspace, dependencies));
}

/**
 * What only the test of the published packages needs, which asks for it.
 * @param {Workspace} workspace
 */
export async function provideOldNodes(workspace) {
  const { root } = workspace;
  const missing = OLD_NODES.filter((node) => isPinned(root, node) && !hasTool(root, node));
  if (missing.length === 0) return;
  await alone(workspace, async () => {
    for (const node of missing) await provideTool(workspace, node);
  });
}

/**
 * @param {Workspace} workspace
 * @param {() => Promise<void>} work
 */
async function alone({ root, report, signal }, work) {
  mkdirSync(toolchainHome(root), { recursive: true });
  const onWait = () => report('another run is setting this checkout up, waiting for it');
  await withLock(join(toolchainHome(root), 'lock'), work, { onWait, signal });
}

/**
 * One after the other: side by side they only share the processors and the line (measured on two
 * cores).
 * @param {Workspace} workspace
 * @param {boolean} dependencies
 */
async function getMissing(workspace, dependencies) {
  const { root } = workspace;
  removeLeftovers(root);
  await provideTool(workspace, NODE);
  await provideTool(workspace, PNPM);
  if (dependencies && !isInstalled(root))
    await step(workspace, 'dependencies', () => installDependencies(workspace));
}

/**
 * What a run that was killed had begun. Its npm may have outlived it and write on; then the rest
 * goes the next time.
 * @param {string} root
 */
function removeLeftovers(root) {
  const home = toolchainHome(root);
  for (const name of readdirSync(home).filter((entry) => entry.startsWith('installing-'))) {
    try {
      rmSync(join(home, name), { recursive: true, force: true });
    } catch {}
  }
}

/**
 * As variables, because pnpm overlooks most settings given as arguments. Without them it takes over
 * a minute to give up on a dead network.
 */
const PNPM_SETTINGS = {
  pnpm_config_fetch_retries: '3',
  pnpm_config_fetch_retry_factor: '2',
  pnpm_config_fetch_retry_mintimeout: '1000',
  pnpm_config_update_notifier: 'false',
};

/** @param {Workspace} workspace */
async function installDependencies(workspace) {
  const { root } = workspace;
  const env = { ...withWorkspacePath(withoutOuterNpm(process.env), root), ...PNPM_SETTINGS };
  const pnpm = join(toolchainHome(root), 'bin/pnpm');
  // The lockfile was checked against pnpm's policies when it was made; doing so again asks the
  // registry about every package.
  const args = ['install', '--frozen-lockfile', '--prefer-offline', '--trust-lockfile'];
  const { succeeded, output } = await runLogged(workspace, pnpm, args, { cwd: root, env });
  if (!succeeded) throw failure(workspace, 'install the dependencies', output, remedyFor(output));
  markInstalled(root);
}

/** @param {string} output */
function remedyFor(output) {
  return output.includes('ERR_PNPM_OUTDATED_LOCKFILE')
    ? 'a package.json says other than pnpm-lock.yaml, so run `node tools/run.mjs exec pnpm install` and commit the lockfile'
    : TRY_AGAIN;
}
