/**
 * Programs that only tests need, from Debian's packages. Where one cannot be installed its tests
 * are left out, and say so.
 */
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { runQuietly } from '../processes.mjs';
import { canInstallPackages, installPackage, isOnPath } from './apt.mjs';

/** @import { Workspace } from './steps.mjs' */

const LIBRARIES = '/usr/lib';
/** The system's, whatever else is on the PATH: Debian's package is for no other. */
const PYTHON = '/usr/bin/python3';

const PROGRAMS = {
  faketime: { isThere: hasFaketime, tests: 'tests that set the clock of a Redis' },
  chromium: { isThere: () => isOnPath('chromium'), tests: 'tests of the console in a browser' },
  'python3-redis': { isThere: hasRedisPy, tests: 'the test of the examples' },
};
/** @typedef {keyof typeof PROGRAMS} TestProgram */

/**
 * @param {Workspace} workspace
 * @param {readonly TestProgram[]} names
 */
export async function offerTestPrograms(workspace, names) {
  if (!canInstallPackages()) return;
  for (const name of names) {
    const { isThere, tests } = PROGRAMS[name];
    if (await isThere()) continue;
    workspace.report(`installing ${name} with apt-get (for ${tests})`);
    await installPackage(workspace, name, { isThere, remedy: 'install it yourself' });
  }
}

/** Debian keeps it in a folder named after the architecture. */
function hasFaketime() {
  const folders = existsSync(LIBRARIES) ? readdirSync(LIBRARIES) : [];
  return folders.some((folder) => existsSync(join(LIBRARIES, folder, 'faketime/libfaketime.so.1')));
}

async function hasRedisPy() {
  try {
    return (await runQuietly(PYTHON, ['-c', 'import redis'])).code === 0;
  } catch {
    return false;
  }
}
