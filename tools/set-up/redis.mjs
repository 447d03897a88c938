/**
 * Makes sure that a Redis server can be started: one on the PATH, or a Docker engine, or else
 * Debian's package.
 */

import { runQuietly } from '../processes.mjs';
import { canInstallPackages, installPackage, isOnPath } from './apt.mjs';
import { SetUpError } from './steps.mjs';

/** @import { Workspace } from './steps.mjs' */

/** @param {Workspace} workspace */
export async function ensureRedis(workspace) {
  if (isOnPath('redis-server') || (await isDockerRunning())) return;
  if (!canInstallPackages()) {
    throw new SetUpError(
      'Redis is missing: install redis-server (Debian, Ubuntu: `apt-get install redis-server`; macOS: `brew install redis`), or start Docker.',
    );
  }
  workspace.report(
    'installing redis-server with apt-get (its service is neither started nor enabled)',
  );
  await installPackage(workspace, 'redis-server', {
    isThere: () => isOnPath('redis-server'),
    remedy: 'install it yourself, or start Docker, or set REDIS_URL',
  });
}

async function isDockerRunning() {
  if (!isOnPath('docker')) return false;
  const { code } = await runQuietly('docker', ['version', '--format', '{{.Server.Version}}'], {
    signal: AbortSignal.timeout(5000),
  });
  return code === 0;
}
