/** Debian's packages, for the few things that npm's registry does not have. */
import { accessSync, constants, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { withLock } from './lock.mjs';
import { failure, runLogged, step, toolchainHome } from './steps.mjs';

/** @import { Workspace } from './steps.mjs' */

const APT_LOCK_ATTEMPTS = 60;
const APT_LOCK_PAUSE_MS = 2000;

export const canInstallPackages = () => process.getuid?.() === 0 && isOnPath('apt-get');

/**
 * Installs a package, unless another run does it meanwhile. The services that it brings are neither
 * started nor enabled.
 * @param {Workspace} workspace
 * @param {string} name
 * @param {{ isThere: () => boolean | Promise<boolean>, remedy: string }} options
 */
export async function installPackage(workspace, name, { isThere, remedy }) {
  const lock = join(toolchainHome(workspace.root), 'lock');
  const install = async () => {
    if (await isThere()) return;
    const quietServices = replaceServiceTools(toolchainHome(workspace.root));
    try {
      await step(workspace, name, () => aptInstall(workspace, name, { quietServices, remedy }));
    } finally {
      rmSync(quietServices, { recursive: true });
    }
  };
  await withLock(lock, install, { signal: workspace.signal });
}

/** @param {string} program */
export function isOnPath(program) {
  const folders = (process.env['PATH'] ?? '').split(delimiter);
  return folders.some((folder) => isExecutable(join(folder, program)));
}

/**
 * @param {Workspace} workspace
 * @param {string} name
 * @param {{ quietServices: string, remedy: string }} options
 */
async function aptInstall(workspace, name, { quietServices, remedy }) {
  const options = [
    '-y',
    '-q',
    '--no-install-recommends',
    '-o',
    `DPkg::Path=${quietServices}:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin`,
  ];
  const install = ['install', ...options, name];
  // A fresh machine has no package lists, an old one has stale ones: both show as a failed first
  // attempt.
  if ((await aptGet(workspace, install)).succeeded) return;
  await aptGet(workspace, ['update', '-q']);
  const { succeeded, output } = await aptGet(workspace, install);
  if (!succeeded) throw failure(workspace, `install ${name} with apt-get`, output, remedy);
}

/**
 * @param {Workspace} workspace
 * @param {readonly string[]} args
 */
async function aptGet(workspace, args) {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive', LC_ALL: 'C' };
  const waiting = ['-o', 'DPkg::Lock::Timeout=120'];
  for (let attempt = 1; ; attempt += 1) {
    const result = await runLogged(workspace, 'apt-get', [...waiting, ...args], { env });
    // That timeout covers dpkg's lock, not those of the package lists and the archive.
    const isLocked =
      !result.succeeded && /^E: (Could not get lock|Unable to lock)/m.test(result.output);
    if (!isLocked || attempt === APT_LOCK_ATTEMPTS) return result;
    await sleep(APT_LOCK_PAUSE_MS, undefined, { signal: workspace.signal });
  }
}

/**
 * A folder to put before dpkg's PATH. Debian starts and enables a package's service when it
 * installs it; here only the program is wanted, and this way nothing on the machine has to be
 * changed (and changed back) for that.
 * @param {string} home
 */
function replaceServiceTools(home) {
  const folder = mkdtempSync(join(home, 'installing-'));
  for (const tool of ['invoke-rc.d', 'update-rc.d', 'deb-systemd-invoke', 'deb-systemd-helper']) {
    symlinkSync('/bin/true', join(folder, tool));
  }
  return folder;
}

/** @param {string} file */
function isExecutable(file) {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
