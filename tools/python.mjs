/**
 * Makes sure that the examples in Python can be tested: python3 with redis-py, or else Debian's
 * package of it where that can be had.
 */
import { canInstallPackages, installPackage } from './apt.mjs';
import { runQuietly } from './processes.mjs';

/** @import { Workspace } from './steps.mjs' */

/** The system's, whatever else is on the PATH: Debian's package is for no other. */
const PYTHON = '/usr/bin/python3';

/**
 * Where it cannot be installed it is left out, and the test says so. @param {Workspace} workspace
 */
export async function offerPython(workspace) {
  if ((await hasRedisPy()) || !canInstallPackages()) return;
  workspace.report('installing python3-redis with apt-get (for the test of the examples)');
  await installPackage(workspace, 'python3-redis', {
    isThere: hasRedisPy,
    remedy: 'install it yourself',
  });
}

async function hasRedisPy() {
  try {
    return (await runQuietly(PYTHON, ['-c', 'import redis'])).code === 0;
  } catch {
    return false;
  }
}
