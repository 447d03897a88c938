/** Makes sure that a Redis server can be started: one on the PATH, or a Docker engine, or else Debian's package. */
import { accessSync, constants, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { withLock } from './lock.mjs';
import { runQuietly } from './processes.mjs';
import { failure, runLogged, SetUpError, step, toolchainHome } from './steps.mjs';

/** @import { Workspace } from './steps.mjs' */

const APT_LOCK_ATTEMPTS = 60;
const APT_LOCK_PAUSE_MS = 2000;

/** @param {Workspace} workspace */
export async function ensureRedis(workspace) {
  if (isOnPath('redis-server') || (await isDockerRunning())) return;
  if (process.getuid?.() !== 0 || !isOnPath('apt-get')) {
    throw new SetUpError(
      'Redis is missing: install redis-server (Debian, Ubuntu: `apt-get install redis-server`; macOS: `brew install redis`), or start Docker.',
    );
  }
  workspace.report('installing redis-server with apt-get (its service is neither started nor enabled)');
  await withLock(join(toolchainHome(workspace.root), 'lock'), () => installRedis(workspace), {
    signal: workspace.signal,
  });
}

/** @param {Workspace} workspace */
async function installRedis(workspace) {
  if (isOnPath('redis-server')) return;
  const quietServices = replaceServiceTools(toolchainHome(workspace.root));
  try {
    await step(workspace, 'redis-server', () => aptInstall(workspace, quietServices));
  } finally {
    rmSync(quietServices, { recursive: true });
  }
}

/**
 * @param {Workspace} workspace
 * @param {string} quietServices
 */
async function aptInstall(workspace, quietServices) {
  const options = [
    '-y',
    '-q',
    '--no-install-recommends',
    '-o',
    `DPkg::Path=${quietServices}:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin`,
  ];
  const install = ['install', ...options, 'redis-server'];
  // A fresh machine has no package lists, an old one has stale ones: both show as a failed first attempt.
  if ((await aptGet(workspace, install)).succeeded) return;
  await aptGet(workspace, ['update', '-q']);
  const { succeeded, output } = await aptGet(workspace, install);
  if (!succeeded)
    throw failure(
      workspace,
      'install redis-server with apt-get',
      output,
      'install it yourself, or start Docker, or set REDIS_URL',
    );
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
    const isLocked = !result.succeeded && /^E: (Could not get lock|Unable to lock)/m.test(result.output);
    if (!isLocked || attempt === APT_LOCK_ATTEMPTS) return result;
    await sleep(APT_LOCK_PAUSE_MS, undefined, { signal: workspace.signal });
  }
}

/**
 * A folder to put before dpkg's PATH. Debian starts and enables a package's service when it installs it; here only the program is wanted,
 * and this way nothing on the machine has to be changed (and changed back) for that.
 * @param {string} home
 */
function replaceServiceTools(home) {
  const folder = mkdtempSync(join(home, 'installing-'));
  for (const tool of ['invoke-rc.d', 'update-rc.d', 'deb-systemd-invoke', 'deb-systemd-helper']) {
    symlinkSync('/bin/true', join(folder, tool));
  }
  return folder;
}

async function isDockerRunning() {
  if (!isOnPath('docker')) return false;
  const { code } = await runQuietly('docker', ['version', '--format', '{{.Server.Version}}'], {
    signal: AbortSignal.timeout(5000),
  });
  return code === 0;
}

/** @param {string} program */
function isOnPath(program) {
  const folders = (process.env['PATH'] ?? '').split(delimiter);
  return folders.some((folder) => isExecutable(join(folder, program)));
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
