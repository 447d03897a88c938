/**
 * Makes sure that tests can set the clock of a Redis: libfaketime, or else Debian's package of it
 * where that can be had.
 */
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { canInstallPackages, installPackage } from './apt.mjs';

/** @import { Workspace } from './steps.mjs' */

const LIBRARIES = '/usr/lib';

/**
 * Where it cannot be installed these tests are left out, and say so. @param {Workspace} workspace
 */
export async function offerFaketime(workspace) {
  if (hasFaketime() || !canInstallPackages()) return;
  workspace.report('installing faketime with apt-get (for tests that set the clock of a Redis)');
  await installPackage(workspace, 'faketime', {
    isThere: hasFaketime,
    remedy: 'install it yourself',
  });
}

/** Debian keeps it in a folder named after the architecture. */
function hasFaketime() {
  const folders = existsSync(LIBRARIES) ? readdirSync(LIBRARIES) : [];
  return folders.some((folder) => existsSync(join(LIBRARIES, folder, 'faketime/libfaketime.so.1')));
}
